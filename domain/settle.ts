import type { Reason } from './reasons.js';
import { skip } from './replan.js';
import { isDropped, type Action, type LedgerEntry, type Step } from './run.js';

/**
 * Brings a step to what its ledger says: once every delivery has ended, so has the step. REJECTED makes it FAILED, IN_DOUBT
 * makes it DONE with `in_doubt`; the run never waits for an outcome it cannot change (S-E5). A step that was closed while its
 * mail was already on the way is settled too: what was sent was sent. SKIPPED deliveries say nothing: a reopened run sends them.
 * Only one that was dropped never goes again.
 */
export function settle(step: Step, actions: readonly Action[]): Step {
  const ledger = step.ledger.filter((entry) => entry.status !== 'SKIPPED' && !isOrphaned(entry, actions));
  // A doubt can still be resolved: the true sender may come back with the server's answer (S-E4).
  const certain = (step.status === 'DONE' && step.reason !== 'in_doubt') || step.status === 'FAILED';
  if (certain) return step;
  if (ledger.length === 0) return step.ledger.some(isDropped) ? skip(step, 'dropped') : step;
  const has = (status: LedgerEntry['status']): boolean => ledger.some((entry) => entry.status === status);
  if (has('CLAIMED') || has('TRANSMITTING') || has('PLANNED') || has('BLOCKED')) return step;
  const sentAt = ledger.reduce<number | null>((last, entry) => entry.sentAt ?? last, null);
  if (has('REJECTED')) return { ...step, sentAt, status: 'FAILED', reason: 'rejected' };
  if (has('IN_DOUBT')) return { ...step, sentAt, status: 'DONE', reason: 'in_doubt' };
  return { ...step, sentAt, status: 'DONE', reason: null };
}

/** A delivery that had not gone when its action was switched off: nobody waits for it any more. */
function isOrphaned(entry: LedgerEntry, actions: readonly Action[]): boolean {
  const waiting = entry.status === 'PLANNED' || entry.status === 'BLOCKED';
  return waiting && !actions.some((action) => action.id === entry.actionId);
}

/** Ends a step that is not to go any more: what was sent of it was sent, what still waited goes no more. */
export function closeStep(step: Step, reason: Reason, actions: readonly Action[]): Step {
  const ledger = step.ledger.filter(({ status }) => status !== 'PLANNED' && status !== 'BLOCKED');
  const ended = settle({ ...step, ledger }, actions);
  return ended.status === 'DONE' || ended.status === 'FAILED' ? { ...ended, ledger: step.ledger } : skip(step, reason);
}
