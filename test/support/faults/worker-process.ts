import { readFileSync } from 'node:fs';
import type { Mailer } from '../../../activities/ports.js';
import type { MailSender } from '../../../contracts/mail.js';
import { createEngineClient } from '../../../engine/client.js';
import { Database } from '../../../store/database.js';
import { createMailer } from '../../../worker/create-mailer.js';
import { runWorker } from '../../../worker/run-worker.js';
import { loopback } from '../mail-connections.js';
import { testVault } from '../vault.js';
import type { KillPoint } from './doomed-worker.js';

// A worker in a process of its own, put together like the product's, which kills itself while it sends its first mail.

const setting = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is missing`);
  return value;
};
const die = (): void => void process.kill(process.pid, 'SIGKILL');

function doomed(real: MailSender, point: KillPoint): MailSender {
  return {
    close: () => real.close(),
    async send(mail, marker) {
      switch (point) {
        case 'BEFORE_MARKER':
          return real.send(mail, () => {
            die();
            return marker();
          });
        case 'AFTER_MARKER':
          return real.send(mail, async () => {
            const granted = await marker();
            die();
            return granted;
          });
        case 'AFTER_ANSWER':
        case 'AFTER_ANSWER_WITHOUT_MARKER': {
          const outcome = await real.send(mail, point === 'AFTER_ANSWER' ? marker : () => Promise.resolve(true));
          die();
          return outcome;
        }
      }
    },
  };
}

function mailer(): Mailer {
  const smtpUrl = setting('FAULT_SMTP_URL');
  const from = { name: 'Test', email: 'billing@test.example' };
  const real = createMailer({ smtpUrl, testSmtpUrl: smtpUrl, from, vault: testVault, networks: loopback });
  return {
    ...real,
    route(...args) {
      const route = real.route(...args);
      return 'sender' in route ? { sender: doomed(route.sender, setting('FAULT_KILL_POINT') as KillPoint) } : route;
    },
  };
}

// The test holds the other end: when it goes, so does this process.
process.stdin.resume().once('end', () => process.exit(1));
const connection = { address: setting('FAULT_TEMPORAL_ADDRESS') };
runWorker({
  db: new Database(setting('FAULT_DATABASE_URL')),
  engine: createEngineClient({ connection, namespace: 'default' }),
  connection,
  namespace: 'default',
  taskQueue: setting('FAULT_TASK_QUEUE'),
  mailer: mailer(),
  log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  workflowBundle: { code: readFileSync(setting('FAULT_BUNDLE'), 'utf8'), sourceMap: '' },
});
