import type { ContactFacts, CustomerFacts } from './facts.js';

/**
 * Whether a customer's change can alter what its open runs wait for: the zone moves their steps, an address or a preference
 * lets a blocked one go. Name and locale are read at the send and plan nothing anew (S-T5).
 */
export function customerAffects(before: CustomerFacts, after: CustomerFacts): boolean {
  return (
    before.timezone !== after.timezone || before.email !== after.email || before.invoiceMailOff !== after.invoiceMailOff
  );
}

/** Whether a contact's change can make somebody reachable whom runs of its customer are blocked for (S-E6). */
export function contactAffects(before: ContactFacts | null, after: ContactFacts | null): boolean {
  return after !== null && (before?.email !== after.email || before.invoiceMailOff !== after.invoiceMailOff);
}

/** Whether it can be what a mail lacked that could not be made: a required value, or a template in the language (S-E2). */
export function mailAffects(before: CustomerFacts, after: CustomerFacts): boolean {
  return before.name !== after.name || before.locale !== after.locale;
}
