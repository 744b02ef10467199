import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { markTransmitting, type Evidence } from '../../store/deliveries.js';
import { createLadder, inSeconds, putCustomer, putInvoices } from '../support/faults/scenario.js';
import { createHarness, type Harness } from '../support/harness.js';
import { claimStep, recordDelivery } from '../support/ledger.js';

const EVIDENCE: Evidence = {
  subject: 'Overdue',
  recipients: { to: 'ap@acme.example', cc: [], bcc: [], refused: [], suppressed: [], insteadOf: null },
  facts: {} as Evidence['facts'],
  template: { name: 'overdue', locale: 'en', version: null },
  messageId: '<one@mail.example>',
  messageHash: '0'.repeat(64),
};
const REPLY = { stage: 'FINAL_DOT', code: null, enhanced: null, text: 'no answer' } as const;

describe('a doubtful mail whose first sender may still be at work', { timeout: 60_000 }, () => {
  let h: Harness;
  beforeAll(async () => {
    h = await createHarness({ worker: false, tellSoon: false, temporalAddress: '127.0.0.1:1' });
    await createLadder(h);
    await putCustomer(h, 'cust_1');
  });
  afterAll(() => h.stop());

  /** A delivery that was answered with 451 once, and then got as far as its marker. */
  async function transmitting(invoice: string): Promise<{ id: string; fence: number; claim: () => Promise<unknown> }> {
    await putInvoices(h, [invoice], { due_date: inSeconds(-60) });
    const sql = 'SELECT id, next_step_id, plan_revision FROM runs WHERE resource_id = $1';
    const run = await h.db.row<{ id: string; next_step_id: string; plan_revision: number }>(sql, [invoice]);
    const claim = async () =>
      claimStep(h.db, run?.id ?? '', run?.next_step_id ?? '', run?.plan_revision ?? 0, () => null);
    const first = (await claim())?.deliveries[0];
    const evidence = EVIDENCE;
    const again = { status: 'PLANNED', reason: null, reply: { text: '451 later' }, retryAt: null, evidence } as const;
    expect(await recordDelivery(h.db, first?.id ?? '', first?.fence ?? 0, again)).toBe(true);
    const { id = '', fence = 0 } = (await claim())?.deliveries[0] ?? {};
    expect(await markTransmitting(h.db, [{ id, fence, evidence: EVIDENCE, message: null }])).toEqual([{ value: true }]);
    return { id, fence, claim };
  }
  const resend = async (id: string) => {
    const { status, body } = await h.call<Record<string, string>>('POST', `/v1/deliveries/${id}/resolve`, {
      as: 'RESEND',
    });
    return status === 400 ? body.message?.replace(/20\d\d-\S+Z/, '…') : status;
  };

  it('is sent again two minutes after the marker at the earliest', async () => {
    const { id, claim } = await transmitting('taken-over');
    await claim();
    expect(await resend(id)).toBe('Whoever sent it may still be at it; it can be sent again from … on.');
    expect(await h.db.row('SELECT status FROM deliveries WHERE id = $1', [id])).toEqual({ status: 'IN_DOUBT' });
    await h.db.rows(`UPDATE deliveries SET transmitting_at = transmitting_at - interval '2 minutes' WHERE id = $1`, [
      id,
    ]);
    expect(await resend(id)).toBe(200);
  });

  it('CONTROL: one whose sender itself has said that it got no answer is sent again at once', async () => {
    const { id, fence } = await transmitting('told');
    const doubt = { status: 'IN_DOUBT', reason: 'in_doubt', reply: REPLY, retryAt: null, evidence: EVIDENCE } as const;
    expect(await recordDelivery(h.db, id, fence, doubt)).toBe(true);
    expect(await resend(id)).toBe(200);
  });
});
