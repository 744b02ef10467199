/** The contract's error codes that we use (S-W6). */
export type RefusalCode =
  | 'BAD_REQUEST'
  | 'UNAUTHORISED'
  | 'USER_NOT_ALLOWED'
  | 'RESOURCE_NOT_FOUND'
  | 'RESOURCE_ALREADY_EXISTS'
  | 'IDEMPOTENCY_CHECK_FAILED'
  | 'MISSING_FIELD'
  | 'INVALID_FIELD'
  | 'INVALID_OPERATION'
  | 'UNSUPPORTED_VERSION'
  | 'UNSUPPORTED_MEDIA_TYPE'
  | 'INVALID_REQUEST'
  | 'INTERNAL_ERROR';

export interface Problem {
  code: RefusalCode;
  /** Path of the field in the request, `invoice.overdue.periods[0].value`; null when no field is at fault. */
  field: string | null;
  message: string;
}

/** A request that is answered with an error and changes nothing. What to do stands in the message. */
export class Refusal extends Error {
  readonly problems: readonly [Problem, ...Problem[]];
  readonly resource: { type: string; id: string } | null;
  /** The same request can succeed after so many seconds. */
  readonly retryAfterS: number | null;

  constructor(
    problems: readonly [Problem, ...Problem[]],
    resource: { type: string; id: string } | null = null,
    retryAfterS: number | null = null,
  ) {
    super(problems[0].message);
    this.name = 'Refusal';
    this.problems = problems;
    this.resource = resource;
    this.retryAfterS = retryAfterS;
  }

  static invalid(field: string, message: string): Refusal {
    return new Refusal([{ code: 'INVALID_FIELD', field, message }]);
  }

  static missing(field: string, message: string): Refusal {
    return new Refusal([{ code: 'MISSING_FIELD', field, message }]);
  }

  static operation(message: string, field: string | null = null): Refusal {
    return new Refusal([{ code: 'INVALID_OPERATION', field, message }]);
  }

  static notFound(type: string, id: string, field: string | null = null): Refusal {
    const message = `There is no ${type.toLowerCase().replaceAll('_', ' ')} ${id}.`;
    return new Refusal([{ code: 'RESOURCE_NOT_FOUND', field, message }], { type, id });
  }

  static taken(field: string, message: string): Refusal {
    return new Refusal([{ code: 'RESOURCE_ALREADY_EXISTS', field, message }]);
  }

  /** An idempotency key that another request has used (S-W9). */
  static reusedKey(): Refusal {
    const message = 'This idempotency key was used for another request.';
    return new Refusal([{ code: 'IDEMPOTENCY_CHECK_FAILED', field: 'Idempotency-Key', message }]);
  }

  /** An idempotency key whose first request is not answered yet (S-W9). */
  static keyInProgress(): Refusal {
    const message = 'The first request with this idempotency key is still under way: try again in a moment.';
    return new Refusal([{ code: 'IDEMPOTENCY_CHECK_FAILED', field: 'Idempotency-Key', message }], null, 1);
  }
}

/** Somebody we need does not answer; the same request can succeed later. */
export class Unavailable extends Error {}
