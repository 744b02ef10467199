import { afterEach, describe, expect, it } from 'vitest';
import { sendBursts } from '../../activities/send-bursts.js';
import { sendStepEmails } from '../../activities/send-step-emails.js';
import { PaceExceeded } from '../../activities/ports.js';
import type { MailSender } from '../../contracts/mail.js';
import { BURST_LANES } from '../../contracts/engine.js';
import { deliverRun } from '../../engine/deliver.js';
import { leaveToLane, keepLane } from '../../store/burst-lane.js';
import { readWaits } from '../../store/claim.js';
import { countingPorts, type CountingPorts } from '../support/faults/counting-mailer.js';
import { expectEachOnce } from '../support/faults/each-once.js';
import { createLadder, inSeconds, invoiceIds, putCustomer, putInvoices } from '../support/faults/scenario.js';
import { sleepingRuns } from '../support/faults/sleeping-runs.js';
import { createHarness, type Harness } from '../support/harness.js';
import { until } from '../support/until.js';

interface Run {
  id: string;
  status: string;
  next_step_id: string | null;
  plan_revision: number;
  by_lane: boolean;
}

describe('the burst lane', { timeout: 120_000 }, () => {
  let h: Harness;
  afterEach(() => h.stop());

  const runs = (): Promise<Run[]> =>
    h.db.rows('SELECT id, status, next_step_id, plan_revision, by_lane FROM runs ORDER BY id');
  const ledger = (): Promise<{ status: string; attempts: number; lane: string | null }[]> =>
    h.db.rows('SELECT status, attempts, lane FROM deliveries');
  const open = (): Promise<number> => runs().then((all) => all.filter(({ status }) => status !== 'COMPLETED').length);
  const carry = (ports: CountingPorts, stopping = new AbortController().signal) =>
    Promise.all(
      Array.from({ length: BURST_LANES }, (_, lane) => sendBursts(ports, { lane }, () => undefined, stopping)),
    );

  async function sleeping(count: number): Promise<Run[]> {
    h = await sleepingRuns(count);
    return runs();
  }

  it('sends a crowd on time, each mail once, while the executions sleep on; woken they find it done and end', async () => {
    h = await createHarness();
    await createLadder(h);
    await putCustomer(h, 'cust_1');
    await putInvoices(h, invoiceIds(120), { due_date: inSeconds(20) });
    await until(
      'all are on the engine',
      async () => (await runs()).every(({ status }) => status === 'WAITING'),
      19_000,
    );
    const left = (await runs()).filter(({ by_lane }) => by_lane);
    expect(left.length).toBeGreaterThanOrEqual(60);

    await until('all are sent', async () => (await open()) === 0, 40_000);
    await expectEachOnce(h, 120);
    const [late] = await h.db.rows<{ ms: number }>(
      `SELECT max(extract(epoch FROM d.sent_at - s.planned_at) * 1000)::float8 AS ms FROM deliveries d
       JOIN run_steps s ON s.run_id = d.run_id AND s.id = d.step_id`,
    );
    expect(late?.ms).toBeGreaterThanOrEqual(0);
    expect(late?.ms).toBeLessThan(15_000);

    const [one] = await h.db.rows<{ engine_workflow_id: string }>('SELECT engine_workflow_id FROM runs WHERE id = $1', [
      left[0]?.id,
    ]);
    const handle = h.engine.client.workflow.getHandle(one?.engine_workflow_id ?? '');
    expect((await handle.describe()).status.name).toBe('RUNNING');
    await deliverRun(h.db, h.engine.client, h.taskQueue, left[0]?.id ?? '');
    expect(await handle.result()).toEqual({ status: 'COMPLETED', reason: null });
    await expectEachOnce(h, 120);
  });

  it('leaves nobody to a lane that no worker keeps, and few to themselves', async () => {
    await sleeping(60);
    await h.db.rows(`UPDATE runs SET by_lane = false, wake_at = date_trunc('second', clock_timestamp())`);
    const told = async () => {
      const all = await Promise.all((await runs()).map(({ id }) => readWaits(h.db, id)));
      const ahead = all.flatMap((read) =>
        read ? [{ runId: read.loaded.row.id, byLane: false, waits: read.waits, now: read.loaded.context.now }] : [],
      );
      const waits = await leaveToLane(h.db, ahead, true);
      return ahead.filter(({ runId, waits: own }) => waits.get(runId)?.wakeAt !== own.wakeAt).length;
    };
    expect(await told()).toBe(0);
    await keepLane(h.db);
    expect(await told()).toBe(60);
    expect((await runs()).every(({ by_lane }) => by_lane)).toBe(true);
    await h.db.rows(`UPDATE runs SET by_lane = false, wake_at = wake_at + position.n * interval '1 second'
      FROM (SELECT id, row_number() OVER () AS n FROM runs) AS position WHERE position.id = runs.id`);
    expect(await told()).toBe(0);
  });

  it('meets the runs’ own executions on the same steps: one mail each', async () => {
    const all = await sleeping(150);
    const ports = countingPorts(h);
    await Promise.all([
      carry(ports),
      ...all.map(async ({ id, next_step_id: stepId, plan_revision: revision }) => {
        await sendStepEmails(ports, { runId: id, stepId: stepId ?? '', revision });
      }),
    ]);
    expect(ports.sent).toHaveLength(150);
    expect(new Set(ports.sent).size).toBe(150);
    expect(await open()).toBe(0);
    expect((await ledger()).every(({ status, lane }) => status === 'SENT' && lane === null)).toBe(true);
  });

  it('that died leaves what it claimed for others, once its lease has ended; what was on the wire is in doubt', async () => {
    await sleeping(40);
    let stuck = 0;
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const ports = countingPorts(h);
    const good = ports.mailer.route('LIVE', [], '', null);
    if (!('sender' in good)) throw new Error('no sender');
    // Of every ten one stands still after its marker, one before.
    const sender: MailSender = {
      async send(mail, marker) {
        stuck += 1;
        const place = stuck % 10;
        if (place === 1) await held;
        if (place !== 2) return good.sender.send(mail, marker);
        const marked = await marker();
        await held;
        return marked ? good.sender.send(mail, () => Promise.resolve(true)) : { kind: 'FENCED' };
      },
      close: () => Promise.resolve(),
    };
    const stopping = new AbortController();
    const dying = carry({ ...ports, mailer: { ...ports.mailer, route: () => ({ sender }) } }, stopping.signal);
    await until('all but those are sent', async () => {
      const statuses = (await ledger()).map(({ status }) => status);
      return statuses.length === 40 && statuses.filter((status) => status === 'SENT').length === 32;
    });
    stopping.abort();
    expect((await ledger()).filter(({ status }) => status === 'TRANSMITTING')).toHaveLength(4);

    // While its lease lasts nobody takes anything over.
    const again = countingPorts(h);
    const [waiting] = (await runs()).filter(({ status }) => status === 'SENDING');
    await carry(again);
    expect(again.sent).toEqual([]);
    await h.db.rows(`DELETE FROM leases WHERE name LIKE 'lane/%'`);
    await h.db.rows(`UPDATE leases SET until = clock_timestamp() WHERE name LIKE 'lane/%'`);
    for (const run of (await runs()).filter(({ status }) => status === 'SENDING')) {
      await sendStepEmails(again, { runId: run.id, stepId: run.next_step_id ?? '', revision: run.plan_revision });
    }
    expect(waiting).toBeDefined();
    expect(again.sent).toHaveLength(4);
    const statuses = (await ledger()).map(({ status }) => status);
    expect(statuses.filter((status) => status === 'IN_DOUBT')).toHaveLength(4);
    // The old lane comes to itself: what it had not marked it does not send, what it had it may still record.
    release();
    await dying;
    expect(new Set([...ports.sent, ...again.sent]).size).toBe(40);
    expect(ports.sent.length + again.sent.length).toBe(40);
    expect((await ledger()).every(({ status }) => status === 'SENT')).toBe(true);
  });

  it('gives back what fails, to be tried again by the run itself when the server wants it', async () => {
    const all = await sleeping(12);
    const refusing: MailSender = {
      send: () =>
        Promise.resolve({
          kind: 'RETRY',
          reply: { stage: 'RCPT', code: 451, enhanced: null, text: '451 later' },
          retryAfterMs: 300_000,
        }),
      close: () => Promise.resolve(),
    };
    const ports = countingPorts(h);
    const told: string[] = [];
    await carry({
      ...ports,
      mailer: { ...ports.mailer, route: () => ({ sender: refusing }) },
      tellSoon: (_kind, ids) => told.push(...ids),
    });
    // Not before the server wants it.
    expect(told).toEqual([]);
    const [soonest] = await h.db.rows<{ ms: number }>(
      `SELECT min(extract(epoch FROM next_attempt_at - clock_timestamp()) * 1000)::float8 AS ms FROM outbox WHERE kind = 'RUN'`,
    );
    expect(soonest?.ms).toBeGreaterThan(200_000);
    expect(await runs()).toEqual(all.map((run) => ({ ...run, plan_revision: run.plan_revision + 1 })));
    expect((await ledger()).map(({ status, attempts }) => `${status} ${String(attempts)}`)).toEqual(
      all.map(() => 'PLANNED 1'),
    );
    const queued = await h.db.rows<{ revision: number }>(`SELECT revision FROM outbox WHERE kind = 'RUN'`);
    expect(queued.map(({ revision }) => revision)).toEqual(all.map((run) => run.plan_revision + 1));
    // Another lane leaves them alone.
    await carry(ports);
    expect(ports.sent).toEqual([]);
  });

  it('keeps to the paces of providers, and comes back for the rest', async () => {
    await sleeping(20);
    const ports = countingPorts(h);
    const good = ports.mailer.route('LIVE', [], '', null);
    if (!('sender' in good)) throw new Error('no sender');
    const { sender } = good;
    let turns = 0;
    let refused = 0;
    await carry({
      ...ports,
      mailer: {
        ...ports.mailer,
        route: () => ({ sender, paces: [{ key: 'slow', limit: { count: 1, per: 'SECOND' } }] as never }),
      },
      pace: {
        take: (paces) => {
          turns += 1;
          if (turns % 3 === 0) {
            refused += 1;
            return Promise.reject(new PaceExceeded(50));
          }
          return Promise.resolve(paces.map(({ key }) => ({ key, giveBack: () => undefined })));
        },
      },
    });
    expect(ports.sent).toHaveLength(20);
    expect(refused).toBeGreaterThan(3);
    expect(await open()).toBe(0);
  });
});
