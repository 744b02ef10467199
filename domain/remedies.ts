import type { Reason } from './reasons.js';

/** What would have to happen for a run that is blocked, or waits for something else than its next step. */
const REMEDIES: Partial<Record<Reason, string>> = {
  held: 'It goes on when the hold ends: by itself, or with DELETE /v1/holds/{id}.',
  no_anchor: 'It goes on when the facts have a date to count from again.',
  not_eligible: 'It goes on when the facts meet the conditions again.',
  sibling_sending: 'It looks again within seconds, by itself.',
  on_hold: 'It goes as soon as the invoice is no longer on_hold.',
  no_action: 'It goes as soon as the workflow has an ACTIVE action.',
  no_recipient: 'It goes as soon as the customer has an e-mail address.',
  suppressed:
    'It goes as soon as the customer has another address, or the suppression is removed: DELETE /v1/suppressions/{address}.',
  no_payment_link: 'It goes as soon as the invoice has a pay_invoice_link, or the action asks for none.',
  no_pdf: 'It goes as soon as somebody sends the PDF (PUT /v1/invoices/{id}/pdf), or the billing source has it.',
  template_missing: 'It goes as soon as the template is there and renders; it is also tried again by itself.',
  variable_missing: 'It goes as soon as the facts have the value, or the template does not require it.',
  no_test_mailbox: 'It goes as soon as TEST_SMTP_URL is set for the worker, or the address is on the allow list.',
  no_provider: 'It goes as soon as SMTP_URL is set for the worker, or the action names an integration.',
  provider_not_active: 'It goes as soon as the integration is ACTIVE, or the action names another.',
  provider_refused: 'It goes as soon as the provider takes our login; it is also tried again by itself.',
  blast_guard: 'It goes when somebody releases it: POST /v1/workflow-runs/release.',
  engine_failed:
    'Somebody has to look at the failed execution on the engine, then retry: POST /v1/workflow-runs/{id}/retry.',
};

export function remedyOf(reason: Reason | null): string | null {
  return (reason && REMEDIES[reason]) ?? null;
}
