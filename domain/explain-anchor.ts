import { anchorOf } from './anchor.js';
import { occasionOf, isClosed } from './evaluate.js';
import { periodLabel } from './period.js';
import type { RunContext } from './run.js';
import type { Instant } from './types.js';
import { localLabel } from './zone.js';

/** What the periods of a run are counted from, and where that comes from. */
export interface ExplainedAnchor {
  at: Instant | null;
  /** The fact it was read from, as the API names it; null = none, or the facts have changed since. */
  field: string | null;
  text: string;
}

/** `zone` is the one the run counts in. */
export function explainAnchor(context: RunContext, zone: string): ExplainedAnchor {
  const { run, pinned, facts, terms } = context;
  const present = anchorOf(pinned.variant, facts, zone, pinned.dueDates, occasionOf(context), terms);
  const at = run.anchorAt ?? present;
  if (at === null)
    return { at, field: fieldOf(context).field, text: `There is no date to count from: ${absent(context)}.` };
  if (present !== at) {
    const now = present === null ? 'have no date any more' : `say ${localLabel(present, zone)}`;
    return {
      at,
      field: null,
      text: `${localLabel(at, zone)}, as it was; the facts ${now}, and ${isClosed(run.status) ? 'this run has ended' : 'this run has not followed'}.`,
    };
  }
  const { field, read } = fieldOf(context);
  return { at, field, text: `${localLabel(at, zone)}: ${read}` };
}

function absent(context: RunContext): string {
  return `${fieldOf(context).field} is not there`;
}

/** The fact that the anchor is read from, and how it is read. */
function fieldOf(context: RunContext): { field: string; read: string } {
  const { facts, pinned, run, lastMailAt, terms } = context;
  const { invoice } = facts;
  switch (pinned.variant) {
    case 'OVERDUE':
      return { field: 'due_date', read: dateRead('the due_date of the invoice', invoice?.dueAt, context) };
    case 'UPCOMING_PAYMENT_REMINDER':
      return invoice?.chargeAt != null
        ? { field: 'charge_date', read: dateRead('the charge_date of the invoice', invoice.chargeAt, context) }
        : {
            field: 'due_date',
            read: dateRead('the due_date of the invoice, which has no charge_date', invoice?.dueAt, context),
          };
    case 'TO_FINAL':
      return invoice?.finalFrom === 'updated_to_final_at'
        ? { field: 'updated_to_final_at', read: 'the updated_to_final_at of the invoice.' }
        : {
            field: 'updated_to_final_at',
            read: 'when the invoice was first seen FINAL; it has no updated_to_final_at.',
          };
    case 'FAILED_PAYMENT':
      return facts.payment?.atFrom === 'timestamp'
        ? { field: 'timestamp', read: 'the timestamp of the payment.' }
        : { field: 'timestamp', read: 'when this result of the payment was first seen; it has no timestamp.' };
    case 'FREE_TRIAL_REMINDER': {
      const stored = facts.schedule?.endAt ?? null;
      const { trial } = run;
      if (!trial || stored !== trial.scheduleEndAtAcceptance) {
        return { field: 'end_at', read: dateRead('the end_at of the trial’s schedule', stored, context) };
      }
      const own = 'the trial_end_at of the trigger, which counts until the schedule’s own end changes';
      return { field: 'trial_end_at', read: dateRead(own, trial.endAt, context) };
    }
    case 'WALLET_BALANCE': {
      const crossed = 'when the balance was seen below the threshold';
      const waited = run.occurredAt !== null && run.anchorAt !== null && run.anchorAt > run.occurredAt;
      if (!waited || lastMailAt === null || !terms.wallet) return { field: 'open_balance', read: `${crossed}.` };
      const cooldown = periodLabel(terms.wallet.cooldown);
      return {
        field: 'cooldown',
        read: `the end of the cooldown, ${cooldown} after the last mail about this wallet (${stamp(lastMailAt)}); the balance fell below the threshold before that, ${stamp(run.occurredAt ?? 0)}.`,
      };
    }
  }
}

/** `due_dates: DATE` takes midnight UTC for a calendar date (S-T2). */
function dateRead(what: string, at: Instant | null | undefined, { pinned }: RunContext): string {
  if (at == null) return `${what}.`;
  const asDate = pinned.dueDates === 'DATE' && at % 86_400_000 === 0;
  return asDate
    ? `${what}, ${stamp(at).slice(0, 10)}, read as a calendar date (due_dates: DATE), which begins at midnight there.`
    : `${what}, ${stamp(at)}, taken as that very instant (due_dates: ${pinned.dueDates}).`;
}

function stamp(at: Instant): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}
