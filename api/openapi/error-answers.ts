import type { z } from 'zod';
import type { apiError } from '../schemas/wire.js';
import type { HeaderName } from './shared-parts.js';

export interface ErrorAnswer {
  status: string;
  description: string;
  code: string;
  field?: string;
  message: string;
  resource?: { id: string; type: string };
  headers?: HeaderName[];
}

/** Every error there is (S-W6), by the name that operations refer to. */
export const ERROR_ANSWERS = {
  BadRequest: {
    status: '400',
    description: 'The request is not valid, or not possible as things are. `problems` lists everything that is wrong.',
    code: 'MISSING_FIELD',
    field: 'reference',
    message: 'reference is required.',
  },
  Unauthorised: {
    status: '401',
    description: 'No credential, or a wrong one.',
    code: 'UNAUTHORISED',
    message: 'Send a valid API key in X-API-KEY or as a bearer token.',
    headers: ['WWW-Authenticate'],
  },
  NotAllowed: {
    status: '403',
    description: 'The credential lacks the permission, or may not use that platform.',
    code: 'USER_NOT_ALLOWED',
    field: 'x-platform-id',
    message: 'This API key may not use that platform.',
  },
  NotFound: {
    status: '404',
    description: 'What the path or the body refers to does not exist on this platform.',
    code: 'RESOURCE_NOT_FOUND',
    message: 'There is no workflow overdue-ladder.',
    resource: { id: 'overdue-ladder', type: 'WORKFLOW' },
  },
  Conflict: {
    status: '409',
    description:
      'RESOURCE_ALREADY_EXISTS: a name that must be unique is taken. IDEMPOTENCY_CHECK_FAILED: the `Idempotency-Key` was used with another body.',
    code: 'RESOURCE_ALREADY_EXISTS',
    field: 'reference',
    message: 'There is a workflow with the reference overdue-ladder already.',
  },
  TooLarge: {
    status: '413',
    description: 'The body is larger than 1 MiB.',
    code: 'BAD_REQUEST',
    message: 'Request body is too large',
  },
  UnsupportedMediaType: {
    status: '415',
    description: 'The body is not `application/json`.',
    code: 'UNSUPPORTED_MEDIA_TYPE',
    message: 'Unsupported Media Type',
  },
  InProgress: {
    status: '422',
    description: 'A request with the same `Idempotency-Key` is under way.',
    code: 'IDEMPOTENCY_CHECK_FAILED',
    field: 'Idempotency-Key',
    message: 'The first request with this idempotency key is still under way: try again in a moment.',
    headers: ['Retry-After'],
  },
  HeadersTooLarge: {
    status: '431',
    description: 'The URL and the headers are longer than 64 KiB together.',
    code: 'BAD_REQUEST',
    message: 'The URL and the headers are too long together.',
  },
  TooManyRequests: {
    status: '429',
    description: 'More requests than are allowed in this time.',
    code: 'INVALID_REQUEST',
    message: 'Too many requests; try again in a moment.',
    headers: ['Retry-After'],
  },
  InternalError: {
    status: '500',
    description: 'An error on our side.',
    code: 'INTERNAL_ERROR',
    message: 'An error on our side, recorded as reqr_8fQ2mZx1LrT0bYcVn3Wd.',
    headers: ['Idempotency-Retryable'],
  },
  Unavailable: {
    status: '503',
    description: 'The database does not answer at the moment.',
    code: 'INTERNAL_ERROR',
    message: 'Try again in a moment.',
    headers: ['Retry-After', 'Transient-error'],
  },
} satisfies Record<string, ErrorAnswer>;

export type ErrorName = keyof typeof ERROR_ANSWERS;

/** As `answerError` writes it. */
export function errorBody({ status, code, field, message, resource }: ErrorAnswer): z.infer<typeof apiError> {
  const problem = { code, field: field ?? null, message };
  return {
    type: status.startsWith('5') ? 'API_ERROR' : 'INVALID_REQUEST',
    ...problem,
    resource_id: resource?.id ?? null,
    resource_type: resource?.type ?? null,
    problems: [problem],
  };
}
