import type { Refusal, RefusalCode } from '../../contracts/refusal.js';

/** HTTP status by error code (S-W6). */
const STATUS: Record<RefusalCode, number> = {
  BAD_REQUEST: 400,
  MISSING_FIELD: 400,
  INVALID_FIELD: 400,
  INVALID_OPERATION: 400,
  UNSUPPORTED_VERSION: 400,
  UNAUTHORISED: 401,
  USER_NOT_ALLOWED: 403,
  RESOURCE_NOT_FOUND: 404,
  RESOURCE_ALREADY_EXISTS: 409,
  IDEMPOTENCY_CHECK_FAILED: 409,
  UNSUPPORTED_MEDIA_TYPE: 415,
  INVALID_REQUEST: 429,
  INTERNAL_ERROR: 500,
};

export function statusOf({ problems: [{ code }], retryAfterS }: Refusal): number {
  return code === 'IDEMPOTENCY_CHECK_FAILED' && retryAfterS !== null ? 422 : STATUS[code];
}
