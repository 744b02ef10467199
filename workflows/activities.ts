import { proxyActivities, workflowInfo } from '@temporalio/workflow';
import {
  SEND_RETRY,
  SEND_TIMEOUT_MS,
  webhookQueue,
  type Activities,
  type BurstProgress,
  type SendStepRequest,
  type WebhookDelivered,
  type WebhookDelivery,
  type SweepProgress,
  type SweepRequest,
} from '../contracts/engine.js';
import type { RunWaits } from '../domain/waits.js';

const sending = proxyActivities<Activities>({
  heartbeatTimeout: '10s',
  startToCloseTimeout: SEND_TIMEOUT_MS,
  // Without a count: the claim ends it when the delivery window has passed (S-T7).
  retry: {
    initialInterval: SEND_RETRY.initialMs,
    backoffCoefficient: SEND_RETRY.coefficient,
    maximumInterval: SEND_RETRY.maximumMs,
  },
});

const looking = proxyActivities<Activities>({
  startToCloseTimeout: '30s',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '1m' },
});

const advancing = proxyActivities<Activities>({
  heartbeatTimeout: '10s',
  startToCloseTimeout: '1d',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '10s' },
});

const bursting = proxyActivities<Activities>({
  heartbeatTimeout: '10s',
  startToCloseTimeout: '10m',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '10s' },
});

const sweeping = proxyActivities<Activities>({
  heartbeatTimeout: '10s',
  startToCloseTimeout: '1h',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '1m' },
});

/** `summary` is the one line the engine's UI shows beside the activity. */
export function sendStepEmails(request: SendStepRequest, summary: string): Promise<RunWaits> {
  return sending.sendStepEmails.executeWithOptions({ summary }, [request]);
}

export function reconsider(request: { runId: string }, summary: string): Promise<RunWaits> {
  return looking.reconsider.executeWithOptions({ summary }, [request]);
}

export function advanceClock(request: { clockId: string }): Promise<void> {
  return advancing.advanceClock(request);
}

export function sendBursts(request: { lane: number }): Promise<BurstProgress> {
  return bursting.sendBursts(request);
}

export function postWebhook(delivery: WebhookDelivery, summary: string): Promise<WebhookDelivered> {
  const { postWebhook: post } = proxyActivities<Activities>({
    taskQueue: webhookQueue(workflowInfo().taskQueue),
    startToCloseTimeout: '30s',
    // It beats once, to leave a number for the next attempt; without a timeout it must not.
    heartbeatTimeout: '30s',
    scheduleToCloseTimeout: '7d',
    // For what fails on our side: how long a webhook is left alone that did not take an event, the activity says.
    retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '10m' },
  });
  return post.executeWithOptions({ summary }, [delivery]);
}

export function sweepResources(request: SweepRequest): Promise<SweepProgress> {
  return sweeping.sweepResources(request);
}
