import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { inject } from 'vitest';
import type { Mailer } from '../../activities/ports.js';
import { buildApp } from '../../api/app.js';
import type { ZodApp } from '../../api/context.js';
import { createTemplateTrials } from '../../cli/template-trials.js';
import { createWebhookPoster } from '../../cli/webhook-poster.js';
import type { Logger } from '../../contracts/logger.js';
import { startMailbox } from '../../dev/mailbox/mailbox.js';
import { createEngineClient, type EngineClient } from '../../engine/client.js';
import { Courier } from '../../engine/courier.js';
import type { WatchdogOptions } from '../../engine/watchdog.js';
import { createApiKey } from '../../store/api-keys.js';
import type { Database } from '../../store/database.js';
import { templateReader } from '../../store/email-templates.js';
import { createPlatform } from '../../store/platforms.js';
import { createMailer, type OpenMailer } from '../../worker/create-mailer.js';
import { createPdfFetcher } from '../../worker/pdf-fetcher.js';
import { installQuietRuntime } from '../../worker/quiet-runtime.js';
import { runWorker, type RunningWorker, type RunWorkerOptions } from '../../worker/run-worker.js';
import { callWith, type Call } from './call.js';
import { createTestDatabase } from './database.js';
import { loopback, testMail } from './mail-connections.js';
import { testVault } from './vault.js';

export interface HarnessOptions {
  environment?: 'TEST' | 'LIVE';
  /** Wraps or replaces the mailer the worker uses. */
  mailer?: (real: Mailer) => Mailer;
  watchdog?: Pick<WatchdogOptions, 'everyMs' | 'graceMs' | 'closedEveryMs'>;
  /** How long a webhook is left alone that did not take an event, the first time. */
  webhookRetryMs?: number;
  /** false = no worker is started; `startWorker` does it later. */
  worker?: boolean;
  temporalAddress?: string;
  /** false = what is due together is sent by the runs' own executions only, which end right after it. */
  burstLane?: boolean;
  /** false = the API leaves everything to the dispatcher of a worker. */
  tellSoon?: boolean;
}

/** A mail as the mailbox shows it. */
export interface ReceivedMail {
  ID: string;
  To: { Name: string; Address: string }[];
  Cc: { Name: string; Address: string }[];
  Subject: string;
  Created: string;
  MessageID: string;
}

/** What a worker has otherwise than the harness says. */
type OwnWorker = Pick<HarnessOptions, 'mailer' | 'watchdog'> &
  Partial<Pick<RunWorkerOptions, 'webhookRetryMs' | 'db'>> & {
    /** null = it posts to no webhooks. */
    postRunEvent?: RunWorkerOptions['postRunEvent'] | null;
  };

/** The product on real servers, in this process: own database, own task queue, own mailbox, one platform. */
export interface Harness {
  db: Database;
  databaseUrl: string;
  app: ZodApp;
  engine: EngineClient;
  taskQueue: string;
  platformId: string;
  apiKey: string;
  smtpUrl: string;
  mailboxUrl: string;
  mailer: OpenMailer;
  call: Call;
  /** All mails so far, oldest first. */
  mails(): Promise<ReceivedMail[]>;
  startWorker(options?: OwnWorker): Promise<RunningWorker>;
  stop(): Promise<void>;
}

export const silentLog: Logger & { child(): unknown } = {
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLog,
};

export async function createHarness(options: HarnessOptions = {}): Promise<Harness> {
  installQuietRuntime('ERROR');
  const { db, url } = await createTestDatabase();
  const connection = { address: options.temporalAddress ?? inject('temporalAddress') };
  const engine = createEngineClient({ connection, namespace: 'default', callTimeoutMs: 3_000 });
  const taskQueue = `test-${randomBytes(6).toString('hex')}`;
  const mailbox = await startMailbox({ smtpPort: 0, httpPort: 0, log: () => undefined });
  const mailer = createMailer({
    readTemplate: templateReader(db),
    smtpUrl: mailbox.smtpUrl,
    testSmtpUrl: mailbox.smtpUrl,
    from: { name: 'Test', email: 'billing@test.example' },
    vault: testVault,
    networks: loopback,
  });
  const courier = new Courier({ db, engine, taskQueue, log: silentLog });
  const app = await buildApp({
    db,
    tellSoon: (kind, ids) => {
      if (options.tellSoon !== false) courier.tellSoon(kind, ids);
    },
    advanceWaitMs: 25_000,
    vault: testVault,
    mail: testMail,
    pdfNetworks: loopback,
    webhooks: { allowedNetworks: loopback },
    trials: createTemplateTrials(templateReader(db), mailer),
  });
  await app.ready();
  const platform = await createPlatform(db, 'Test', options.environment ?? 'TEST');
  const apiKey = await createApiKey(db, [platform.id], 'test');
  const workflowBundle = { code: await readFile(inject('workflowBundlePath'), 'utf8'), sourceMap: '' };
  const workers: RunningWorker[] = [];

  const harness: Harness = {
    db,
    databaseUrl: url,
    app,
    engine,
    taskQueue,
    platformId: platform.id,
    apiKey,
    smtpUrl: mailbox.smtpUrl,
    mailboxUrl: mailbox.url,
    mailer,
    call: callWith(app, apiKey),
    async mails() {
      const all: ReceivedMail[] = [];
      for (;;) {
        const response = await fetch(`${mailbox.url}/api/v1/messages?start=${String(all.length)}&limit=200`);
        const page = (await response.json()) as { messages: ReceivedMail[] };
        all.push(...page.messages);
        if (page.messages.length < 200) return all.reverse();
      }
    },
    async startWorker(own = {}) {
      const wrap = own.mailer ?? options.mailer;
      const worker = runWorker({
        db: own.db ?? db,
        engine,
        connection,
        namespace: 'default',
        taskQueue,
        mailer: wrap ? wrap(mailer) : mailer,
        messages: { vault: testVault, keepForMs: 86_400_000 },
        fetchPdf: createPdfFetcher({ vault: testVault, networks: loopback }),
        webhookRetryMs: own.webhookRetryMs ?? options.webhookRetryMs,
        ...(own.postRunEvent !== null && {
          postRunEvent: own.postRunEvent ?? createWebhookPoster(testVault, { allowedNetworks: loopback }),
        }),
        burstLane: options.burstLane ?? true,
        log: silentLog,
        workflowBundle,
        watchdog: own.watchdog ?? options.watchdog,
      });
      workers.push(worker);
      await worker.ready;
      return worker;
    },
    async stop() {
      await app.close();
      await Promise.all(workers.map((worker) => worker.stop()));
      await courier.drain();
      await mailer.close();
      await engine.close();
      await db.close();
      await mailbox.stop();
    },
  };
  if (options.worker !== false) await harness.startWorker();
  return harness;
}
