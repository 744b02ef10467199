import type { ResourceFacts } from '../domain/condition.js';
import { isEvent, isWanted, mismatch, variantsOf } from '../domain/match.js';
import { DEFAULT_TERMS } from '../domain/terms.js';
import type { Variant } from '../domain/types.js';
import { createRuns } from './create-runs.js';
import type { Sql } from './database.js';
import type { Platform } from './platforms.js';
import { isComplete, type LoadedResource } from './resources.js';
import { targetOf } from './target.js';
import { watchWallet, type Crossings } from './wallet-watches.js';
import { activeWorkflows, toMatchable, type WorkflowRow } from './workflows.js';

/** A resource that changed, and a variant that may have become wanted by it. */
interface Change {
  resource: LoadedResource;
  /** null = it was not there, or not complete. */
  before: ResourceFacts | null;
  variant: Variant;
}

/** Starts the runs of everything that became wanted by this change (S-A3). Answers the ids of the new runs. */
export async function raiseEvents(
  tx: Sql,
  platform: Platform,
  before: readonly LoadedResource[],
  after: readonly LoadedResource[],
): Promise<string[]> {
  const changes = after.filter(isComplete).flatMap((resource): Change[] => {
    const old = before.find((other) => other.type === resource.type && other.id === resource.id);
    const facts = old && isComplete(old) ? old.facts : null;
    return variantsOf(resource.type)
      .map((variant) => ({ resource, before: facts, variant }))
      .filter(mayBeEvent);
  });
  if (changes.length === 0) return [];
  const workflows = await activeWorkflows(tx, platform.id, [...new Set(changes.map(({ variant }) => variant))]);
  const runIds: string[] = [];
  for (const change of changes) {
    const { resource, variant } = change;
    const customerId = resource.customer?.id ?? '';
    // A wallet is watched for those too that events do not start: a sweep asks for its crossings (S-C5).
    const matching = workflows.filter(
      (own) =>
        mismatch({ ...toMatchable(own), eventTrigger: true }, variant, customerId, null, resource.facts) === null,
    );
    const { wanted, crossings } = await concerned(tx, change, matching);
    if (wanted.length === 0) continue;
    const result = await createRuns(tx, {
      platform,
      type: 'EVENT',
      variant,
      resource,
      workflows: wanted,
      period: null,
      trialEndAt: null,
      ...(crossings && { crossings }),
      target: targetOf(resource, { event: { variant } }),
      workflowId: null,
    });
    runIds.push(...result.runs.filter((run) => run.created).map((run) => run.id));
  }
  return runIds;
}

/** Whether it is worth to look for workflows: with these two it depends on what each of them asks for. */
function mayBeEvent({ variant, before, resource }: Change): boolean {
  if (variant === 'FAILED_PAYMENT' || variant === 'WALLET_BALANCE') return true;
  return isEvent(variant, before, resource.facts, DEFAULT_TERMS);
}

/** The workflows for which this change is an event; a wallet's balance is noted with each that watches it. */
async function concerned(
  tx: Sql,
  { variant, before, resource: { facts } }: Change,
  matching: readonly WorkflowRow[],
): Promise<{ wanted: WorkflowRow[]; crossings?: Crossings }> {
  const started = matching.filter((own) => own.run_settings.event_trigger);
  if (!facts.wallet) {
    return { wanted: started.filter((own) => isEvent(variant, before, facts, toMatchable(own).terms)) };
  }
  const crossings = await watchWallet(tx, matching, before?.wallet ?? null, facts.wallet);
  const wanted = (own: WorkflowRow): boolean => isWanted(variant, facts, toMatchable(own).terms);
  return { wanted: started.filter((own) => crossings.has(own.id) && wanted(own)), crossings };
}
