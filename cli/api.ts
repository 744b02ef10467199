import pino from 'pino';
import { startApi } from '../api/server.js';
import { createEngineClient } from '../engine/client.js';
import { Courier } from '../engine/courier.js';
import { createMailConnections } from '../email/mail-connections.js';
import { Database } from '../store/database.js';
import { templateReader } from '../store/email-templates.js';
import { readApiConfig, tokenIssuerOf, vaultOf } from './config.js';
import { createMailer } from '../worker/create-mailer.js';
import { readEngineConfig } from './engine-options.js';
import { createPreview } from './preview.js';
import { createTemplateTrials } from './template-trials.js';
import { shutdownSignal } from './shutdown.js';

const ADVANCE_WAIT_MS = 25_000;

/** `dunwell api`: answers requests until SIGTERM, then ends those under way. */
export async function apiCommand(): Promise<void> {
  const config = readApiConfig(process.env);
  const tokenIssuer = tokenIssuerOf(config);
  const log = pino({ level: config.LOG_LEVEL });
  const db = new Database(config.DATABASE_URL, { applicationName: 'dunwell api' });
  const engine = createEngineClient(readEngineConfig());
  const courier = new Courier({ db, engine, taskQueue: config.TEMPORAL_TASK_QUEUE, log });
  const vault = vaultOf(config.ENCRYPTION_KEYS);
  const from = { name: config.MAIL_FROM_NAME ?? null, email: config.MAIL_FROM };
  // For tests of templates only: reminders are the worker's.
  const readTemplate = templateReader(db);
  const mailer = createMailer({
    readTemplate,
    smtpUrl: config.SMTP_URL ?? null,
    testSmtpUrl: config.TEST_SMTP_URL ?? null,
    from,
    vault,
    networks: config.SMTP_ALLOW_PRIVATE_NETWORKS,
  });
  const stopping = shutdownSignal();
  const api = await startApi({
    host: config.HOST,
    port: config.PORT,
    db,
    tellSoon: (kind, ids) => {
      courier.tellSoon(kind, ids);
    },
    advanceWaitMs: ADVANCE_WAIT_MS,
    preview: createPreview(from, readTemplate),
    trials: createTemplateTrials(readTemplate, mailer),
    vault,
    mail: createMailConnections(config.SMTP_ALLOW_PRIVATE_NETWORKS),
    pdfNetworks: config.PDF_ALLOW_PRIVATE_NETWORKS,
    pdfMaxBytes: config.PDF_MAX_BYTES,
    tokenIssuer,
    rateLimit: config.RATE_LIMIT_PER_MINUTE,
    webhooks: { allowedNetworks: config.WEBHOOK_ALLOW_PRIVATE_NETWORKS },
    logger: log,
  });
  await stopping;
  await api.stop();
  await mailer.close();
  await courier.drain();
  await engine.close();
  await db.close();
}
