import { Refusal, type Problem } from '../../contracts/refusal.js';

/** Refuses with all of them at once (S-W6). */
export function throwIfAny([first, ...rest]: readonly Problem[]): void {
  if (first) throw new Refusal([first, ...rest]);
}

export function invalid(field: string, message: string): Problem {
  return { code: 'INVALID_FIELD', field, message };
}

export function missing(field: string, message: string): Problem {
  return { code: 'MISSING_FIELD', field, message };
}
