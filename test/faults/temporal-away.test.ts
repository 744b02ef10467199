import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { claimStep } from '../support/ledger.js';
import { countExecutions, expectEachOnce, untilAllCompleted } from '../support/faults/each-once.js';
import { inParallel } from '../support/faults/in-parallel.js';
import { measured } from '../support/faults/measured.js';
import { startOwnTemporal, type OwnTemporal } from '../support/faults/own-temporal.js';
import { createLadder, inSeconds, invoiceIds, putCustomer, putInvoices } from '../support/faults/scenario.js';
import { createHarness, type Harness } from '../support/harness.js';
import { until } from '../support/until.js';

const TRIGGERS = 200;

describe('while Temporal is away', { timeout: 150_000 }, () => {
  let temporal: OwnTemporal;
  let h: Harness;

  beforeEach(async () => {
    temporal = await startOwnTemporal();
    h = await createHarness({
      temporalAddress: temporal.address,
      watchdog: { everyMs: 250, graceMs: 1_000, closedEveryMs: 1_000 },
      burstLane: false,
    });
    await putCustomer(h, 'cust_1');
  });
  afterEach(async () => {
    await h.stop();
    await temporal.remove();
  });

  const faults = [
    { name: 'gone', away: () => temporal.kill(), back: () => temporal.start() },
    { name: 'hanging', away: () => temporal.freeze(), back: () => temporal.thaw() },
  ];
  it.each(faults)('$name: triggers are accepted at once, and each is mailed once afterwards', async (fault) => {
    const ids = invoiceIds(TRIGGERS);
    await putInvoices(h, ids, { due_date: inSeconds(-86_400) });
    await createLadder(h);
    await fault.away();

    const answers = await inParallel(ids, 20, async (id) => {
      const startedAt = performance.now();
      const body = { type: 'EVENT', invoice: { invoice_id: id, event: { variant: 'OVERDUE' } } };
      const { status } = await h.call('POST', '/v1/workflow-triggers', body);
      return { status, ms: performance.now() - startedAt };
    });
    const slowest = Math.max(...answers.map(({ ms }) => ms));
    measured(`slowest 201 while Temporal is ${fault.name}`, slowest, 'ms');
    expect(answers.filter(({ status }) => status !== 201)).toEqual([]);
    expect(slowest).toBeLessThan(2_000);
    for (const path of ['/healthz', '/readyz']) expect((await h.call('GET', path)).status).toBe(200);
    expect(await listedRuns(h)).toHaveLength(TRIGGERS);
    expect(await h.mails()).toEqual([]);

    await fault.back();
    const backAt = performance.now();
    await untilAllCompleted(h, TRIGGERS, 90_000);
    measured(`all mails after Temporal was ${fault.name}`, (performance.now() - backAt) / 1_000, 's');
    await expectEachOnce(h, TRIGGERS);
    await until('no execution is open', async () => (await countExecutions(h, `ExecutionStatus = 'Running'`)) === 0);
    await expectEachOnce(h, TRIGGERS);
  });

  it.each([
    { how: 'with the search attributes', searchAttributes: true },
    { how: 'as bare as it was at first', searchAttributes: false },
  ])('its data deleted, started again $how: waiting runs are rebuilt, each mail once', async ({ searchAttributes }) => {
    await createLadder(h);
    await putInvoices(h, invoiceIds(30), { due_date: inSeconds(20) });
    await until('every run is on the engine', async () => (await openRuns(h)) === 30);
    await temporal.kill();
    await temporal.wipe();
    await temporal.start({ searchAttributes });
    await untilAllCompleted(h, 30, 60_000);
    await expectEachOnce(h, 30);
    const rebuilt = await h.db.rows('SELECT id FROM runs WHERE executions = 2');
    expect(rebuilt).toHaveLength(30);
  });

  it('its data deleted together with a worker that had claimed: the run is rebuilt and mailed once', async () => {
    await h.stop();
    h = await createHarness({ temporalAddress: temporal.address, worker: false });
    await createLadder(h);
    await putCustomer(h, 'cust_1');
    await putInvoices(h, ['inv_1'], { due_date: inSeconds(-60) });
    await until('the run is on the engine', async () => (await openRuns(h)) === 1);
    const run = await h.db.row<{ id: string }>('SELECT id FROM runs');
    const claim = await claimStep(h.db, run?.id ?? '', '0-DAY', 1, () => null);
    expect(claim?.deliveries).toHaveLength(1);

    await temporal.kill();
    await temporal.wipe();
    await temporal.start();
    await h.startWorker({ watchdog: { everyMs: 250, graceMs: 1_000 } });
    await untilAllCompleted(h, 1, 30_000);
    await expectEachOnce(h, 1);
  });
});

async function listedRuns(h: Harness): Promise<unknown[]> {
  const pages = await Promise.all(
    [1, 2, 3].map((page) => h.call('GET', `/v1/workflow-runs?limit=100&page=${String(page)}`)),
  );
  return pages.flatMap(({ body }) => body.data as unknown[]);
}

async function openRuns({ db }: Harness): Promise<number> {
  return (await db.rows(`SELECT id FROM runs WHERE engine_started AND status = 'WAITING'`)).length;
}
