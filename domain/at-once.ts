import { nextAllowed } from './calendar.js';
import type { Shift, ShiftReason } from './plan.js';
import { skip } from './replan.js';
import { isUntouched, isWish, type RunContext, type Step } from './run.js';
import { directionOf } from './variants.js';
import { lastAnnouncement } from './window.js';

/** The step goes at the first instant from now on that the calendar allows (S-T4); its delivery window counts from there (S-T7). */
export function atOnce(step: Step, { now, pinned }: RunContext, zone: string, reason: ShiftReason): Step {
  const free = pinned.singleStepManual || isWish(step);
  const { at, shifts } = free ? { at: now, shifts: [] } : nextAllowed(now, pinned.calendar, zone);
  const moved: Shift[] = step.plannedAt === now ? [] : [{ from: step.plannedAt, to: now, reason }];
  return { ...step, status: 'PLANNED', reason: null, plannedAt: at, shifts: [...step.shifts, ...moved, ...shifts] };
}

/**
 * What came due while nothing could be sent, now that a hold ended or the run was resumed: the late policy decides as about any
 * late step (S-T4). What an operator asked for goes in any case; what the blast guard holds stays held.
 */
export function afterWaiting(
  context: RunContext,
  steps: readonly Step[],
  zone: string,
  reason: 'hold_ended' | 'resumed' | 'retried',
): readonly Step[] {
  const { now, pinned, run, lateStepsAllowed } = context;
  const waited = (step: Step): boolean => isUntouched(step) && step.plannedAt < now && step.reason !== 'blast_guard';
  const newest = steps.findLastIndex((step) => waited(step) && !isWish(step));
  return steps.map((step, index) => {
    if (!waited(step)) return step;
    if (isWish(step) || pinned.singleStepManual) return atOnce(step, context, zone, reason);
    if (isAnnouncementOfThePast(step, context)) return skip(step, 'anchor_passed');
    // Somebody who tries again wants a mail.
    const policy = reason === 'retried' && pinned.latePolicy === 'NONE' ? 'LATEST' : pinned.latePolicy;
    if (policy === 'NONE') return skip(step, 'late');
    if (policy === 'LATEST' && index !== newest) return skip(step, 'superseded');
    const late = { ...atOnce(step, context, zone, reason), late: true };
    if (isAnnouncementOfThePast(late, context)) return skip(step, 'anchor_passed');
    return run.type === 'EVENT' && !lateStepsAllowed ? { ...late, status: 'BLOCKED', reason: 'blast_guard' } : late;
  });
}

/** What leads up to an anchor is not wanted any more once it has passed, now or when it would go (S-T4). */
function isAnnouncementOfThePast({ rawAt, plannedAt }: Step, { now, run, pinned }: RunContext): boolean {
  const { anchorAt } = run;
  if (directionOf(pinned.variant) === 1 || anchorAt === null) return false;
  return Math.max(now, plannedAt) >= lastAnnouncement(rawAt, anchorAt);
}
