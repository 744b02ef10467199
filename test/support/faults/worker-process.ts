import { readFileSync } from 'node:fs';
import { createSmtpSender } from '../../../email/smtp-sender.js';
import { createEngineClient } from '../../../engine/client.js';
import { createMailer } from '../../../worker/create-mailer.js';
import { Database } from '../../../store/database.js';
import { createLedger } from '../../../store/ledger.js';
import { runWorker } from '../../../worker/run-worker.js';
import { loopback } from '../mail-connections.js';
import { testVault } from '../vault.js';
import type { Group, WorkerOrder } from './doomed-worker.js';
import { Standing } from './standing.js';

// A worker in a process of its own, put together like the product's, whose deliveries stop where their group says and tell it.
// It lives until it is killed, or until the test goes; any word from the test lets the deliveries go on.

const PATIENT = { replyTimeoutMs: 300_000, totalTimeoutMs: 300_000 };

const order = JSON.parse(process.env.FAULT_ORDER ?? '') as WorkerOrder;
const senderOf = ({ smtpPort, patient }: Group) =>
  createSmtpSender({
    url: `smtp://127.0.0.1:${smtpPort}`,
    options: { maxConnections: 100, ...(patient ? PATIENT : {}) },
  });
const standing = new Standing(
  order.groups.map((group) => ({ ...group, sender: senderOf(group) })),
  (report) => void process.send?.(report),
);
process.on('message', () => standing.goOn());
process.on('disconnect', () => process.exit(1));

const from = { name: 'Test', email: 'billing@test.example' };
const connection = { address: order.temporalAddress };
const db = new Database(order.databaseUrl);
runWorker({
  db,
  ledger: standing.ledger(createLedger(db)),
  burstLane: false,
  engine: createEngineClient({ connection, namespace: 'default' }),
  connection,
  namespace: 'default',
  taskQueue: order.taskQueue,
  mailer: standing.mailer(
    createMailer({ smtpUrl: null, testSmtpUrl: null, from, vault: testVault, networks: loopback }),
  ),
  messages: { vault: testVault, keepForMs: 86_400_000 },
  log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  workflowBundle: { code: readFileSync(order.bundlePath, 'utf8'), sourceMap: '' },
});
