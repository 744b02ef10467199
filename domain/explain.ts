import { disagreementsOf } from './disagreements.js';
import { explainAnchor, type ExplainedAnchor } from './explain-anchor.js';
import { standingOf, type Standing } from './explain-standing.js';
import { explainStep, type DeliveryFacts, type ExplainedStep } from './explain-step.js';
import { zoneOf } from './evaluate.js';
import type { Operation } from './operate.js';
import type { SuppressionReason } from './recipient.js';
import type { RunContext } from './run.js';
import type { Instant, ResourceType } from './types.js';

/** What an operator did to a run. */
export interface OperationFacts {
  operation: Operation;
  at: Instant;
  by: string;
  note: string | null;
  /** Why it could not be done when its turn came. */
  refused: string | null;
  /** In force, and not carried out yet: the next look at the run begins with it. */
  pending: boolean;
}

/** What holds a run. */
interface HoldFacts {
  id: string;
  reason: string;
  until: Instant | null;
  note: string | null;
}

/** What suppresses an address (S-E6). */
export interface SuppressionFacts {
  email: string;
  reason: SuppressionReason;
  /** Who told us: API, SMTP, DSN … */
  source: string;
  /** RFC 3463. */
  statusCode: string | null;
  at: Instant;
}

/** A run with everything there is to tell about it, as it stands in Postgres. */
export interface TellableRun {
  id: string;
  triggerId: string;
  workflow: { id: string; reference: string };
  resource: { type: ResourceType; id: string };
  createdAt: Instant;
  context: RunContext;
  /** The step that `wakeAt` is about. */
  nextStepId: string | null;
  /** In the order in which they were made. */
  deliveries: readonly DeliveryFacts[];
  /** Oldest first. */
  operations: readonly OperationFacts[];
  holds: readonly HoldFacts[];
  /** Of addresses of its customer and the customer's contacts. */
  suppressions: readonly SuppressionFacts[];
}

/** Why a run stands where it stands. May hold addresses and amounts: never for the engine. */
export interface ExplainedRun extends Standing {
  run: TellableRun;
  zone: string;
  /** Whose zone it is. */
  zoneText: string;
  anchor: ExplainedAnchor;
  steps: readonly ExplainedStep[];
  /** Where the facts contradict each other, and which of them counts. */
  disagreements: readonly string[];
}

/** Tells of one run by the stored state and by the functions that decided it; decides nothing. */
export function explainRun(run: TellableRun): ExplainedRun {
  const { context, deliveries } = run;
  const { pinned } = context;
  const zone = context.run.zone ?? zoneOf(context);
  const anchor = explainAnchor(context, zone);
  const counting = {
    variant: pinned.variant,
    anchorAt: anchor.at,
    zone,
    singleStepManual: pinned.singleStepManual,
  };
  return {
    run,
    ...standingOf(run, zone),
    zone,
    zoneText: zoneText(context, zone),
    anchor,
    steps: context.run.steps.map((step) =>
      explainStep(
        step,
        deliveries.filter(({ stepId }) => stepId === step.id),
        context,
        counting,
      ),
    ),
    disagreements: disagreementsOf(context.facts.invoice),
  };
}

/** Customer → invoice → platform → UTC (S-T1). */
function zoneText(context: RunContext, zone: string): string {
  const { customer, facts, platform } = context;
  if (zoneOf(context) !== zone) return `${zone}, as it was when the run was planned`;
  if (customer.timezone !== null) return `${zone}, the customer’s zone`;
  if (facts.invoice?.timezone != null) return `${zone}, the invoice’s zone (the customer has none)`;
  if (platform.timezone !== null) return `${zone}, the platform’s zone (neither customer nor invoice has one)`;
  return 'UTC, because neither customer, invoice nor platform has a zone';
}
