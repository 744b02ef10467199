import { Refusal, type Problem } from '../../contracts/refusal.js';

/** What `work` refuses about a body's fields is told with the path under which that body stands in the request. */
export function within<Result>(path: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const [first, ...rest] = error.problems.map((problem): Problem => ({
      ...problem,
      field: problem.field === null ? path : `${path}.${problem.field}`,
    }));
    throw first ? new Refusal([first, ...rest], error.resource) : error;
  }
}
