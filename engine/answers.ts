import { isGrpcServiceError, WorkflowNotFoundError } from '@temporalio/client';

/** What the engine answered when a call failed; null = the error is none of its answers. */
export function answerOf(error: unknown): { code: number; details: string } | null {
  // The client wraps most of them.
  const answer = error instanceof Error && !isGrpcServiceError(error) ? error.cause : error;
  return isGrpcServiceError(answer) ? { code: Number(answer.code), details: answer.details } : null;
}

/** The engine is away, or does not answer in time: whoever asks next hears the same. */
export function isAway(error: unknown): boolean {
  const code = answerOf(error)?.code;
  return code === DEADLINE_EXCEEDED || code === UNAVAILABLE;
}

/** There is no such execution. Not by a cause: what is missing then may be the namespace. */
export function isNotFound(error: unknown): boolean {
  return error instanceof WorkflowNotFoundError || (isGrpcServiceError(error) && Number(error.code) === NOT_FOUND);
}

/** gRPC status codes. */
const DEADLINE_EXCEEDED = 4;
const NOT_FOUND = 5;
const UNAVAILABLE = 14;
