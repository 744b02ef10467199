import type { WebhookDelivered, WebhookDelivery } from '../contracts/engine.js';
import { postWebhook } from './activities.js';

/** One event for one webhook: posted until it is taken, or for seven days. */
export async function webhookDelivery(delivery: WebhookDelivery): Promise<WebhookDelivered> {
  return postWebhook(delivery, `${delivery.event.type} to ${delivery.webhookId}`);
}
