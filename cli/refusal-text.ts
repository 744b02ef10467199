import { Refusal } from '../contracts/refusal.js';

/** A refusal of the API in the words of a terminal: every problem on a line of its own. Other errors stay what they are. */
export function refusalText(error: unknown): never {
  if (!(error instanceof Refusal)) throw error;
  const lines = error.problems.map(({ field, message }) =>
    field === null || message.startsWith(field) ? message : `${field}: ${message}`,
  );
  throw new Error(lines.join('\n'));
}
