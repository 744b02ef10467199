/**
 * - `template_unknown`: no template of that name. What to do: correct the action's template, or store one.
 * - `header_forbidden`: CR, LF or NUL in something that becomes a header (S-E1). Correct the name or subject at its source.
 * - `address_invalid`: not a single mailbox. Correct the address.
 * - `facts_invalid`: an amount or a date that is none; a mail must not guess. Correct the billing facts.
 * - `variable_missing`: the template cannot do without a value that is not there (S-E2). Complete the facts, or do not require it.
 * - `template_failed`: the template broke off or ran into its bounds (S-E2). Correct the template.
 */
export type MailContentCode =
  | 'template_unknown'
  | 'header_forbidden'
  | 'address_invalid'
  | 'facts_invalid'
  | 'variable_missing'
  | 'template_failed';

/** A mail that cannot be made from what was given. Trying again does not help; `field` says what to correct. */
export class MailContentError extends Error {
  override readonly name = 'MailContentError';
  constructor(
    readonly code: MailContentCode,
    readonly field: string,
    message: string,
  ) {
    super(message);
  }
}
