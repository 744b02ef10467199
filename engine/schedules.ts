import { createHash } from 'node:crypto';
import {
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  type CalendarSpec,
  type Client,
  type ScheduleDescription,
  type ScheduleOptions,
  type ScheduleSpec as EngineSpec,
} from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType, type SearchAttributePair } from '@temporalio/common';
import { SCHEDULED_SWEEP } from '../contracts/engine.js';
import { scheduleSpec, type ScheduleCalendar, type ScheduleSpec } from '../domain/schedule-spec.js';
import { forgetSchedule, recordSchedule, scheduledWorkflow, type ScheduledWorkflow } from '../store/schedules.js';
import type { Database } from '../store/database.js';
import { isNotFound } from './executions.js';

/** Keys in the memo of what a schedule starts. */
const WORKFLOW_MEMO = 'dunwell_workflow_id';
const PRINT_MEMO = 'dunwell_fingerprint';
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
    const options = wanted && optionsOf(id, taskQueue, wanted, Date.now());
    const print = options ? printOf(options) : 'none';
    if (print === before) return;
    before = print;
    if (options) {
      const { state, info } = await ensure(client, options);
      const { numActionsSkippedOverlap: skipped, numActionsMissedCatchupWindow: missed } = info;
      await recordSchedule(db, platformId, workflowId, { paused: state.paused, skipped, missed });
    } else {
      await remove(client, id);
      await forgetSchedule(db, workflowId);
    }
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
  taskQueue: string,
  { platform_id, id: workflowId, reference, variant, schedule }: ScheduledWorkflow,
  now: number,
): ScheduleOptions {
  const told = `${reference}: ${schedule.interval} (${schedule.timezone})`;
  const typedSearchAttributes = [
    keyword('DunwellPlatform', platform_id),
    keyword('DunwellWorkflow', reference),
    keyword('DunwellVariant', variant),
  ];
  return {
    scheduleId: id,
    spec: engineSpec(scheduleSpec(schedule, now)),
    action: {
      type: 'startWorkflow',
      workflowType: SCHEDULED_SWEEP,
      workflowId: `sweep/${platform_id}/${workflowId}`,
      taskQueue,
      args: [{ workflowId }],
      memo: { [WORKFLOW_MEMO]: workflowId },
      staticSummary: `Sweep of ${told}`,
      typedSearchAttributes,
    },
    policies: { overlap: 'SKIP', catchupWindow: CATCHUP },
    state: { note: told },
    typedSearchAttributes,
  };
}

/** Changed only where it differs: what has not fired yet when a schedule is changed fires no more. */
async function ensure(client: Client, options: ScheduleOptions): Promise<ScheduleDescription> {
  const print = printOf(options);
  const { scheduleId: id, action, ...rest } = options;
  const marked = { ...action, memo: { ...action.memo, [PRINT_MEMO]: print } };
  const handle = client.schedule.getHandle(id);
  const there = await handle.describe().catch((error: unknown) => {
    if (error instanceof ScheduleNotFoundError) return null;
    throw error;
  });
  if (!there) {
    await client.schedule.create({ ...options, action: marked }).catch((error: unknown) => {
      // Somebody else was quicker: with the same, or it is looked at again.
      if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    });
    return handle.describe();
  }
  if (there.action.memo?.[PRINT_MEMO] === print) return there;
  // Somebody may have paused it on the engine: that stays.
  await handle.update(({ state }) => ({ ...rest, action: marked, state: state.paused ? state : (rest.state ?? {}) }));
  return handle.describe();
}

async function remove(client: Client, id: string): Promise<void> {
  try {
    await client.schedule.getHandle(id).delete();
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError) && !isNotFound(error)) throw error;
  }
}

function printOf(options: ScheduleOptions): string {
  return createHash('sha256').update(JSON.stringify(options)).digest('base64url');
}

function keyword(name: string, value: string): SearchAttributePair {
  return { key: defineSearchAttributeKey(name, SearchAttributeType.KEYWORD), value };
}
