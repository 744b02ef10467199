/**
 * The closed list of reasons (S-R1): the same words in the API, in the Temporal UI and in metrics. Codes are for ever;
 * sentences may improve.
 */
export const REASONS = {
  // A run stopped.
  paid: 'The invoice is paid.',
  settled: 'Nothing is open on the invoice any more.',
  voided: 'The invoice is void.',
  archived: 'The invoice or the wallet is archived.',
  cancelled: 'The subscription is cancelled, void or archived.',
  recovered: 'The balance is back above the threshold.',
  not_eligible: 'The resource does not meet the conditions of this workflow.',
  out_of_scope: 'The customer is outside the scope of the workflow.',
  workflow_archived: 'The workflow was archived.',
  cancelled_by_operator: 'An operator cancelled the run.',
  stopped_on_engine: 'The execution was terminated or cancelled on the engine.',
  engine_failed: 'The execution failed or timed out on the engine.',
  // A run waits.
  held: 'The customer or the invoice is held.',
  no_anchor: 'There is no date to count from.',
  sibling_sending: 'Another run is sending this very step.',
  // A step was skipped.
  skipped_by_operator: 'An operator skipped the step.',
  superseded: 'A later step of the ladder took its place.',
  period_removed: 'The workflow has no such step any more.',
  late: 'Its instant had passed when the run was planned.',
  anchor_passed: 'The date it announces has passed.',
  already_sent: 'Another run has sent this step for the same resource.',
  workflow_inactive: 'The workflow was inactive when the step was due.',
  notifications_off: 'The customer has switched invoice e-mails off.',
  delivery_window_passed: 'It could not be sent within its delivery window.',
  run_closed: 'The run had ended.',
  no_action_for_step: 'No action of the workflow applies to this step.',
  action_inactive: 'The action is no longer active.',
  // A step is blocked until somebody repairs the cause.
  on_hold: 'The invoice is on hold.',
  no_action: 'The workflow has no active action.',
  no_recipient: 'The customer has no usable e-mail address.',
  suppressed: 'The recipient’s address is suppressed: it bounced, complained, or was entered by hand.',
  no_payment_link: 'A payment link is asked for, and the invoice has none.',
  no_pdf: 'The invoice PDF is asked for, and there is none.',
  template_missing: 'The template is missing or does not render.',
  variable_missing: 'A value that the template cannot do without is not there.',
  no_test_mailbox: 'This is a TEST platform and no test mailbox is configured.',
  no_provider: 'No e-mail provider is configured.',
  provider_not_active: 'The integration that the mail goes through is not active.',
  provider_refused: 'The e-mail provider refused us.',
  blast_guard: 'Too many late reminders at once; waiting for a release.',
  // A step ended with something to tell.
  rejected: 'The recipient’s server refused the message.',
  dropped: 'The mail may or may not have arrived; it was decided not to send it again.',
  in_doubt: 'The connection was lost before the server’s answer: it may or may not have arrived.',
} as const;

export type Reason = keyof typeof REASONS;

/** Stop reasons that facts can take back: such a run is reopened when its condition is true again (S-R6). */
export const REOPENABLE: readonly Reason[] = ['paid', 'settled', 'voided', 'cancelled'];
