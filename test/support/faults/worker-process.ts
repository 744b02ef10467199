import { readFileSync } from 'node:fs';
import { createSmtpSender } from '../../../email/smtp-sender.js';
import { createEngineClient } from '../../../engine/client.js';
import { createMailer } from '../../../worker/create-mailer.js';
import { runWorker } from '../../../worker/run-worker.js';
import { loopback } from '../mail-connections.js';
import { testVault } from '../vault.js';
import type { WorkerOrder } from './doomed-worker.js';
import { Standing } from './standing.js';

// A worker in a process of its own, put together like the product's, whose deliveries stop at one point and say so. It lives
// until it is killed, or until the test goes; any word from the test lets its deliveries go on.

const order = JSON.parse(process.env.FAULT_ORDER ?? '') as WorkerOrder;
const standing = new Standing(order.point, order.marker, (report) => void process.send?.(report));
process.on('message', () => standing.goOn());
process.on('disconnect', () => process.exit(1));
if (order.point === 'HALF_MESSAGE') standing.halve(order.smtpPort);

function mailer() {
  const from = { name: 'Test', email: 'billing@test.example' };
  const real = createMailer({ smtpUrl: null, testSmtpUrl: null, from, vault: testVault, networks: loopback });
  const patient = { replyTimeoutMs: 300_000, totalTimeoutMs: 300_000 };
  const sender = createSmtpSender({
    url: `smtp://127.0.0.1:${order.smtpPort}`,
    options: { maxConnections: 100, ...(order.patient ? patient : {}) },
  });
  return standing.mailer(real, sender);
}

const connection = { address: order.temporalAddress };
runWorker({
  db: standing.database(order.databaseUrl),
  engine: createEngineClient({ connection, namespace: 'default' }),
  connection,
  namespace: 'default',
  taskQueue: order.taskQueue,
  mailer: mailer(),
  log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  workflowBundle: { code: readFileSync(order.bundlePath, 'utf8'), sourceMap: '' },
});
