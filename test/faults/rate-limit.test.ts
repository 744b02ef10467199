import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sendStepEmails } from '../../activities/send-step-emails.js';
import type { ActivityPorts } from '../../activities/ports.js';
import { createLedger } from '../../store/ledger.js';
import { Database } from '../../store/database.js';
import { takeShare } from '../../store/rate-limits.js';
import { RateLimiter } from '../../worker/rate-limiter.js';
import { createLadder, invoiceIds, inSeconds, putCustomer, putInvoices } from '../support/faults/scenario.js';
import { countingPorts } from '../support/faults/counting-mailer.js';
import { createHarness, type Harness } from '../support/harness.js';
import { startFaultServer, type FaultServer } from '../support/smtp/fault-server.js';

type Json = Record<string, any>;
interface Run {
  id: string;
  plan_revision: number;
  resource_id: string;
}

const LIMIT = 20;
const MAILS = 60;

describe('mails at a limited pace', { timeout: 60_000 }, () => {
  let h: Harness;
  let server: FaultServer;
  let path: string;
  const arrived: number[] = [];
  /** The instants that the workers were given. */
  const turns: number[] = [];
  const databases: Database[] = [];
  beforeAll(async () => {
    h = await createHarness({ environment: 'LIVE', worker: false, tellSoon: false, temporalAddress: '127.0.0.1:1' });
    server = await startFaultServer({
      mail: () => {
        arrived.push(performance.now());
        return '250 2.1.0 ok';
      },
    });
    const integration = await h.call<Json>('POST', '/v1/integrations', {
      reference: 'limited',
      type: 'EMAIL_PROVIDER',
      status: 'ACTIVE',
      email_provider: {
        variant: 'SMTP',
        smtp: { host: '127.0.0.1', port: server.port, tls: 'NONE' },
        rate_limit: { count: LIMIT, per: 'SECOND' },
      },
    });
    path = `/v1/integrations/${String(integration.body.id)}`;
    await createLadder(h);
    const [action] = (await h.call<Json[]>('GET', '/v1/workflow-actions')).body;
    const change = { send_email_to_customer: { integration_id: integration.body.id } };
    expect((await h.call('PATCH', `/v1/workflow-actions/${String(action?.id)}`, change)).status).toBe(200);
    await putCustomer(h, 'cust_1');
  });
  afterAll(async () => {
    for (const db of databases) await db.close();
    await server.close();
    await h.stop();
  });

  /** The ports of a worker process of its own, as far as this is about; the mailer is one. */
  function worker(): ActivityPorts {
    const db = new Database(h.databaseUrl);
    databases.push(db);
    const pace = new RateLimiter({
      async take(one, wanted) {
        const share = await takeShare(db, one, wanted);
        const from = performance.now() + share.startsInMs;
        for (let index = 0; index < share.granted; index += 1) turns.push(from + index * share.everyMs);
        return share;
      },
    });
    return { ...countingPorts(h), db, mailer: h.mailer, pace };
  }
  async function due(count: number, prefix: string): Promise<Run[]> {
    await putInvoices(h, invoiceIds(count, prefix), { due_date: inSeconds(-60) });
    return h.db.rows<Run>('SELECT id, plan_revision, resource_id FROM runs WHERE resource_id LIKE $1 ORDER BY id', [
      `${prefix}%`,
    ]);
  }
  const send = (ports: ActivityPorts, { id, plan_revision }: Run) =>
    sendStepEmails(ports, { runId: id, stepId: '0-DAY', revision: plan_revision });

  it('arrive from two workers at that pace, each once', async () => {
    const runs = await due(MAILS, 'paced');
    const workers = [worker(), worker()];
    const startedAt = performance.now();
    await Promise.all(runs.map((run, index) => send(workers[index % 2] ?? worker(), run)));
    expect(server.received).toHaveLength(MAILS);
    const times = arrived.map((at) => at - startedAt).sort((a, b) => a - b);
    // Never more than could have gone since the beginning …
    expect(times.findIndex((at, index) => at < index * (1_000 / LIMIT) - 1)).toBe(-1);
    // … and in no second more turns than the limit and what one worker may still hold from the second before. Mails that have
    // had their turn may bunch up on a busy machine.
    const inOneSecond = turns.map((from) => turns.filter((at) => at >= from && at < from + 1_000).length);
    expect(turns.length).toBeGreaterThanOrEqual(MAILS);
    expect(Math.max(...inOneSecond)).toBeLessThanOrEqual(2 * LIMIT);
  });

  it('are decided after the wait: what is paid meanwhile does not go, and its turn is given back', async () => {
    const slow = { count: 4, per: 'MINUTE' };
    await h.call('PATCH', path, { email_provider: { rate_limit: slow } });
    const before = server.received.length;
    const [first, second] = await due(2, 'paid');
    if (!first || !second) throw new Error('There are no runs');
    const ports = worker();
    let asked: () => void = () => undefined;
    const waiting = new Promise<void>((resolve) => (asked = resolve));
    let givenBack = 0;
    const pace: ActivityPorts['pace'] = {
      async take(paces) {
        asked();
        const turns = await ports.pace.take(paces);
        return turns.map((turn) => ({ ...turn, giveBack: () => void (givenBack += 1) }));
      },
    };
    await send(ports, first);
    const sent = send({ ...ports, pace }, second);
    await waiting;
    // No claim is held while it waits, so nothing keeps this from being stored, and it counts.
    const paid = { customer_id: 'cust_1', status: 'FINAL', due_date: inSeconds(-60), paid: true };
    expect((await h.call('PUT', `/v1/invoices/${second.resource_id}`, paid)).status).toBe(200);
    await h.call('PATCH', path, { email_provider: { rate_limit: { count: 100, per: 'SECOND' } } });
    expect(await sent).toMatchObject({ closed: true, reason: 'paid' });
    expect([server.received.length - before, givenBack]).toEqual([1, 1]);
  });

  it('of one step go one by one where the limit does not let both through together', async () => {
    // Nobody waits 30 s in a worker: a step that asked for two turns at once would never get them.
    const limit = (rate_limit: Json) => h.call('PATCH', path, { email_provider: { rate_limit } });
    const [first] = (await h.call<Json[]>('GET', '/v1/workflow-actions')).body;
    const { workflow_id, send_email_to_customer } = first ?? {};
    const action = { workflow_id, type: 'SEND_EMAIL_TO_CUSTOMER', status: 'ACTIVE', send_email_to_customer };
    const { id } = (await h.call<Json>('POST', '/v1/workflow-actions', action)).body;
    await limit({ count: 2, per: 'MINUTE' });
    const before = server.received.length;
    const [run] = await due(1, 'two');
    if (!run) throw new Error('There is no run');
    const ports = worker();
    const waits = await send(ports, run);
    expect([server.received.length - before, waits]).toMatchObject([1, { stepId: '0-DAY', due: true, closed: false }]);
    const again = { ...run, plan_revision: waits.revision };
    await expect(send(ports, again)).rejects.toMatchObject({ type: 'DeliveryRetry' });
    await limit({ count: 100, per: 'SECOND' });
    expect(await send(worker(), again)).toMatchObject({ closed: true });
    expect(server.received.length - before).toBe(2);
    await h.call('PATCH', `/v1/workflow-actions/${String(id)}`, { status: 'INACTIVE' });
  });

  it('cost nothing where there is no limit: no statement, no wait', async () => {
    await h.call('PATCH', path, { email_provider: { rate_limit: null } });
    const [run] = await due(1, 'free');
    const ports = worker();
    const seen: string[] = [];
    const pace = { take: () => Promise.reject(new Error('nobody asks for a turn')) };
    const db = new Proxy(ports.db, {
      get(target, name) {
        if (name === 'transaction') seen.push('transaction');
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
    await send({ ...ports, db, ledger: createLedger(db), pace }, run ?? { id: '', plan_revision: 0, resource_id: '' });
    // The claim, and what comes next.
    expect(seen).toHaveLength(2);
  });
});
