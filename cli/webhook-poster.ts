import type { ActivityPorts } from '../activities/ports.js';
import { iso } from '../api/schemas/wire.js';
import { secretsOf, storedSettings, targetOf } from '../api/solvimon/webhook-fields.js';
import { runResponse } from '../api/solvimon/workflow-runs.js';
import type { Vault } from '../store/vault.js';
import { createWebhookSender, type WebhookSenderOptions } from '../webhooks/send-webhook.js';

/** Posts what became of runs, shown as the API shows them, by the settings that the API has stored. */
export function createWebhookPoster(vault: Vault, options: WebhookSenderOptions): ActivityPorts['postRunEvent'] {
  const send = createWebhookSender(options);
  return ({ webhook, platform, event: { id, type, at }, run }) => {
    const as = { id: webhook.id, secrets: secretsOf(webhook, vault) };
    const target = targetOf(storedSettings(webhook, vault), platform, as);
    const common = { object_type: 'WEBHOOK_EVENT', created_at: iso(at), platform_id: platform.id } as const;
    return send(target, { ...common, id, type, data: runResponse(run) }, webhook.now);
  };
}
