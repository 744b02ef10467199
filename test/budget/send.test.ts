import { afterAll, beforeAll, expect, it, describe } from 'vitest';
import { sendStepEmails } from '../../activities/send-step-emails.js';
import { countingPorts } from '../support/faults/counting-mailer.js';
import { statementsOf } from '../support/count-statements.js';
import { createLadder, inSeconds, invoiceIds, putCustomer, putInvoices } from '../support/faults/scenario.js';
import { createHarness, type Harness } from '../support/harness.js';

interface Run {
  id: string;
  next_step_id: string;
  plan_revision: number;
}

/** Statements, each of which is a round trip, from the claim of a step of one mail to what its run waits for next. */
describe('statements of a send', () => {
  let h: Harness;
  let due: Run[];

  beforeAll(async () => {
    h = await createHarness({ worker: false, tellSoon: false, temporalAddress: '127.0.0.1:1' });
    await createLadder(h);
    await putCustomer(h, 'cust_1');
    await putInvoices(h, invoiceIds(34), { due_date: inSeconds(-60) });
    await h.db.rows(`UPDATE runs SET engine_started = true, status = 'WAITING'`);
    due = await h.db.rows<Run>('SELECT id, next_step_id, plan_revision FROM runs ORDER BY id');
  });
  afterAll(() => h.stop());

  const send = (ports: ReturnType<typeof countingPorts>, runs: readonly Run[]) =>
    Promise.all(
      runs.map((run) =>
        sendStepEmails(ports, { runId: run.id, stepId: run.next_step_id, revision: run.plan_revision }),
      ),
    );

  it('alone: five to claim, the marker, the record, five to look at what comes next', async () => {
    const ports = countingPorts(h);
    const texts = await statementsOf(() => send(ports, due.slice(0, 1)));
    expect(ports.sent).toHaveLength(1);
    expect(texts).toHaveLength(12);
  });

  it('of 32 together: two a mail at most', async () => {
    const ports = countingPorts(h);
    const texts = await statementsOf(() => send(ports, due.slice(1, 33)));
    expect(ports.sent).toHaveLength(32);
    expect(texts.length).toBeLessThanOrEqual(64);
    process.stdout.write(`  measured: ${String(texts.length)} statements for 32 sends together\n`);
  });
});
