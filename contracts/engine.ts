import type { Instant } from '../domain/types.js';
import type { RunWaits } from '../domain/waits.js';
import type { WebhookAction } from './webhook-events.js';

/** Names that are for ever: executions that are open while a release goes out know them. */
export const TASK_QUEUE = 'dunwell';
export const REMINDER_RUN = 'reminderRun';
export const CLOCK_ADVANCE = 'clockAdvance';
export const WEBHOOK_DELIVERY = 'webhookDelivery';
/** Where webhooks are posted to, beside the queue of everything else: one that answers slowly holds up no mail. */
export const webhookQueue = (taskQueue: string): string => `${taskQueue}-webhooks`;
export const SCHEDULED_SWEEP = 'scheduledSweep';
export const BURST_LANE = 'burstLane';
export const CHANGED_SIGNAL = 'changed';

/** Input of `reminderRun`: ids and waits, nothing personal. Read from Postgres when the start is delivered. */
export interface ReminderRunInput {
  runId: string;
  waits: RunWaits;
  /** What the execution before had heard of and not looked at yet when it continued as new. */
  heard?: number | null;
}

/** Payload of the one signal: Postgres is at this revision; look again if you know another one. */
export interface Changed {
  revision: number;
}

/** What an execution answers at its end. */
export interface RunOutcome {
  status: string;
  reason: string | null;
}

/** Input of `webhookDelivery`: one event for one webhook. What it says of the run is read when it is posted. */
export interface WebhookDelivery {
  webhookId: string;
  platformId: string;
  runId: string;
  event: ToldEvent;
}

/** What happened and when; the same in every attempt. */
export interface ToldEvent {
  /** `whev_…` */
  id: string;
  type: WebhookAction;
  at: Instant;
}

/** What the webhook answered. */
export interface WebhookDelivered {
  status: number;
}

/** Input of `scheduledSweep`. */
export interface SweepInput {
  workflowId: string;
  /** When the sweep began, told on when it continues as new. */
  firedAt?: number;
}

export interface SweepRequest {
  workflowId: string;
  /** The execution whose sweep it is, by its first run id, and its workflow id on the engine. */
  carrier: string;
  engineWorkflowId: string;
  /** When it was started on the engine. */
  firedAt: number;
}

/** How far a sweep is. STOPPED: the workflow is not run by the clock any more, or a later sweep goes on instead. */
export interface SweepProgress {
  state: 'MORE' | 'DONE' | 'STOPPED';
  /** Resources, and runs made, so far. */
  lookedAt: number;
  created: number;
}

/** Runs are divided among so many lanes, by a hash of their ids; workers share the lanes. */
export const BURST_LANES = 8;

/** Input of `burstLane`. */
export interface BurstLaneInput {
  /** From 0 to BURST_LANES - 1. */
  lane: number;
  /** Steps sent before it continued as new. */
  handled?: number;
}

/** Steps handled in one call; `more` = call again. */
export interface BurstProgress {
  handled: number;
  more: boolean;
}

/** Types of the ApplicationFailures that activities throw. */
export const FAILURE = {
  /** A delivery failed in a way that is safe to repeat. */
  DELIVERY_RETRY: 'DeliveryRetry',
  /** The run is not in Postgres: nothing can be done. */
  RUN_UNKNOWN: 'RunUnknown',
  /** The webhook has been deleted, or is not active. */
  WEBHOOK_GONE: 'WebhookGone',
  /** The webhook leads to an address that we do not call. */
  WEBHOOK_REFUSED: 'WebhookRefused',
  /** The webhook did not answer, or not with 2xx: it is tried again. */
  WEBHOOK_NOT_TAKEN: 'WebhookNotTaken',
} as const;

/** When a failed send is tried again by itself. */
export const SEND_RETRY = { initialMs: 5_000, coefficient: 2, maximumMs: 600_000 } as const;

/** When an event that a webhook did not take is posted again: 2 minutes to 8 hours later (S-A2). */
export const WEBHOOK_RETRY = { initialMs: 120_000, coefficient: 2, maximumMs: 28_800_000 } as const;

/** One attempt at a step: at most ten mails one after the other, each within its sender's own limits. */
export const SEND_TIMEOUT_MS = 20 * 60_000;

/** What the worker does for the workflows. */
export interface Activities {
  /** Sends a due step if it may still go, and answers what the run waits for next. */
  sendStepEmails(request: SendStepRequest): Promise<RunWaits>;
  /** Brings the run up to date with the facts and answers what it waits for. */
  reconsider(request: { runId: string }): Promise<RunWaits>;
  /** Moves a test clock to its target, waking every run on the way (S-T8). */
  advanceClock(request: { clockId: string }): Promise<void>;
  /** Sends steps of a lane that are due together, until there are none. */
  sendBursts(request: { lane: number }): Promise<BurstProgress>;
  /** Posts an event to a webhook. */
  postWebhook(request: WebhookDelivery): Promise<WebhookDelivered>;
  /** Starts a workflow for the next of the resources that fit it (S-Z7). */
  sweepResources(request: SweepRequest): Promise<SweepProgress>;
}

export interface SendStepRequest {
  runId: string;
  stepId: string;
  revision: number;
}
