import type { WorkflowError } from '../zuora/refusal.js';
import type { HeaderName } from './shared-parts.js';

interface RunContractAnswer {
  status: string;
  description: string;
  title: string;
  headers?: HeaderName[];
}

/** What every route of the run contract can answer besides its own errors, by the name that operations refer to (S-Z3, Z5). */
export const RUN_CONTRACT_ANSWERS = {
  RunContractBadRequest: {
    status: '400',
    description: 'The request is not valid: one error for each thing that is wrong.',
    title: 'page_length: Too big: expected number to be <=50',
  },
  RunContractUnauthorised: {
    status: '401',
    description: 'No credential, or a wrong one.',
    title: 'Send a valid API key in X-API-KEY, or a key or token as a bearer.',
    headers: ['WWW-Authenticate'],
  },
  RunContractNotAllowed: {
    status: '403',
    description:
      'The credential lacks the permission, may not use that platform, or the platform has no such organisation.',
    title: 'This needs the permission WORKFLOW.UPDATE.',
  },
  RunContractNotFound: {
    status: '404',
    description: 'Nothing of this platform has that integer id.',
    title: 'There is no workflow with Id 19080.',
  },
  RunContractInProgress: {
    status: '409',
    description: 'The first request with the same `Idempotency-Key` is under way.',
    title: 'The first request with this Idempotency-Key is still in progress: try again in a moment.',
  },
  RunContractTooLarge: {
    status: '413',
    description: 'The body is larger than 1 MiB.',
    title: 'The body is larger than 1048576 bytes, the most that is taken here.',
  },
  RunContractUnsupportedMediaType: {
    status: '415',
    description: 'The body is not `application/json`.',
    title: 'Content-Type text/plain is not taken here; send application/json.',
  },
  RunContractReusedKey: {
    status: '422',
    description: 'The `Idempotency-Key` was used with another URL or method.',
    title: 'This Idempotency-Key was used with another URL or method.',
  },
  RunContractTooManyRequests: {
    status: '429',
    description: 'More requests than are allowed in this time.',
    title: 'Too many requests; try again in a moment.',
    headers: ['Retry-After'],
  },
  RunContractInternalError: {
    status: '500',
    description: 'An error on our side.',
    title: 'An error on our side, recorded as reqr_8fQ2mZx1LrT0bYcVn3Wd.',
    headers: ['Idempotency-Retryable'],
  },
  RunContractUnavailable: {
    status: '503',
    description: 'The database does not answer at the moment.',
    title: 'Try again in a moment.',
    headers: ['Retry-After', 'Transient-error'],
  },
} satisfies Record<string, RunContractAnswer>;

export type RunContractAnswerName = keyof typeof RUN_CONTRACT_ANSWERS;

/** As `runContractAnswer` writes it. */
export function runContractBody({ status, title }: RunContractAnswer): { errors: WorkflowError[] } {
  return { errors: [{ status: Number(status), code: 'invalid', title }] };
}
