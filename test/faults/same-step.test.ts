import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sendStepEmails } from '../../activities/send-step-emails.js';
import type { RunWaits } from '../../domain/waits.js';
import { reviewRun } from '../support/ledger.js';
import { createLedger } from '../../store/ledger.js';
import { countingPorts, type CountingPorts } from '../support/faults/counting-mailer.js';
import { inParallel } from '../support/faults/in-parallel.js';
import { createLadder, inSeconds, invoiceIds, putCustomer, putInvoices } from '../support/faults/scenario.js';
import { createHarness, type Harness } from '../support/harness.js';

const DUE = inSeconds(-3_600);

interface Run {
  id: string;
  type: 'EVENT' | 'MANUAL';
  plan_revision: number;
}

interface Step {
  type: 'EVENT' | 'MANUAL';
  status: string;
  reason: string | null;
  delivery: string | null;
  delivery_status: string | null;
  claimed_at: number | null;
}

describe('two senders of the same step at the same time', { timeout: 120_000 }, () => {
  let h: Harness;
  let workflowId: string;

  beforeAll(async () => {
    h = await createHarness({ worker: false, tellSoon: false, temporalAddress: '127.0.0.1:1' });
    workflowId = await createLadder(h);
    await putCustomer(h, 'cust_1');
  });
  afterAll(() => h.stop());

  const due = async (prefix: string, count: number): Promise<string[]> => {
    const ids = invoiceIds(count, prefix);
    await putInvoices(h, ids, { due_date: DUE });
    return ids;
  };
  const runsOf = (invoice: string): Promise<Run[]> =>
    h.db.rows('SELECT id, type, plan_revision FROM runs WHERE resource_id = $1 ORDER BY id', [invoice]);
  const send = (ports: CountingPorts, { id, plan_revision }: Run): Promise<RunWaits> =>
    sendStepEmails(ports, { runId: id, stepId: '0-DAY', revision: plan_revision });
  /** Another worker process: what it asks for is in no group with what this one asks for. */
  const elsewhere = (ports: CountingPorts): CountingPorts => ({ ...ports, ledger: createLedger(h.db) });
  /** As the workflow does: whoever was fenced off is told that the step is due, and goes again. */
  const follow = async (ports: CountingPorts, run: Run): Promise<void> => {
    let waits = await send(ports, run);
    while (waits.stepId !== null && waits.due) waits = await send(ports, { ...run, plan_revision: waits.revision });
  };
  const byHand = async (invoice: string, manual: Record<string, unknown>): Promise<void> => {
    const body = { type: 'MANUAL', workflow_id: workflowId, invoice: { invoice_id: invoice, manual } };
    expect((await h.call('POST', '/v1/workflow-triggers', body)).status).toBe(201);
  };
  /** The steps of all runs of an invoice once each has looked again, EVENT first. */
  const settled = async (invoice: string): Promise<Step[]> => {
    for (const { id } of await runsOf(invoice)) await reviewRun(h.db, id);
    return h.db.rows<Step>(
      `SELECT r.type, s.status, s.reason, d.id AS delivery, d.status AS delivery_status, d.claimed_at
       FROM runs r JOIN run_steps s ON s.run_id = r.id LEFT JOIN deliveries d ON d.run_id = r.id
       WHERE r.resource_id = $1 ORDER BY r.type`,
      [invoice],
    );
  };

  it('five attempts at one run (a worker that lost touch, a reset): one mail', async () => {
    const ports = countingPorts(h);
    const invoices = await due('twice', 60);
    const steps = await inParallel(invoices, 4, async (invoice) => {
      const [run] = await runsOf(invoice);
      if (!run) throw new Error(`${invoice} has no run`);
      await Promise.all(Array.from({ length: 5 }, (_, attempt) => follow(attempt < 3 ? ports : elsewhere(ports), run)));
      return (await settled(invoice))[0];
    });
    expect(new Set(ports.sent).size).toBe(60);
    expect(ports.sent).toHaveLength(60);
    // Who found it TRANSMITTING set it IN_DOUBT; the true sender turned that into SENT.
    expect(new Set(steps.map((step) => step?.delivery_status))).toEqual(new Set(['SENT']));
    expect(new Set(steps.map((step) => step?.status))).toEqual(new Set(['DONE']));
  });

  it('the event’s ladder and a ladder by hand: one mail, the other step is already_sent', async () => {
    const ports = countingPorts(h);
    const invoices = await due('ladders', 60);
    for (const invoice of invoices) await byHand(invoice, { variant: 'OVERDUE' });
    const outcomes = await inParallel(invoices, 4, async (invoice) => {
      const runs = await runsOf(invoice);
      expect(runs).toHaveLength(2);
      await Promise.all(runs.map((run, index) => send(index === 0 ? ports : elsewhere(ports), run)));
      return (await settled(invoice)).map(({ status, reason }) => `${status} ${String(reason)}`).sort();
    });
    expect(ports.sent).toHaveLength(60);
    expect(new Set(outcomes.map((outcome) => outcome.join()))).toEqual(new Set(['DONE null,SKIPPED already_sent']));
  });

  it('a single step by hand always goes, and from its claim on the ladder’s does not', async () => {
    const ports = countingPorts(h);
    const invoices = await due('wish', 100);
    const manual = { variant: 'OVERDUE', overdue: { period: { type: 'DAY', value: 0 } } };
    for (const invoice of invoices) await byHand(invoice, manual);
    let ladderFirst = 0;
    await inParallel(invoices, 4, async (invoice) => {
      await Promise.all((await runsOf(invoice)).map((run, index) => send(index === 0 ? ports : elsewhere(ports), run)));
      const [ladder, wish] = await settled(invoice);
      expect(wish).toMatchObject({ type: 'MANUAL', status: 'DONE', delivery_status: 'SENT' });
      if (ladder?.status === 'DONE') {
        ladderFirst += 1;
        expect(ladder.claimed_at).toBeLessThanOrEqual(wish?.claimed_at ?? 0);
      } else {
        expect(ladder).toMatchObject({ type: 'EVENT', status: 'SKIPPED', reason: 'already_sent' });
      }
    });
    process.stdout.write(`  measured: the ladder was first in ${String(ladderFirst)} of 100 rounds\n`);
    expect(ports.sent).toHaveLength(100 + ladderFirst);
    expect(new Set(ports.sent).size).toBe(100 + ladderFirst);
    expect(ladderFirst).toBeGreaterThan(0);
    expect(ladderFirst).toBeLessThan(100);
  });

  it('a sender that slept before its marker is fenced off: the one that took over has sent', async () => {
    const [invoice = ''] = await due('fenced', 1);
    const [run] = await runsOf(invoice);
    const gate = held();
    const sleeper = countingPorts(h, { beforeMarker: gate.wait });
    const first = run && send(sleeper, run);
    await gate.reached;
    const other = countingPorts(h);
    if (run) await send(other, run);
    gate.open();
    await first;
    expect([sleeper.sent, other.sent].map(({ length }) => length)).toEqual([0, 1]);
    expect(await settled(invoice)).toMatchObject([{ status: 'DONE', reason: null, delivery_status: 'SENT' }]);
  });

  it('a sender that slept after its marker: the other sends nothing, and the truth is recorded when it is known', async () => {
    const [invoice = ''] = await due('doubted', 1);
    const [run] = await runsOf(invoice);
    const gate = held();
    const sleeper = countingPorts(h, { afterMarker: gate.wait });
    const first = run && send(sleeper, run);
    await gate.reached;
    const other = countingPorts(h);
    if (run) await send(other, run);
    expect(await settled(invoice)).toMatchObject([{ status: 'DONE', reason: 'in_doubt', delivery_status: 'IN_DOUBT' }]);
    gate.open();
    await first;
    expect([sleeper.sent, other.sent].map(({ length }) => length)).toEqual([1, 0]);
    expect(await settled(invoice)).toMatchObject([{ status: 'DONE', delivery_status: 'SENT' }]);
  });
});

/** A gate that somebody comes to and waits at until it is opened. */
function held(): { wait: () => Promise<void>; reached: Promise<void>; open: () => void } {
  let open = (): void => undefined;
  let arrive = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  const reached = new Promise<void>((resolve) => (arrive = resolve));
  return {
    reached,
    open: () => {
      open();
    },
    wait: () => {
      arrive();
      return opened;
    },
  };
}
