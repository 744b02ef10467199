import { ApplicationFailure, Context } from '@temporalio/activity';
import { FAILURE, WEBHOOK_RETRY, type WebhookDelivered, type WebhookDelivery } from '../contracts/engine.js';
import { getPlatforms } from '../store/platforms.js';
import { getRun } from '../store/runs.js';
import { getWebhook } from '../store/webhooks.js';
import type { ActivityPorts } from './ports.js';

/**
 * Posts one event to one webhook as both stand now; the engine repeats it until it is taken. Throws for good when the webhook is gone
 * or inactive, or its address is not one that we call. Messages go to the engine: they hold nothing personal, and no address.
 */
export async function postWebhook(
  { db, postRunEvent, webhookRetryMs = WEBHOOK_RETRY.initialMs }: ActivityPorts,
  { webhookId, platformId, runId, event }: WebhookDelivery,
): Promise<WebhookDelivered> {
  const webhook = await getWebhook(db, platformId, webhookId);
  if (!webhook?.active) {
    const what = webhook ? 'is not active any more' : 'has been deleted';
    throw ApplicationFailure.nonRetryable(`The webhook ${webhookId} ${what}.`, FAILURE.WEBHOOK_GONE);
  }
  const [platform] = await getPlatforms(db, [platformId]);
  const run = await getRun(db, platformId, runId);
  if (!platform || !run) throw ApplicationFailure.nonRetryable(`There is no run ${runId}.`, FAILURE.RUN_UNKNOWN);

  const { successful, status, refused, message } = await postRunEvent({ webhook, platform, event, run });
  if (successful && status !== null) return { status };
  if (refused) {
    const why = `The address of ${webhookId} is not on the public internet, nor in WEBHOOK_ALLOW_PRIVATE_NETWORKS.`;
    throw ApplicationFailure.nonRetryable(why, FAILURE.WEBHOOK_REFUSED);
  }
  // Attempts are lost on our own side, too: what the webhook refused is counted apart, and the engine keeps the count.
  const context = Context.current();
  const refusals = Number(context.info.heartbeatDetails ?? 0);
  context.heartbeat(refusals + 1);
  const { coefficient, maximumMs } = WEBHOOK_RETRY;
  const nextRetryDelay = Math.min(webhookRetryMs * coefficient ** refusals, maximumMs);
  throw ApplicationFailure.create({ type: FAILURE.WEBHOOK_NOT_TAKEN, message, nextRetryDelay });
}
