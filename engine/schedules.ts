import {
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  type CalendarSpec,
  type Client,
  type ScheduleDescription,
  type ScheduleOptions,
  type ScheduleSpec as EngineSpec,
  type ScheduleUpdateOptions,
} from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType, type SearchAttributePair } from '@temporalio/common';
import { SCHEDULED_SWEEP } from '../contracts/engine.js';
import { scheduleSpec, SPEC_VERSION, type ScheduleCalendar, type ScheduleSpec } from '../domain/schedule-spec.js';
import type { Database } from '../store/database.js';
import {
  forgetSchedule,
  recordSchedule,
  scheduledWorkflow,
  type ScheduledWorkflow,
  type ScheduleMark,
} from '../store/schedules.js';
import { answerOf, isNotFound } from './answers.js';

/** Keys in the memo of what a schedule starts. */
const WORKFLOW_MEMO = 'dunwell_workflow_id';
const MARK_MEMO = 'dunwell_mark';
/** gRPC status code 3. */
const INVALID_ARGUMENT = 3;
/** How late a firing is still caught up after an outage; with overlaps skipped, those of one outage are one sweep. */
const CATCHUP = '365 days';
/** An interval that is longer than we look ahead, and shorter than the time since 1970: it fires once, at its offset. */
const ONCE_MS = 50 * 365 * 86_400_000;

const MONTHS = [
  'JANUARY',
  'FEBRUARY',
  'MARCH',
  'APRIL',
  'MAY',
  'JUNE',
  'JULY',
  'AUGUST',
  'SEPTEMBER',
  'OCTOBER',
  'NOVEMBER',
  'DECEMBER',
] as const;
const WEEKDAYS = ['SUNDAY', 'MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY'] as const;

export function scheduleId(platformId: string, workflowId: string): string {
  return `schedule/${platformId}/${workflowId}`;
}

/**
 * Makes, changes or deletes the engine's schedule of a workflow, so that it is as Postgres says (S-Z7). Safe to repeat, by any
 * number of processes: whoever has written looks again, so the last one leaves what is wanted.
 */
export async function syncSchedule(
  db: Database,
  client: Client,
  taskQueue: string,
  platformId: string,
  workflowId: string,
): Promise<void> {
  const id = scheduleId(platformId, workflowId);
  for (let before: string | null = null; ;) {
    const wanted = await scheduledWorkflow(db, platformId, workflowId);
    const print = wanted?.print ?? 'none';
    if (print === before) return;
    before = print;
    if (wanted) await bring(db, client, wanted, { print, taskQueue, version: SPEC_VERSION, year: wanted.year });
    else {
      await remove(client, id);
      await forgetSchedule(db, workflowId);
    }
  }
}

/** What the engine does not take is recorded, and nothing is left there: not what was in force before either. */
async function bring(db: Database, client: Client, wanted: ScheduledWorkflow, mark: ScheduleMark): Promise<void> {
  try {
    const { action, state, info } = await ensure(client, wanted, mark);
    const { numActionsSkippedOverlap: skipped, numActionsMissedCatchupWindow: missed } = info;
    await recordSchedule(db, wanted, markOf(action) ?? mark, { paused: state.paused, skipped, missed, error: null });
  } catch (error) {
    if (!(error instanceof ScheduleRefused)) throw error;
    await remove(client, scheduleId(wanted.platform_id, wanted.id));
    await recordSchedule(db, wanted, mark, { paused: false, skipped: 0, missed: 0, error: error.message });
  }
}

/** A schedule as the engine's client takes it. */
export function engineSpec({ zone, calendars, instants }: ScheduleSpec): EngineSpec {
  return {
    timezone: zone,
    calendars: calendars.map(calendarOf),
    intervals: instants.map((at) => ({ every: ONCE_MS, offset: at % ONCE_MS })),
  };
}

function calendarOf(calendar: ScheduleCalendar): CalendarSpec {
  return {
    second: calendar.second,
    minute: ranges(calendar.minutes),
    hour: ranges(calendar.hours),
    dayOfMonth: ranges(calendar.daysOfMonth),
    month: calendar.months.flatMap((month) => MONTHS[month - 1] ?? []),
    dayOfWeek: calendar.weekdays.flatMap((weekday) => WEEKDAYS[weekday] ?? []),
    ...(calendar.years && { year: ranges(calendar.years) }),
  };
}

/** 1, 2, 3, 7 = 1–3 and 7. */
function ranges(values: readonly number[]): { start: number; end: number }[] {
  const found: { start: number; end: number }[] = [];
  for (const value of values) {
    const last = found.at(-1);
    if (last && last.end === value - 1) last.end = value;
    else found.push({ start: value, end: value });
  }
  return found;
}

function optionsOf(
  id: string,
  { platform_id, id: workflowId, reference, variant, schedule }: ScheduledWorkflow,
  mark: ScheduleMark,
): ScheduleOptions {
  const told = `${reference}: ${schedule.interval} (${schedule.timezone})`;
  const typedSearchAttributes = [
    keyword('DunwellPlatform', platform_id),
    keyword('DunwellWorkflow', reference),
    keyword('DunwellVariant', variant),
  ];
  return {
    scheduleId: id,
    spec: engineSpec(scheduleSpec(schedule, Date.UTC(mark.year, 0, 1))),
    action: {
      type: 'startWorkflow',
      workflowType: SCHEDULED_SWEEP,
      workflowId: `sweep/${platform_id}/${workflowId}`,
      taskQueue: mark.taskQueue,
      args: [{ workflowId }],
      memo: { [WORKFLOW_MEMO]: workflowId, [MARK_MEMO]: mark },
      staticSummary: `Sweep of ${told}`,
      typedSearchAttributes,
    },
    policies: { overlap: 'SKIP', catchupWindow: CATCHUP },
    state: { note: told },
    typedSearchAttributes,
  };
}

/** Changed only where it differs: what has not fired yet when a schedule is changed fires no more. */
async function ensure(client: Client, wanted: ScheduledWorkflow, mark: ScheduleMark): Promise<ScheduleDescription> {
  const id = scheduleId(wanted.platform_id, wanted.id);
  const handle = client.schedule.getHandle(id);
  const there = await handle.describe().catch((error: unknown) => {
    if (error instanceof ScheduleNotFoundError) return null;
    throw error;
  });
  const known = there && markOf(there.action);
  if (there && known && !isOutdated(known, mark)) return there;
  const options = optionsOf(id, wanted, mark);
  if (there) {
    const { action, ...rest } = options;
    // Somebody may have paused it on the engine: that stays.
    const change = ({ state }: ScheduleDescription): ScheduleUpdateOptions => ({
      ...rest,
      action,
      state: state.paused ? state : (rest.state ?? {}),
    });
    await handle.update(change).catch(refused);
  } else {
    await client.schedule.create(options).catch((error: unknown) => {
      // Somebody else was quicker: with the same, or it is looked at again.
      if (!(error instanceof ScheduleAlreadyRunning)) refused(error);
    });
  }
  return handle.describe();
}

/** What is there gives way to something else, and to what is worked out later; never to what was worked out earlier. */
function isOutdated(there: ScheduleMark, mine: ScheduleMark): boolean {
  if (there.print !== mine.print || there.taskQueue !== mine.taskQueue) return true;
  return there.version < mine.version || (there.version === mine.version && there.year < mine.year);
}

function markOf({ memo }: ScheduleDescription['action']): ScheduleMark | null {
  return (memo?.[MARK_MEMO] as ScheduleMark | undefined) ?? null;
}

/** The engine does not take a schedule, whoever asks and however often. */
class ScheduleRefused extends Error {}

/** A namespace that lacks search attributes refuses everything; they are created, and it is tried again. */
function refused(error: unknown): never {
  // As such the client tells that the spec is invalid.
  if (error instanceof TypeError) throw new ScheduleRefused(error.message, { cause: error });
  const { code, details } = answerOf(error) ?? {};
  if (code !== INVALID_ARGUMENT || details === undefined || /search attribute/i.test(details)) throw error;
  throw new ScheduleRefused(details, { cause: error });
}

async function remove(client: Client, id: string): Promise<void> {
  try {
    await client.schedule.getHandle(id).delete();
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError) && !isNotFound(error)) throw error;
  }
}

function keyword(name: string, value: string): SearchAttributePair {
  return { key: defineSearchAttributeKey(name, SearchAttributeType.KEYWORD), value };
}
