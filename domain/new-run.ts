import type { DueDates } from './anchor.js';
import type { Calendar } from './calendar.js';
import type { ResourceFacts } from './condition.js';
import type { CustomerFacts } from './facts.js';
import { pin } from './pin.js';
import type { LatePolicy } from './plan.js';
import type { Action, RunContext } from './run.js';
import type { Terms } from './terms.js';
import type { Instant, Period, TriggerType, Variant } from './types.js';

/** What a run begins from: a trigger, a workflow as it stands, and the facts. */
export interface NewRun {
  id: string;
  now: Instant;
  type: TriggerType;
  variant: Variant;
  /** The one period of a trigger for a single step (S-M5). */
  period: Period | null;
  /** A trial trigger's own end (S-M3). */
  trialEndAt: Instant | null;
  /** The last mail of another run of this workflow about this wallet. */
  lastMailAt: Instant | null;
  workflow: RunContext['workflow'] & {
    periods: readonly Period[];
    latePolicy: LatePolicy;
    /** Its own, else the platform's. */
    calendar: Calendar | null;
  };
  /** The delivery windows of the workflow's actions, where a step may be too late already; absent = not asked. */
  windows?: readonly (Period | null)[];
  holds: RunContext['holds'];
  terms: Terms;
  platform: { timezone: string | null; dueDates: DueDates };
  customer: CustomerFacts;
  facts: ResourceFacts;
}

/** Whether it can be sent is judged when it is sent: a workflow may get its actions after its first run. */
function notJudgedYet(windows: readonly (Period | null)[]): Action[] {
  const action = {
    id: '',
    steps: null,
    needsPaymentLink: false,
    needsPdf: false,
    providerActive: true,
    fallbackToContacts: false,
  };
  return windows.map((deliveryWindow) => ({ ...action, deliveryWindow }));
}

/** A new run is an open run without steps: the same evaluation plans it as re-plans it later. Real runs and simulated ones begin so. */
export function newRun(from: NewRun): RunContext {
  const { type, variant, now, workflow, platform, customer, facts, terms, lastMailAt } = from;
  return {
    now,
    run: {
      id: from.id,
      type,
      status: 'ACCEPTED',
      reason: null,
      stopReason: null,
      paused: false,
      cancelled: false,
      anchorAt: null,
      zone: null,
      trial:
        from.trialEndAt === null
          ? null
          : { endAt: from.trialEndAt, scheduleEndAtAcceptance: facts.schedule?.endAt ?? null },
      occurredAt: occurredAt(facts, now),
      wakeAt: null,
      steps: [],
    },
    pinned: pin({
      type,
      variant,
      singlePeriod: from.period,
      periods: workflow.periods,
      latePolicy: workflow.latePolicy,
      dueDates: platform.dueDates,
      calendar: workflow.calendar,
    }),
    workflow: {
      status: workflow.status,
      customerIds: workflow.customerIds,
      excludedCustomerIds: workflow.excludedCustomerIds,
    },
    actions: notJudgedYet(from.windows ?? [null]),
    terms,
    platform: { timezone: platform.timezone },
    customer: { ...customer, email: customer.email ?? 'not judged yet' },
    contacts: [],
    suppressed: [],
    facts,
    pdf: 'NONE',
    siblings: [],
    holds: from.holds,
    lastMailAt,
    lateStepsAllowed: true,
  };
}

/** A crossing is seen at the moment the balance is told of; null = no wallet. */
export function occurredAt({ wallet }: Pick<ResourceFacts, 'wallet'>, now: Instant): Instant | null {
  return wallet ? now : null;
}
