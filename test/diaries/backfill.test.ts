import { afterEach, describe, expect, it } from 'vitest';
import { createHarness, type Harness } from '../support/harness.js';
import { createWorkflow, ladderOf, overdueLadder, put } from '../support/scenario.js';
import { until } from '../support/until.js';
import { openDiary } from './diary.js';

describe('a workflow that is started for what is there already (S-D11)', () => {
  let h: Harness;
  afterEach(() => h.stop());

  it('mails about what is open and in scope, each step once, and leaves the run that was there alone', async () => {
    const diary = await openDiary('2026-03-01T08:00:00Z', 'Europe/Amsterdam');
    ({ h } = diary);
    await put(h, 'customers/cust_2', { email: 'ap@other.example', test_clock_id: diary.clock });
    const ladder = { ...overdueLadder('ladder', [7, 15]), excluded_customer_ids: ['cust_2'] };
    const workflow = `/v1/workflows/${await createWorkflow(h, ladder)}`;
    await diary.invoice({ due_date: '2026-03-20T00:00:00Z' }, 'inv_running');
    await h.call('POST', `${workflow}/deactivate`);
    await diary.invoice({ due_date: '2026-02-01T00:00:00Z' }, 'inv_late');
    await diary.invoice({ due_date: '2026-02-25T00:00:00Z' }, 'inv_soon');
    await diary.invoice({ due_date: '2026-03-10T00:00:00Z' }, 'inv_later');
    await diary.invoice({ due_date: '2026-02-25T00:00:00Z', paid: true }, 'inv_paid');
    await diary.invoice({ due_date: '2026-02-25T00:00:00Z', customer_id: 'cust_2' }, 'inv_excluded');

    const { body: preview } = await h.call('POST', `${workflow}/backfill`, { dry_run: true });
    expect(preview).toMatchObject({ matched: 3, late: 1, next: 2, already: 1 });
    const activated = await h.call('POST', `${workflow}/activate`, { backfill: 'OPEN_RESOURCES' });
    expect(activated.body.backfill).toMatchObject({ status: 'RUNNING' });
    await diary.until('2026-05-01');

    expect((await h.call('GET', `${workflow}/backfill`)).body).toMatchObject({
      status: 'DONE',
      looked_at: 6,
      created: 3,
    });
    expect(await diary.mailTimes()).toEqual([
      '2026-03-01T08:00',
      '2026-03-03T23:00',
      '2026-03-11T23:00',
      '2026-03-16T23:00',
      '2026-03-24T23:00',
      '2026-03-26T23:00',
      '2026-04-03T22:00',
    ]);
    expect(ladderOf(await diary.run('?resource_id=inv_late'))).toEqual(['7-DAY SKIPPED superseded', '15-DAY DONE']);
    for (const id of ['inv_running', 'inv_soon', 'inv_later']) {
      expect(ladderOf(await diary.run(`?resource_id=${id}`))).toEqual(['7-DAY DONE', '15-DAY DONE']);
    }
    expect((await h.call('GET', '/v1/workflow-runs')).body.data).toHaveLength(4);
  });

  it('on a LIVE platform sends no more than the blast limit until somebody lets the rest go', async () => {
    h = await createHarness({ environment: 'LIVE' });
    await h.call('PATCH', '/v1/platform', { blast_limit: 3 });
    const workflow = await createWorkflow(h, { ...overdueLadder('ladder', [7]), status: 'INACTIVE' });
    await put(h, 'customers/cust_1', { email: 'ap@acme.example' });
    const dueAt = new Date(Date.now() - 30 * 86_400_000).toISOString();
    for (const id of ['inv_1', 'inv_2', 'inv_3', 'inv_4', 'inv_5']) {
      await put(h, `invoices/${id}`, { customer_id: 'cust_1', status: 'FINAL', due_date: dueAt });
    }
    await h.call('POST', `/v1/workflows/${workflow}/activate`, { backfill: 'OPEN_RESOURCES' });
    const count = async (query: string): Promise<number> =>
      ((await h.call('GET', `/v1/workflow-runs?${query}`)).body.data as unknown[]).length;
    const isDone = async (sent: number, held: number): Promise<boolean> =>
      (await count('status=COMPLETED')) === sent && (await count('reason=blast_guard')) === held;
    await until('three are sent, two are held', () => isDone(3, 2));
    expect(await h.mails()).toHaveLength(3);
    const filter = { workflow_id: workflow, reason: 'blast_guard' };
    expect((await h.call('POST', '/v1/workflow-runs/release', { filter })).body).toMatchObject({ changed: 2 });
    await until('all are sent', () => isDone(5, 0));
    expect(await h.mails()).toHaveLength(5);
  });
});
