import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pino from 'pino';
import { startApi, type RunningApi } from '../api/server.js';
import { TASK_QUEUE } from '../contracts/engine.js';
import { Networks } from '../contracts/networks.js';
import { choosePort } from '../dev/ports.js';
import { startStack, type Stack } from '../dev/stack.js';
import { searchAttributesForCli } from '../dev/search-attributes.js';
import { createMailConnections } from '../email/mail-connections.js';
import { createEngineClient } from '../engine/client.js';
import { Courier } from '../engine/courier.js';
import { createApiKey, findKeyHolder } from '../store/api-keys.js';
import { Database } from '../store/database.js';
import { templateReader } from '../store/email-templates.js';
import { migrate } from '../store/migrate.js';
import { createPlatform, listPlatforms } from '../store/platforms.js';
import { newEncryptionKey } from '../store/vault.js';
import type { WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { bundleWorkflows } from '../worker/bundle-workflows.js';
import { createMailer } from '../worker/create-mailer.js';
import { createPdfFetcher } from '../worker/pdf-fetcher.js';
import { runWorker } from '../worker/run-worker.js';
import { runDemo } from './demo.js';
import { vaultOf } from './config.js';
import { readEngineConfig } from './engine-options.js';
import { createPreview } from './preview.js';
import { createTemplateTrials } from './template-trials.js';
import { createWebhookPoster } from './webhook-poster.js';
import { shutdownSignal } from './shutdown.js';

export interface DevOptions {
  /** undefined = on an empty data directory. */
  demo?: boolean;
  once?: boolean;
  ephemeral?: boolean;
  dataDir: string;
  port?: number;
  mailboxPort?: number;
  smtpPort?: number;
  temporalPort?: number;
  temporalUiPort?: number;
  postgresPort?: number;
}

/** `<data-dir>/dev.json`: where everything is, for scripts and tests. */
export interface DevFile {
  api_url: string;
  api_key: string;
  platform_id: string;
  mailbox_url: string;
  temporal_address: string;
  temporal_ui_url: string | null;
  database_url: string;
}

const ADVANCE_WAIT_MS = 25_000;
const KEEP_MESSAGES_MS = 90 * 86_400_000;
const SENDER = { name: 'Dunwell', email: 'reminders@dunwell.localhost' };
/** Where those who try webhooks listen, and the built-in mailbox. */
const THIS_MACHINE = new Networks(['127.0.0.0/8', '::1']);

/** `dunwell dev`: the whole product in one process beside its real servers; the same code as in production. */
export async function devCommand(options: DevOptions): Promise<void> {
  const startedAt = performance.now();
  const stopping = shutdownSignal();
  const stopped = new AbortController();
  void stopping.then(() => {
    stopped.abort();
  });
  // Bundling takes seconds of CPU: beside the servers' start.
  const bundling = bundleWorkflows();
  const port = await choosePort({
    name: 'API',
    flag: '--port',
    wanted: options.port,
    fallback: 3000,
    log: (line) => {
      console.log(`  ${line}`);
    },
    taken: new Set(),
  });
  const stack = await startStack({
    dataDir: options.dataDir,
    ephemeral: options.ephemeral ?? false,
    ports: {
      postgres: options.postgresPort,
      temporal: options.temporalPort,
      temporalUi: options.temporalUiPort,
      smtp: options.smtpPort,
      mailbox: options.mailboxPort,
    },
    searchAttributes: searchAttributesForCli(),
    log: (line) => {
      console.log(`  ${line}`);
    },
  });
  const app = await startApp(stack, port, await bundling).catch(async (error: unknown) => {
    await stack.stop();
    throw error;
  });
  try {
    await Promise.race([app.ready, stopping]);
    if (stopped.signal.aborted) return;
    const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
    console.log(banner(app.file, join(stack.dataDir, 'dev.json'), seconds));
    const wantsDemo = options.demo ?? (options.once === true || app.isNew);
    if (wantsDemo) {
      const complete = await Promise.race([runDemo(app.db, app.file, stopped.signal), stopping.then(() => null)]);
      if (complete === false) process.exitCode = 1;
    }
    if (options.once !== true) {
      console.log(`\nReady. Ctrl-C stops everything.`);
      await stopping;
    }
  } finally {
    await app.stop();
    await stack.stop();
  }
}

interface DevApp {
  db: Database;
  file: DevFile;
  /** The data directory was empty. */
  isNew: boolean;
  /** The worker polls. */
  ready: Promise<void>;
  stop(): Promise<void>;
}

/** API and worker on the stack, with one TEST platform and its key. */
async function startApp(stack: Stack, port: number, workflowBundle: WorkflowBundleWithSourceMap): Promise<DevApp> {
  const log = pino({ level: process.env.LOG_LEVEL ?? 'warn' });
  await migrate(stack.databaseUrl);
  const db = new Database(stack.databaseUrl, { applicationName: 'dunwell dev' });
  // TEMPORAL_NAMESPACE, keys and TLS are for the server that TEMPORAL_ADDRESS names; ours has none of them.
  const foreign = process.env.TEMPORAL_ADDRESS !== undefined;
  const { connection, namespace } = foreign
    ? readEngineConfig()
    : { connection: { address: stack.temporalAddress }, namespace: 'default' };
  const engine = createEngineClient({ connection, namespace });
  const courier = new Courier({ db, engine, taskQueue: TASK_QUEUE, log });
  const vault = vaultOf([await encryptionKey(stack.dataDir)]);
  const readTemplate = templateReader(db);
  const mailer = createMailer({
    readTemplate,
    smtpUrl: stack.smtpUrl,
    testSmtpUrl: stack.smtpUrl,
    from: SENDER,
    vault,
    networks: THIS_MACHINE,
  });
  const isNew = (await listPlatforms(db)).length === 0;
  const api: RunningApi = await startApi({
    host: '127.0.0.1',
    port,
    db,
    tellSoon: (kind, ids) => {
      courier.tellSoon(kind, ids);
    },
    advanceWaitMs: ADVANCE_WAIT_MS,
    preview: createPreview(SENDER, readTemplate),
    trials: createTemplateTrials(readTemplate, mailer),
    vault,
    pdfNetworks: THIS_MACHINE,
    webhooks: { allowedNetworks: THIS_MACHINE },
    mail: createMailConnections(THIS_MACHINE),
    logger: log,
  });
  const file = await writeDevFile(stack, db, api.url);
  // Last, because from here on there is something that only `stop` ends.
  const worker = runWorker({
    db,
    engine,
    connection,
    namespace,
    taskQueue: TASK_QUEUE,
    mailer,
    messages: { vault, keepForMs: KEEP_MESSAGES_MS },
    fetchPdf: createPdfFetcher({ vault, networks: THIS_MACHINE }),
    postRunEvent: createWebhookPoster(vault, { allowedNetworks: THIS_MACHINE }),
    log,
    workflowBundle,
  });
  return {
    db,
    file,
    isNew,
    ready: worker.ready,
    async stop() {
      await api.stop();
      await worker.stop();
      await courier.drain();
      await mailer.close();
      await engine.close();
      await db.close();
    },
  };
}

/** Made at the first start and kept beside the data it seals. */
async function encryptionKey(dataDir: string): Promise<string> {
  const path = join(dataDir, 'encryption.key');
  const made = newEncryptionKey();
  await writeFile(path, made, { mode: 0o600, flag: 'wx' }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  });
  return readFile(path, 'utf8');
}

/** The key of an earlier start is kept, so that bookmarks and scripts go on working. */
async function writeDevFile(stack: Stack, db: Database, apiUrl: string): Promise<DevFile> {
  const path = join(stack.dataDir, 'dev.json');
  const earlier: Partial<DevFile> = await readFile(path, 'utf8').then(
    (text) => JSON.parse(text) as Partial<DevFile>,
    () => ({}),
  );
  const caller = earlier.api_key === undefined ? null : await findKeyHolder(db, earlier.api_key, null);
  let key = earlier.api_key;
  let platformId = caller?.platform?.id;
  if (key === undefined || platformId === undefined) {
    platformId = (await createPlatform(db, 'Development', 'TEST')).id;
    key = await createApiKey(db, [platformId], 'dunwell dev');
  }
  const file: DevFile = {
    api_url: apiUrl,
    api_key: key,
    platform_id: platformId,
    mailbox_url: stack.mailboxUrl,
    temporal_address: stack.temporalAddress,
    temporal_ui_url: stack.temporalUiUrl,
    database_url: stack.databaseUrl,
  };
  // Written beside and moved, so that whoever waits for the file never reads half of it.
  await writeFile(`${path}.new`, `${JSON.stringify(file, null, 2)}\n`, { mode: 0o600 });
  await rename(`${path}.new`, path);
  return file;
}

function banner(file: DevFile, path: string, seconds: string): string {
  const lines = [
    ['API', `${file.api_url}  (docs: ${file.api_url}/docs)`],
    ['Mailbox', file.mailbox_url],
    ['Temporal', `${file.temporal_ui_url ?? file.temporal_address}`],
    ['API key', file.api_key],
    ['All of this', path],
  ];
  return `\nDunwell is up after ${seconds} s.\n${lines.map(([name = '', value = '']) => `  ${name.padEnd(12)} ${value}`).join('\n')}\n`;
}
