/** The contract's error codes that we use (S-W6). */
export type RefusalCode =
  | 'BAD_REQUEST'
  | 'UNAUTHORISED'
  | 'USER_NOT_ALLOWED'
  | 'RESOURCE_NOT_FOUND'
  | 'RESOURCE_ALREADY_EXISTS'
  | 'MISSING_FIELD'
  | 'INVALID_FIELD'
  | 'INVALID_OPERATION'
  | 'UNSUPPORTED_VERSION'
  | 'UNSUPPORTED_MEDIA_TYPE'
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

  constructor(problems: readonly [Problem, ...Problem[]], resource: { type: string; id: string } | null = null) {
    super(problems[0].message);
    this.name = 'Refusal';
    this.problems = problems;
    this.resource = resource;
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
}
