import { describe, expect, it } from 'vitest';
import { createWorkflow, overdueLadder } from '../support/scenario.js';
import { openDiary, type Diary } from './diary.js';

describe('what cannot be sent now', () => {
  let diary: Diary;
  const due = { due_date: '2026-01-10T00:00:00Z' };

  async function open(): Promise<string> {
    diary = await openDiary('2026-01-01T08:00:00Z', 'UTC');
    return createWorkflow(diary.h, overdueLadder('overdue', [7, 15]));
  }

  it('waits for an e-mail address and goes by itself when there is one', async () => {
    await open();
    await diary.customer({ email: null });
    await diary.invoice(due);
    await diary.until('2026-01-18');
    expect(await diary.run()).toMatchObject({ status: 'BLOCKED', reason: 'no_recipient' });
    await diary.customer({ email: 'new@acme.example' });
    await diary.until('2026-01-18T01:00:00Z');
    expect(await diary.mailTimes()).toEqual(['2026-01-18T00:00']);
  });

  it('waits while the invoice is on hold, and its window goes on counting', async () => {
    await open();
    await diary.invoice({ ...due, on_hold: true });
    await diary.until('2026-01-20');
    expect(await diary.run()).toMatchObject({ status: 'BLOCKED', reason: 'on_hold' });
    await diary.until('2026-01-26');
    expect(await diary.ladder()).toEqual(['7-DAY SKIPPED delivery_window_passed', '15-DAY BLOCKED on_hold']);
    await diary.invoice({ on_hold: false });
    await diary.until('2026-01-26T01:00:00Z');
    expect(await diary.mailTimes()).toEqual(['2026-01-26T00:00']);
  });

  it('waits for an action, and for a payment link that is asked for', async () => {
    diary = await openDiary('2026-01-01T08:00:00Z', 'UTC');
    const workflow = await diary.h.call('POST', '/v1/workflows', {
      ...overdueLadder('overdue', [7, 15]),
      name: 'Overdue',
      status: 'ACTIVE',
    });
    await diary.invoice(due);
    await diary.until('2026-01-18');
    expect(await diary.run()).toMatchObject({ status: 'BLOCKED', reason: 'no_action' });
    await diary.h.call('POST', '/v1/workflow-actions', {
      workflow_id: workflow.body.id,
      type: 'SEND_EMAIL_TO_CUSTOMER',
      status: 'ACTIVE',
      send_email_to_customer: { invoice: { include_payment_link: true } },
    });
    await diary.until('2026-01-18T01:00:00Z');
    expect(await diary.run()).toMatchObject({ status: 'BLOCKED', reason: 'no_payment_link' });
    await diary.invoice({ pay_invoice_link: { url: 'https://pay.acme.example/1' } });
    await diary.until('2026-01-18T02:00:00Z');
    expect(await diary.mailTimes()).toEqual(['2026-01-18T01:00']);
  });

  it('skips the steps that come due while the workflow is inactive, and goes on after', async () => {
    const workflow = await open();
    await diary.invoice(due);
    await diary.h.call('POST', `/v1/workflows/${workflow}/deactivate`);
    await diary.until('2026-01-20');
    await diary.h.call('POST', `/v1/workflows/${workflow}/activate`);
    await diary.until('2026-02-01');
    expect(await diary.ladder()).toEqual(['7-DAY SKIPPED workflow_inactive', '15-DAY DONE']);
  });

  it('ends with its workflow, and with its customer’s place in it', async () => {
    const workflow = await open();
    await diary.invoice(due);
    await diary.invoice(due, 'inv_2');
    const patched = await diary.h.call('PATCH', `/v1/workflows/${workflow}`, { excluded_customer_ids: ['cust_1'] });
    expect(patched.status, JSON.stringify(patched.body)).toBe(200);
    const runs = await diary.h.call('GET', '/v1/workflow-runs');
    expect(runs.body.data.map((run: { stop_reason: string }) => run.stop_reason)).toEqual([
      'out_of_scope',
      'out_of_scope',
    ]);
    await diary.h.call('PATCH', `/v1/workflows/${workflow}`, { excluded_customer_ids: null });
    await diary.invoice(due, 'inv_3');
    await diary.h.call('POST', `/v1/workflows/${workflow}/archive`);
    expect(await diary.run('?resource_id=inv_3')).toMatchObject({
      status: 'STOPPED',
      stop_reason: 'workflow_archived',
    });
  });
});
