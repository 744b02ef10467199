import { dayLabel, localMinute } from './local-time.js';
import { labelOf, type RunBody, type StepBody } from './runs.js';

/**
 * What a changed fact has done to the plans, a sentence per kind of effect: read off the runs before and after, so that the
 * demo tells what happened and not what should have.
 */
export function consequencesOf(before: readonly RunBody[], after: readonly RunBody[], now: number): string[] {
  return after.flatMap((run) => {
    const earlier = before.find(({ id }) => id === run.id);
    return earlier ? changes(earlier, run, now) : [`planned: ${list(run, run.steps, now)}`];
  });
}

/** The steps that somebody's facts hold back since the last look. */
export function newlyBlocked(
  before: readonly RunBody[],
  after: readonly RunBody[],
): { run: RunBody; step: StepBody }[] {
  return after.flatMap((run) => {
    const earlier = before.find(({ id }) => id === run.id);
    return run.steps
      .filter((step) => step.status === 'BLOCKED' && statusIn(earlier, step) !== 'BLOCKED')
      .map((step) => ({ run, step }));
  });
}

function changes(before: RunBody, after: RunBody, now: number): string[] {
  const was = (step: StepBody): StepBody['status'] | undefined => statusIn(before, step);
  const dropped = after.steps.filter((step) => step.status === 'SKIPPED' && was(step) !== 'SKIPPED');
  const back = after.steps.filter((step) => step.status !== 'SKIPPED' && was(step) === 'SKIPPED');
  const released = after.steps.filter((step) => isGoing(step) && was(step) === 'BLOCKED');
  const moved = after.steps.filter(
    (step) => step.status === 'PLANNED' && was(step) === 'PLANNED' && hasMoved(before, step),
  );
  return [
    ...(dropped.length > 0 ? [`will not go (${dropped[0]?.reason ?? ''}): ${labels(after, dropped)}`] : []),
    ...(back.length > 0 ? [`planned again: ${list(after, back, now)}`] : []),
    ...(released.length > 0 ? [`goes now: ${labels(after, released)}`] : []),
    ...moved.map((step) => {
      const from = before.steps.find(({ id }) => id === step.id) ?? step;
      return `moves: ${labelOf(after, step)}, ${day(before, from)} → ${day(after, step)}`;
    }),
  ];
}

/** `7 days overdue Fri 24 Apr, 15 days overdue Sat 2 May`; what is due already goes now. */
function list(run: RunBody, steps: readonly StepBody[], now: number): string {
  return steps
    .map((step) => `${labelOf(run, step)} ${Date.parse(step.planned_at) <= now ? 'now' : day(run, step)}`)
    .join(', ');
}

function labels(run: RunBody, steps: readonly StepBody[]): string {
  return steps.map((step) => labelOf(run, step)).join(', ');
}

function day(run: RunBody, step: StepBody): string {
  return dayLabel(localMinute(Date.parse(step.planned_at), run.timezone ?? 'UTC'));
}

function statusIn(run: RunBody | undefined, step: StepBody): StepBody['status'] | undefined {
  return run?.steps.find(({ id }) => id === step.id)?.status;
}

function hasMoved(before: RunBody, step: StepBody): boolean {
  return before.steps.find(({ id }) => id === step.id)?.planned_at !== step.planned_at;
}

function isGoing({ status }: StepBody): boolean {
  return status === 'PLANNED' || status === 'DONE';
}
