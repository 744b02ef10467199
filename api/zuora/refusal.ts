import type { FastifyRequest } from 'fastify';
import { Refusal, type Problem } from '../../contracts/refusal.js';

/** One error of the run contract (contract/zuora, WorkflowError). */
export interface WorkflowError {
  status: number;
  code: 'invalid';
  title: string;
}

/** An error whose whole answer the run contract words itself (S-Z3). */
export class RunRefusal extends Refusal {
  constructor(
    readonly status: number,
    readonly body: object,
    message: string,
  ) {
    super([{ code: 'BAD_REQUEST', field: null, message }]);
  }

  /** One error after the other; `inner` where it says another status than the answer's. */
  static errors(status: number, titles: readonly [string, ...string[]], inner = status): RunRefusal {
    return new RunRefusal(status, { errors: titles.map((title) => workflowError(inner, title)) }, titles[0]);
  }
}

/** Whether a path belongs to the run contract: its errors have a shape of their own. */
export function isRunContract(path: string): boolean {
  return /^\/(workflows|workflow_runs|versions|oauth)([/?]|$)/.test(path);
}

/** Whether a request is one of the run contract: by its route, whatever way its path is written; without one, by its path. */
export function asksRunContract({ url, routeOptions }: Pick<FastifyRequest, 'url' | 'routeOptions'>): boolean {
  // A target in absolute form is a path as well (RFC 9112 §3.2.2).
  return isRunContract(
    (routeOptions as Partial<FastifyRequest['routeOptions']> | undefined)?.url ?? url.replace(/^https?:\/\/[^/]+/i, ''),
  );
}

/** Any refusal in the shape of the run contract. */
export function runContractAnswer(status: number, refusal: Refusal): { status: number; body: object } {
  if (refusal instanceof RunRefusal) return { status: refusal.status, body: refusal.body };
  return { status, body: { errors: refusal.problems.map((problem) => workflowError(status, titleOf(problem))) } };
}

function workflowError(status: number, title: string): WorkflowError {
  return { status, code: 'invalid', title };
}

function titleOf({ field, message }: Problem): string {
  return field === null || message.includes(field) ? message : `${field}: ${message}`;
}
