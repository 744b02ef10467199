import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import pino from 'pino';
import { createEngineClient } from '../engine/client.js';
import { createReturnPaths } from '../email/return-path.js';
import { Database } from '../store/database.js';
import { templateReader } from '../store/email-templates.js';
import { bundleWorkflows } from '../worker/bundle-workflows.js';
import { startBounceListener } from '../worker/bounce-listener.js';
import { createMailer } from '../worker/create-mailer.js';
import { createPdfFetcher } from '../worker/pdf-fetcher.js';
import { runWorker, type RunningWorker } from '../worker/run-worker.js';
import { readWorkerConfig, vaultOf } from './config.js';
import { readEngineConfig } from './engine-options.js';
import { shutdownSignal } from './shutdown.js';
import { createWebhookPoster } from './webhook-poster.js';

const DAY_MS = 86_400_000;

/** `dunwell worker`: works until SIGTERM, then drains. */
export async function workerCommand(): Promise<void> {
  const config = readWorkerConfig(process.env);
  const log = pino({ level: config.LOG_LEVEL });
  const db = new Database(config.DATABASE_URL, { applicationName: 'dunwell worker' });
  const engineConfig = readEngineConfig();
  const engine = createEngineClient(engineConfig);
  const vault = vaultOf(config.ENCRYPTION_KEYS);
  const returnPaths =
    config.BOUNCE_ADDRESS === undefined ? null : createReturnPaths(config.BOUNCE_ADDRESS, (text) => vault.marks(text));
  const mailer = createMailer({
    readTemplate: templateReader(db),
    smtpUrl: config.SMTP_URL ?? null,
    smtpRateLimit: config.SMTP_RATE_LIMIT,
    testSmtpUrl: config.TEST_SMTP_URL ?? null,
    from: { name: config.MAIL_FROM_NAME ?? null, email: config.MAIL_FROM },
    vault,
    networks: config.SMTP_ALLOW_PRIVATE_NETWORKS,
    returnPaths,
  });
  const stopping = shutdownSignal();
  const worker = runWorker({
    db,
    engine,
    connection: engineConfig.connection,
    namespace: engineConfig.namespace,
    taskQueue: config.TEMPORAL_TASK_QUEUE,
    mailer,
    messages: { vault, keepForMs: config.MESSAGE_RETENTION_DAYS * DAY_MS },
    fetchPdf: createPdfFetcher({
      vault,
      networks: config.PDF_ALLOW_PRIVATE_NETWORKS,
      mostBytes: config.PDF_MAX_BYTES,
    }),
    postRunEvent: createWebhookPoster(vault, { allowedNetworks: config.WEBHOOK_ALLOW_PRIVATE_NETWORKS }),
    burstLane: config.BURST_LANE === 'on',
    log,
    workflowBundle: await bundleWorkflows(),
    maxCachedWorkflows: config.WORKER_CACHED_WORKFLOWS,
  });
  const bounces =
    returnPaths && config.BOUNCE_SMTP_LISTEN
      ? await startBounceListener(config.BOUNCE_SMTP_LISTEN, { db, returnPaths, log })
      : null;
  const health = await startHealth(worker, config.HOST, config.HEALTH_PORT);
  void worker.ready.then(() => {
    log.info({ taskQueue: config.TEMPORAL_TASK_QUEUE, health: health.address() }, 'worker ready');
  });
  await stopping;
  await bounces?.stop();
  await worker.stop();
  await mailer.close();
  await engine.close();
  await db.close();
  health.close();
}

/** `/healthz` = the process is alive; `/readyz` = search attributes exist and the worker polls. Throws when the port is taken. */
async function startHealth(worker: RunningWorker, host: string, port: number): Promise<Server> {
  const server = createServer((request, response) => {
    const ready = request.url === '/healthz' || (request.url === '/readyz' && worker.isReady());
    response.writeHead(ready ? 200 : request.url === '/readyz' ? 503 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ status: ready ? 'ok' : 'unavailable' }));
  }).listen(port, host);
  await once(server, 'listening');
  return server;
}
