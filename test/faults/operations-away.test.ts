import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deliveryOf } from '../support/faults/each-once.js';
import { startOwnTemporal, type OwnTemporal } from '../support/faults/own-temporal.js';
import { createLadder, inSeconds, putCustomer, putInvoices } from '../support/faults/scenario.js';
import { createHarness, type Harness } from '../support/harness.js';
import { onlyRun } from '../support/scenario.js';
import { until } from '../support/until.js';

type Json = Record<string, any>;

/** Long enough to take Temporal away before it. */
const DUE_IN_S = 10;
const INVOICES = ['paused', 'paused_and_resumed', 'cancelled', 'held', 'sent_now', 'control'].map((id) => `inv_${id}`);

/** One outage for all: each invoice is asked something else of while Temporal is away, and its instant passes meanwhile. */
describe('what operators ask for while Temporal is away (S-R3)', { timeout: 60_000 }, () => {
  let temporal: OwnTemporal;
  let h: Harness;
  let hold: string;

  beforeAll(async () => {
    temporal = await startOwnTemporal();
    const watchdog = { everyMs: 250, graceMs: 1_000, closedEveryMs: 1_000 };
    h = await createHarness({ temporalAddress: temporal.address, watchdog });
    await createLadder(h, [0]);
    await putCustomer(h, 'cust_1');
    const due_date = inSeconds(DUE_IN_S);
    await putInvoices(h, INVOICES, { due_date });
    for (const id of INVOICES) {
      await until(`${id} is on the engine`, async () => (await runOf(id)).engine === 'TOLD');
    }
    await temporal.kill();

    expect(await operate('inv_paused', 'pause')).toMatchObject({ status: 'PAUSED', engine: 'PENDING', in_flight: [] });
    expect(await operate('inv_paused_and_resumed', 'pause')).toMatchObject({ status: 'PAUSED', engine: 'PENDING' });
    expect(await operate('inv_paused_and_resumed', 'resume')).toMatchObject({ engine: 'PENDING' });
    expect(await operate('inv_cancelled', 'cancel')).toMatchObject({ status: 'STOPPED', engine: 'PENDING' });
    expect(await operate('inv_sent_now', 'send-now')).toMatchObject({ engine: 'PENDING' });
    const held = await h.call('POST', '/v1/holds', { invoice_id: 'inv_held', reason: 'DISPUTE' });
    expect(held.status).toBe(201);
    hold = held.body.id as string;
    expect(await runOf('inv_held')).toMatchObject({ reason: 'held', engine: 'PENDING' });
    expect(Date.now(), 'this machine is too slow for the instant that was chosen').toBeLessThan(Date.parse(due_date));
    expect(await h.mails()).toEqual([]);

    await until('the instant has passed', () => Date.now() > Date.parse(due_date));
    await temporal.start();
    for (const id of INVOICES) {
      await until(`Temporal has heard of ${id}`, async () => (await runOf(id)).engine === 'TOLD', 60_000);
    }
    await until('the one nobody asked anything of is mailed', async () => (await mailsOf('inv_control')) === 1);
  }, 120_000);
  afterAll(async () => {
    await h.stop();
    await temporal.remove();
  });

  const runOf = (id: string): Promise<Json> => onlyRun(h, `?resource_id=${id}`);
  async function mailsOf(id: string): Promise<number> {
    const rows = await h.db.rows<{ id: string }>(
      'SELECT d.id FROM deliveries d JOIN runs r ON r.id = d.run_id WHERE r.resource_id = $1',
      [id],
    );
    return (await h.mails()).filter((mail) => rows.some((row) => row.id === deliveryOf(mail))).length;
  }
  async function operate(id: string, operation: string): Promise<Json> {
    const { id: run } = await runOf(id);
    const { status, body } = await h.call('POST', `/v1/workflow-runs/${String(run)}/${operation}`, {});
    expect(status, JSON.stringify(body)).toBe(200);
    return body;
  }
  /** It is mailed once, and the run has ended. */
  async function goesOnce(id: string): Promise<void> {
    await until(`${id} has ended`, async () => (await runOf(id)).status === 'COMPLETED');
    expect(await mailsOf(id)).toBe(1);
  }

  it('a pause: nothing goes when Temporal is back, and the mail goes when it is resumed', async () => {
    expect(await runOf('inv_paused')).toMatchObject({ status: 'PAUSED' });
    expect(await mailsOf('inv_paused')).toBe(0);
    await operate('inv_paused', 'resume');
    await goesOnce('inv_paused');
  });

  it('a pause that was taken back before: it goes once', () => goesOnce('inv_paused_and_resumed'));

  it('a cancel: it never goes', async () => {
    expect(await runOf('inv_cancelled')).toMatchObject({ status: 'STOPPED', stop_reason: 'cancelled_by_operator' });
    expect(await mailsOf('inv_cancelled')).toBe(0);
  });

  it('a hold: what it held goes when it is ended', async () => {
    expect(await runOf('inv_held')).toMatchObject({ status: 'WAITING', reason: 'held' });
    expect(await mailsOf('inv_held')).toBe(0);
    expect((await h.call('DELETE', `/v1/holds/${hold}`)).status).toBe(200);
    await goesOnce('inv_held');
  });

  it('a step that was to go now: it goes when Temporal is back, once', () => goesOnce('inv_sent_now'));
});
