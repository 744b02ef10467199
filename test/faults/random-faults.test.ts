import { afterAll, describe, expect, it } from 'vitest';
import type { MailSender } from '../../contracts/mail.js';
import { createSmtpSender } from '../../email/smtp-sender.js';
import { untilAllCompleted } from '../support/faults/each-once.js';
import { inParallel } from '../support/faults/in-parallel.js';
import { idsOf } from '../support/faults/rounds.js';
import { createLadder, inSeconds, putCustomer, putInvoices } from '../support/faults/scenario.js';
import { createHarness, type Harness } from '../support/harness.js';
import { startFaultServer } from '../support/smtp/fault-server.js';
import { randomFaults, type End } from '../support/smtp/random-faults.js';

/** More of them where the rounds are more: `npm run test:faults`. */
const MAILS = process.env.FAULT_ROUNDS ? 400 : 100;
const SEED = Number(process.env.FAULT_SEED ?? Math.floor(Math.random() * 1e9));

interface Delivery {
  id: string;
  status: string;
  customer: string;
  attempts: number;
}

describe.concurrent(`a mail server that fails at random (FAULT_SEED=${String(SEED)})`, { timeout: 300_000 }, () => {
  const open: (() => Promise<void>)[] = [];
  afterAll(async () => {
    for (const close of open.splice(0)) await close();
  });

  /** Mails of as many customers through a server of its own, until all runs have ended. */
  async function play(mails: number, maxMessagesPerConnection: number, wrap = (sender: MailSender) => sender) {
    const customers = Array.from({ length: mails }, (_, index) => `cust_${String(index)}`);
    const plan = randomFaults(SEED + mails + maxMessagesPerConnection, customers.map(addressOf));
    const server = await startFaultServer(plan.script);
    const options = { maxConnections: 10, maxMessagesPerConnection, replyTimeoutMs: 8_000 };
    const real = createSmtpSender({ url: server.url, options });
    const sender = wrap(real);
    const h = await createHarness({ worker: false, mailer: (own) => ({ ...own, route: () => ({ sender }) }) });
    open.push(
      () => h.stop(),
      () => real.close(),
      () => server.close(),
    );
    await createLadder(h);
    await inParallel(customers, 5, async (customer) => {
      await putCustomer(h, customer);
      await putInvoices(h, [`inv_${customer}`], { due_date: inSeconds(-3_600) }, customer);
    });
    await h.startWorker();
    await untilAllCompleted(h, mails, 200_000);
    const deliveries = await readDeliveries(h);
    const byAddress = <Value>(pick: (delivery: Delivery) => Value): Map<string, Value> =>
      new Map(deliveries.map((delivery) => [addressOf(delivery.customer), pick(delivery)]));
    const inDoubt = deliveries.filter(({ status }) => status === 'IN_DOUBT').map(({ customer }) => addressOf(customer));
    const seen = countsOf(idsOf(server.received));
    const taken = countsOf(idsOf(server.taken));
    return {
      plan,
      inDoubt,
      statuses: byAddress(({ status }) => status),
      seen: byAddress(({ id }) => seen.get(id) ?? 0),
      taken: byAddress(({ id }) => taken.get(id) ?? 0),
      attempts: deliveries.reduce((sum, { attempts }) => sum + attempts, 0),
      connections: server.connections,
    };
  }

  it.each([
    ['with a pool', 100],
    ['with a connection for each mail', 1],
  ])(
    '%s: in doubt is exactly what was lost after the dot, all else arrives once or was refused',
    async (name, each) => {
      const { plan, inDoubt, statuses, seen, taken, attempts, connections } = await play(MAILS, each);
      const lost = plan.lostAfterDot;
      const ended = (end: End): number => [...plan.ends.values()].filter((one) => one === end).length;
      process.stdout.write(
        `  measured: ${name}: ${String(ended('SENT'))} SENT, ${String(ended('REJECTED'))} REJECTED, ${String(inDoubt.length)} IN_DOUBT, ` +
          `${String(lost.length)} lost after the dot; ${String(attempts)} attempts, ${String(connections)} connections\n`,
      );
      expect(statuses).toEqual(plan.ends);
      expect(inDoubt.sort()).toEqual([...lost].sort());
      expect(lost.length).toBeGreaterThan(0);
      expect(seen).toEqual(plan.messages);
      expect(taken).toEqual(new Map([...plan.ends].map(([address, end]) => [address, end === 'SENT' ? 1 : 0])));
    },
  );

  it('CONTROL: a sender that takes no answer to the dot for a failure gives mails twice', async () => {
    const hasty = (real: MailSender): MailSender => ({
      ...real,
      async send(mail, marker) {
        const outcome = await real.send(mail, marker);
        return outcome.kind === 'IN_DOUBT' ? { ...outcome, kind: 'RETRY', retryAfterMs: 1_000 } : outcome;
      },
    });
    const { plan, seen } = await play(40, 100, hasty);
    const tooMany = [...seen].filter(([address, count]) => count > (plan.messages.get(address) ?? 0));
    expect(tooMany.map(([address]) => address).sort()).toEqual([...plan.lostAfterDot].sort());
    expect(tooMany.length).toBeGreaterThan(0);
  });
});

const addressOf = (customer: string): string => `${customer}@acme.example`;

function readDeliveries({ db }: Harness): Promise<Delivery[]> {
  return db.rows(
    `SELECT d.id, d.status, d.attempts, r.customer_id AS customer FROM deliveries d JOIN runs r ON r.id = d.run_id`,
  );
}

function countsOf(ids: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
  return counts;
}
