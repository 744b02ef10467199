import { evaluate, isClosed } from '../domain/evaluate.js';
import { isWanted, mismatch } from '../domain/match.js';
import { isOpen } from '../domain/run.js';
import type { Instant, Period, Variant } from '../domain/types.js';
import type { RunRequest } from './create-runs.js';
import { newRunOf } from './new-run.js';
import type { Sql } from './database.js';
import type { Platform } from './platforms.js';
import { targetOf } from './target.js';
import { isComplete, type LoadedResource } from './resources.js';
import { toMatchable, type WorkflowRow } from './workflows.js';

export type ReadyWorkflow = WorkflowRow & { variant: Variant };

/** A resource that fits a workflow, and what starting the workflow for it would do. */
export interface Prospect {
  resource: LoadedResource;
  /** ALREADY: it has its EVENT run (S-M6). CLOSED: a run would be closed from the start, because nothing is left to send. */
  start: 'ALREADY' | 'CLOSED' | 'OPEN';
  /** The first step of the run it would get; null = none is dated. */
  first: { at: Instant; late: boolean } | null;
}

/** Whether a fact of this workflow would be its event, were it to arrive now; whoever asks for it needs no `event_trigger`. */
export function isCandidate(workflow: ReadyWorkflow, resource: LoadedResource): boolean {
  const { customer, facts } = resource;
  if (!customer || !isComplete(resource)) return false;
  const matchable = { ...toMatchable(workflow), eventTrigger: true };
  if (mismatch(matchable, workflow.variant, customer.id, null, facts) !== null) return false;
  return isWanted(workflow.variant, facts, matchable.terms);
}

/** What an event of this resource would ask for. */
export function eventOf(platform: Platform, workflow: ReadyWorkflow, resource: LoadedResource): RunRequest {
  return {
    platform,
    type: 'EVENT',
    variant: workflow.variant,
    resource,
    workflows: [workflow],
    period: null,
    trialEndAt: null,
    target: targetOf(resource, { event: { variant: workflow.variant } }),
    workflowId: workflow.id,
  };
}

/** Those of the resources that fit, in their order, with the plan of a real event; nothing is locked or stored. */
export async function prospectsAmong(
  sql: Sql,
  platform: Platform,
  workflow: ReadyWorkflow,
  page: readonly LoadedResource[],
  windows: readonly (Period | null)[],
): Promise<Prospect[]> {
  const candidates = page.filter((resource) => isCandidate(workflow, resource));
  const known = await whatIsKnown(
    sql,
    workflow,
    candidates.map(({ id }) => id),
  );
  return candidates.map((resource) => {
    const { present, last_mail_at } = known.get(resource.id) ?? { present: false, last_mail_at: null };
    if (present) return { resource, start: 'ALREADY', first: null };
    const context = newRunOf(eventOf(platform, workflow, resource), workflow, '', last_mail_at, windows);
    const { status, steps } = evaluate(context);
    if (isClosed(status)) return { resource, start: 'CLOSED', first: null };
    const step = steps.find(isOpen);
    const first = step ? { at: step.plannedAt, late: step.late || step.plannedAt <= context.now } : null;
    return { resource, start: 'OPEN', first };
  });
}

/** What the runs there are say of a resource. */
interface Known {
  id: string;
  present: boolean;
  last_mail_at: Instant | null;
}

/** By id, whether there is an EVENT run for the occasion: with a wallet for the crossing it would be (S-M6). */
async function whatIsKnown(
  sql: Sql,
  { id, platform_id, variant }: ReadyWorkflow,
  resourceIds: readonly string[],
): Promise<ReadonlyMap<string, Known>> {
  if (resourceIds.length === 0) return new Map();
  const rows = await sql.rows<Known>(
    `SELECT own.id, EXISTS (
         SELECT FROM runs r WHERE r.workflow_id = $1 AND r.resource_id = own.id AND r.type = 'EVENT' AND r.occurrence =
           CASE WHEN $3 = 'WALLET_BALANCE' THEN $3 || '/' || CASE WHEN w.armed THEN w.crossings + 1
             ELSE greatest(w.crossings, 1) END ELSE $3 END) AS present,
       CASE WHEN $3 = 'WALLET_BALANCE' THEN last_mail_at($2, $1, own.id, '') END AS last_mail_at
     FROM unnest($4::text[]) AS own (id) LEFT JOIN wallet_watches w ON w.workflow_id = $1 AND w.wallet_id = own.id`,
    [id, platform_id, variant, resourceIds],
  );
  return new Map(rows.map((row) => [row.id, row]));
}
