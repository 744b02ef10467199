import type { Reason } from './reasons.js';
import { REASONS } from './reasons.js';
import { periodLabel } from './period.js';
import type { RunStatus, Step } from './run.js';
import type { Instant, Variant } from './types.js';
import { traitsOf } from './variants.js';
import { localDateTime, localLabel } from './zone.js';

/** What a run's execution on the engine waits for, and what it tells people meanwhile. Nothing personal (no names, no addresses). */
export interface RunWaits {
  /** What of Postgres this is; a `changed` signal with another one makes the execution look again. */
  revision: number;
  /** The run has ended in Postgres: so does its execution. */
  closed: boolean;
  status: RunStatus;
  /** Why it waits, is blocked or was stopped. */
  reason: Reason | null;
  /** Epoch milliseconds at which to act; null = only a signal can change anything. */
  wakeAt: Instant | null;
  /** The step to send then; null = look again. */
  stepId: string | null;
  /** The run lives on a test clock: it arms no timer, the clock wakes it (S-T8). */
  onTestClock: boolean;
  /** Whether `wakeAt` has come on the run's own clock. */
  due: boolean;
  nextStepAt: Instant | null;
  /** One line for the timer and the activity: `step 2 of 3: 15 days overdue, 12 May 2026 09:00 Europe/Amsterdam`. */
  summary: string;
  /** The whole ladder as a small Markdown table, for the engine's UI. */
  details: string;
}

export interface WaitingRun {
  revision: number;
  status: RunStatus;
  reason: Reason | null;
  stopReason: Reason | null;
  wakeAt: Instant | null;
  nextStepId: string | null;
  nextStepAt: Instant | null;
  zone: string | null;
  onTestClock: boolean;
  variant: Variant;
  steps: readonly Step[];
  now: Instant;
}

export function waitsOf(run: WaitingRun): RunWaits {
  const closed = run.status === 'COMPLETED' || run.status === 'STOPPED';
  return {
    revision: run.revision,
    closed,
    status: shownStatus(run),
    reason: run.stopReason ?? run.reason,
    wakeAt: run.wakeAt,
    stepId: run.nextStepId,
    onTestClock: run.onTestClock,
    due: run.wakeAt !== null && run.wakeAt <= run.now,
    nextStepAt: run.nextStepAt,
    summary: summaryOf(run, closed),
    details: detailsOf(run),
  };
}

/** The engine sees a run that waits; whether it is being sent at this moment is Postgres' to say (S-R1). */
function shownStatus({ status }: WaitingRun): RunStatus {
  return status === 'ACCEPTED' || status === 'SENDING' ? 'WAITING' : status;
}

function summaryOf(run: WaitingRun, closed: boolean): string {
  const reason = run.stopReason ?? run.reason;
  if (closed || run.wakeAt === null) return reason ? `${run.status}: ${reason}` : run.status;
  const zone = run.zone ?? 'UTC';
  const index = run.steps.findIndex((step) => step.id === run.nextStepId);
  const step = run.steps[index];
  if (!step) return `${shownStatus(run)}: ${reason ?? 'look again'} until ${localLabel(run.wakeAt, zone)}`;
  const place = run.steps.length > 1 ? `step ${String(index + 1)} of ${String(run.steps.length)}: ` : '';
  return `${place}${stepLabel(run.variant, step)}, ${localLabel(step.plannedAt, zone)}`;
}

/** `15 days overdue`, `3 days before the trial ends`, `invoice final`. */
function stepLabel(variant: Variant, step: Pick<Step, 'periods'>): string {
  const period = step.periods[0];
  switch (variant) {
    case 'OVERDUE':
      return period?.value === 0 ? 'due today' : `${period ? periodLabel(period) : ''} overdue`;
    case 'FREE_TRIAL_REMINDER':
      return period?.value === 0 ? 'trial ends' : `${period ? periodLabel(period) : ''} before the trial ends`;
    case 'UPCOMING_PAYMENT_REMINDER':
      return `${period ? periodLabel(period) : ''} before the payment`;
    case 'TO_FINAL':
      return 'invoice final';
    case 'FAILED_PAYMENT':
      return 'payment failed';
    case 'WALLET_BALANCE':
      return 'wallet below its threshold';
  }
}

function detailsOf(run: WaitingRun): string {
  const zone = run.zone ?? 'UTC';
  const reason = run.stopReason ?? run.reason;
  const title = `**${shownStatus(run)}**${reason ? ` · \`${reason}\`: ${REASONS[reason]}` : ''}`;
  const before = traitsOf(run.variant).ladder ? 'Step' : 'Reminder';
  const rows = run.steps.map((step) => {
    const when = step.status === 'DONE' && step.sentAt !== null ? step.sentAt : step.plannedAt;
    return `| ${stepLabel(run.variant, step)} | ${localDateTime(when, zone)} | ${step.status} | ${step.reason ?? ''} |`;
  });
  return [title, '', `| ${before} | When, ${zone} | Status | Why |`, '|---|---|---|---|', ...rows].join('\n');
}
