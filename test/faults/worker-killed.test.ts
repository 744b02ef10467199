import { afterAll, describe, expect, it } from 'vitest';
import { startDoomedWorker, type DoomedWorker, type KillPoint } from '../support/faults/doomed-worker.js';
import { deliveryOf } from '../support/faults/each-once.js';
import { measured } from '../support/faults/measured.js';
import { createLadder, inSeconds, putCustomer, putInvoices } from '../support/faults/scenario.js';
import { createHarness, type Harness } from '../support/harness.js';
import { until } from '../support/until.js';

interface Ledger {
  id: string;
  status: string;
  fence: number;
}

/** What the dead worker left in the ledger and in the mailbox, and what is there once a healthy one has taken over. */
interface Aftermath {
  left: Ledger;
  mailsThen: number;
  found: Ledger;
  mails: string[];
  step: { status: string; reason: string | null };
}

// Each case waits half a minute for the engine to notice a death; they wait together.
describe.concurrent('a worker that is killed while it sends', { timeout: 120_000 }, () => {
  const open: (Harness | DoomedWorker)[] = [];
  afterAll(async () => {
    for (const one of open.splice(0)) await ('stop' in one ? one.stop() : one.end());
  });

  it('between claim and marker: nothing was on the wire, the next worker sends it', async () => {
    const { left, mailsThen, found, mails, step } = await dieAt('BEFORE_MARKER', open);
    expect([left.status, mailsThen]).toEqual(['CLAIMED', 0]);
    expect(found.status).toBe('SENT');
    expect(found.fence, 'the dead claimer holds no valid fence').toBeGreaterThan(left.fence);
    expect(mails).toEqual([found.id]);
    expect(step).toEqual({ status: 'DONE', reason: null });
  });

  it('between marker and the end of DATA: in doubt, never sent again by itself', async () => {
    const { left, mailsThen, found, mails, step } = await dieAt('AFTER_MARKER', open);
    expect([left.status, mailsThen]).toEqual(['TRANSMITTING', 0]);
    expect(found).toEqual({ ...left, status: 'IN_DOUBT' });
    expect(mails).toEqual([]);
    expect(step).toEqual({ status: 'DONE', reason: 'in_doubt' });
  });

  it('after the server’s answer and before the record: in doubt, and the customer has it once', async () => {
    const { left, mailsThen, found, mails, step } = await dieAt('AFTER_ANSWER', open);
    expect([left.status, mailsThen]).toEqual(['TRANSMITTING', 1]);
    expect(found).toEqual({ ...left, status: 'IN_DOUBT' });
    expect(mails).toEqual([found.id]);
    expect(step).toEqual({ status: 'DONE', reason: 'in_doubt' });
  });

  it('CONTROL: without the marker the same death makes the customer get it twice', async () => {
    const { left, mailsThen, found, mails } = await dieAt('AFTER_ANSWER_WITHOUT_MARKER', open);
    expect([left.status, mailsThen]).toEqual(['CLAIMED', 1]);
    expect(mails).toEqual([found.id, found.id]);
  });
});

async function dieAt(point: KillPoint, open: (Harness | DoomedWorker)[]): Promise<Aftermath> {
  const h = await createHarness({ worker: false });
  open.push(h);
  await createLadder(h);
  await putCustomer(h, 'cust_1');
  await putInvoices(h, ['inv_1'], { due_date: inSeconds(-3_600) });
  const doomed = startDoomedWorker(h, point);
  open.push(doomed);
  expect(await doomed.died).toBe('SIGKILL');
  const left = await readLedger(h);
  // A mail whose last byte was written may still be on its way through the mailbox.
  const mailsThen = point.startsWith('AFTER_ANSWER') ? 1 : 0;
  await until('the mail the server took is in the mailbox', async () => (await h.mails()).length >= mailsThen);

  const diedAt = performance.now();
  await h.startWorker();
  await until(
    'the run is COMPLETED',
    async () => (await h.db.row(`SELECT id FROM runs WHERE status = 'COMPLETED'`)) !== null,
    90_000,
  );
  measured(`run ended after its worker died at ${point}`, (performance.now() - diedAt) / 1_000, 's');
  await until('its execution has ended', async () => {
    const row = await h.db.row<{ id: string }>('SELECT engine_workflow_id AS id FROM runs');
    const { status } = await h.engine.call((client) => client.workflow.getHandle(row?.id ?? '').describe());
    return status.name === 'COMPLETED';
  });
  const step = await h.db.row<Aftermath['step']>('SELECT status, reason FROM run_steps');
  if (!step) throw new Error('The run has no step.');
  return { left, mailsThen, found: await readLedger(h), mails: (await h.mails()).map(deliveryOf), step };
}

async function readLedger(h: Harness): Promise<Ledger> {
  const rows = await h.db.rows<Ledger>('SELECT id, status, fence FROM deliveries');
  const [only] = rows;
  if (!only || rows.length > 1) throw new Error(`Expected one delivery, there are ${String(rows.length)}`);
  return only;
}
