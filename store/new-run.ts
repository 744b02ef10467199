import { evaluate } from '../domain/evaluate.js';
import { newRun, type NewRun } from '../domain/new-run.js';
import { readCalendar, type CalendarBody } from '../domain/read-calendar.js';
import type { RunContext } from '../domain/run.js';
import { readTerms } from '../domain/terms.js';
import type { Instant, Period } from '../domain/types.js';
import { traitsOf } from '../domain/variants.js';
import type { RunRequest } from './create-runs.js';
import type { Sql } from './database.js';
import { deliveryWindows } from './delivery-windows.js';
import type { Platform } from './platforms.js';
import type { LoadedResource } from './resources.js';
import type { WorkflowRow } from './workflows.js';

const DAY_MS = 86_400_000;

/** Everything that decides about a run that is about to begin, to be evaluated. */
export async function contextOfNewRun(
  tx: Sql,
  request: RunRequest,
  workflow: WorkflowRow,
  id: string,
): Promise<RunContext> {
  const lastMailAt = await lastMail(tx, request, workflow);
  const context = newRunOf(request, workflow, id, lastMailAt);
  if (!asksForWindow(context)) return context;
  return newRunOf(request, workflow, id, lastMailAt, await deliveryWindows(tx, workflow.id));
}

/** The cooldown of a wallet counts from it (S-C5); null = nothing was sent, or it is about no wallet. */
export async function lastMail(
  sql: Sql,
  { resource, platform }: { resource: Pick<LoadedResource, 'type' | 'id'>; platform: Pick<Platform, 'id'> },
  workflow: Pick<WorkflowRow, 'id'>,
): Promise<Instant | null> {
  if (resource.type !== 'WALLET') return null;
  const row = await sql.row<{ at: Instant | null }>(`SELECT last_mail_at($1, $2, $3, '') AS at`, [
    platform.id,
    workflow.id,
    resource.id,
  ]);
  return row?.at ?? null;
}

/**
 * Whether its one step may be too late already, by the windows of the workflow's actions (S-T4). None is shorter than a day, so
 * that an event in good time needs no look at them.
 */
function asksForWindow(context: RunContext): boolean {
  if (context.run.type === 'MANUAL' || traitsOf(context.pinned.variant).ladder) return false;
  const { anchorAt } = evaluate(context);
  return anchorAt !== null && context.now - anchorAt >= DAY_MS;
}

/** The run that this workflow would get. */
export function newRunOf(
  request: RunRequest,
  workflow: WorkflowRow,
  id: string,
  lastMailAt: Instant | null,
  windows?: readonly (Period | null)[],
): RunContext {
  const { resource, period, platform, type, variant, trialEndAt } = request;
  if (!resource.customer) throw new Error('A run needs its customer: match only complete resources.');
  return newRun({
    id,
    now: resource.now,
    type,
    variant,
    period,
    trialEndAt,
    ...(windows && { windows }),
    holds: resource.holds,
    lastMailAt,
    workflow: startOf(workflow, platform),
    terms: readTerms(workflow.definition.config, workflow.settings),
    platform: { timezone: platform.timezone, dueDates: platform.due_dates },
    customer: resource.customer,
    facts: resource.facts,
  });
}

/** The workflow's calendar, else the platform's: pinned when the run begins (S-D6). */
export function calendarOf({ definition }: WorkflowRow, platform: Pick<Platform, 'calendar'>): CalendarBody | null {
  return definition.calendar ?? platform.calendar;
}

/** What a run begins with of its workflow. */
export function startOf(workflow: WorkflowRow, platform: Pick<Platform, 'calendar'>): NewRun['workflow'] {
  return {
    status: workflow.status,
    customerIds: workflow.customer_ids,
    excludedCustomerIds: workflow.excluded_customer_ids,
    periods: workflow.definition.periods,
    latePolicy: workflow.definition.late_policy,
    calendar: readCalendar(calendarOf(workflow, platform)),
  };
}
