import { describe, expect, it } from 'vitest';
import { createWorkflow } from '../support/scenario.js';
import { openDiary, type Diary } from './diary.js';

type Json = Record<string, any>;

const day = (value: number) => ({ type: 'DAY', value });

/** 7, 15 and 30 days after 10 January, UTC: the 17th, the 25th and 9 February. */
describe('the actions of a step', () => {
  async function open(): Promise<{ diary: Diary; workflow_id: string }> {
    const diary = await openDiary('2026-01-01T08:00:00Z', 'UTC');
    const invoice = { variant: 'OVERDUE', overdue: { periods: [7, 15, 30].map(day) } };
    const workflow = { name: 'Overdue', type: 'INVOICE', reference: 'overdue', status: 'ACTIVE', invoice };
    const { id } = await diary.ok('POST', '/v1/workflows', workflow);
    return { diary, workflow_id: id as string };
  }
  const action = (diary: Diary, workflow_id: string, subject: string, steps?: number[]): Promise<Json> =>
    diary.ok('POST', '/v1/workflow-actions', {
      workflow_id,
      type: 'SEND_EMAIL_TO_CUSTOMER',
      status: 'ACTIVE',
      send_email_to_customer: { subject },
      ...(steps && { steps: steps.map(day) }),
    });
  const subjects = async (diary: Diary): Promise<string[]> => (await diary.h.mails()).map(({ Subject }) => Subject);
  const begin = (diary: Diary) => diary.invoice({ due_date: '2026-01-10T00:00:00Z' });

  it('each for its own step; a step that none is for is skipped (S-D9)', async () => {
    const { diary, workflow_id } = await open();
    await action(diary, workflow_id, 'Friendly', [7]);
    await action(diary, workflow_id, 'Firm', [30]);
    await begin(diary);
    await diary.until('2026-06-01');
    expect(await diary.story()).toEqual([
      '2026-01-17T00:00 mail 7-DAY',
      '2026-01-25T00:00 skipped 15-DAY no_action_for_step',
      '2026-02-09T00:00 mail 30-DAY',
      '2026-02-09T00:00 completed',
    ]);
    expect(await subjects(diary)).toEqual(['Friendly', 'Firm']);
  });

  it('one for every step and one for the last: there both go, in order of creation (S-D7)', async () => {
    const { diary, workflow_id } = await open();
    await action(diary, workflow_id, 'Reminder');
    await action(diary, workflow_id, 'Last call', [30]);
    await begin(diary);
    await diary.until('2026-06-01');
    expect(await diary.story()).toEqual([
      '2026-01-17T00:00 mail 7-DAY',
      '2026-01-25T00:00 mail 15-DAY',
      '2026-02-09T00:00 mail 30-DAY',
      '2026-02-09T00:00 mail 30-DAY',
      '2026-02-09T00:00 completed',
    ]);
    expect(await subjects(diary)).toEqual(['Reminder', 'Reminder', 'Reminder', 'Last call']);
  });

  it('an action made while a run waits counts for what is still to come', async () => {
    const { diary, workflow_id } = await open();
    await action(diary, workflow_id, 'Friendly', [7]);
    await begin(diary);
    await diary.on('2026-01-20', 'one for the 15th day', () => action(diary, workflow_id, 'Firm', [15]));
    await diary.until('2026-06-01');
    expect(await diary.story()).toEqual([
      '2026-01-17T00:00 mail 7-DAY',
      '2026-01-20T00:00 * one for the 15th day',
      '2026-01-25T00:00 mail 15-DAY',
      '2026-02-09T00:00 completed',
      '2026-02-09T00:00 skipped 30-DAY no_action_for_step',
    ]);
  });

  it('an action that is deleted takes its mails with it, not those of others', async () => {
    const { diary, workflow_id } = await open();
    const first = await action(diary, workflow_id, 'First');
    await action(diary, workflow_id, 'Second');
    await begin(diary);
    await diary.on('2026-01-20', 'the first is deleted', async () => {
      const answer = await diary.h.call('DELETE', `/v1/workflow-actions/${String(first.id)}`);
      expect(answer.status).toBeLessThan(300);
    });
    await diary.until('2026-01-26');
    expect(await diary.story()).toEqual([
      '2026-01-17T00:00 mail 7-DAY',
      '2026-01-17T00:00 mail 7-DAY',
      '2026-01-20T00:00 * the first is deleted',
      '2026-01-25T00:00 mail 15-DAY',
    ]);
    expect(await subjects(diary)).toEqual(['First', 'Second', 'Second']);
  });

  it('a template that is changed while a run waits is the one that goes', async () => {
    const { diary, workflow_id } = await open();
    const { id } = await action(diary, workflow_id, 'Before');
    await begin(diary);
    const change = { send_email_to_customer: { subject: 'After' } };
    await diary.on('2026-01-20', 'another subject', () =>
      diary.ok('PATCH', `/v1/workflow-actions/${String(id)}`, change),
    );
    await diary.until('2026-01-26');
    expect(await subjects(diary)).toEqual(['Before', 'After']);
  });
});

/** 5 days and 1 day before the charge, UTC. */
describe('announcements', () => {
  const off = [{ type: 'INVOICE', channels: [{ type: 'EMAIL', enabled: false }] }];
  async function open(variant: string, more: Json = {}): Promise<Diary> {
    const diary = await openDiary('2026-03-01T08:00:00Z', 'UTC');
    await createWorkflow(diary.h, { type: 'INVOICE', reference: 'announce', invoice: { variant, ...more } });
    return diary;
  }
  const upcoming = (): Promise<Diary> =>
    open('UPCOMING_PAYMENT_REMINDER', { upcoming_payment: { periods: [day(5), day(1)] } });
  const charge = (diary: Diary, date: string | null) => () =>
    diary.invoice({ due_date: '2026-03-20T09:00:00Z', charge_date: date && `${date}T09:00:00Z` });

  it('of a charge that is put off twice: each step for the date it was told', async () => {
    const diary = await upcoming();
    await charge(diary, '2026-03-10')();
    await diary.on('2026-03-06', 'put off', charge(diary, '2026-03-14'));
    await diary.on('2026-03-12', 'put off again', charge(diary, '2026-03-18'));
    await diary.until('2026-06-01');
    expect(await diary.story()).toEqual([
      '2026-03-05T09:00 mail 5-DAY',
      '2026-03-06T00:00 * put off',
      '2026-03-12T00:00 * put off again',
      '2026-03-17T09:00 mail 1-DAY',
      '2026-03-17T09:00 completed',
    ]);
  });

  it('of a charge that is brought forward: the first step at once', async () => {
    const diary = await upcoming();
    await charge(diary, '2026-03-18')();
    await diary.on('2026-03-08', 'brought forward', charge(diary, '2026-03-10'));
    await diary.until('2026-06-01');
    expect(await diary.story()).toEqual([
      '2026-03-08T00:00 * brought forward',
      '2026-03-08T00:00 mail 5-DAY',
      '2026-03-09T09:00 mail 1-DAY',
      '2026-03-09T09:00 completed',
    ]);
  });

  it('of a charge whose date is taken away: the due date is what counts (S-T6)', async () => {
    const diary = await upcoming();
    await charge(diary, '2026-03-10')();
    await diary.on('2026-03-04', 'no charge date', charge(diary, null));
    await diary.until('2026-06-01');
    expect(await diary.story()).toEqual([
      '2026-03-04T00:00 * no charge date',
      '2026-03-15T09:00 mail 5-DAY',
      '2026-03-19T09:00 mail 1-DAY',
      '2026-03-19T09:00 completed',
    ]);
  });

  it('are not made to who has switched them off, and are again to who has switched them on', async () => {
    const diary = await upcoming();
    await diary.customer({ notification_preferences: off });
    await charge(diary, '2026-03-10')();
    await diary.on('2026-03-06', 'switched on', () => diary.customer({ notification_preferences: null }));
    await diary.until('2026-06-01');
    expect(await diary.story()).toEqual([
      '2026-03-05T09:00 skipped 5-DAY notifications_off',
      '2026-03-06T00:00 * switched on',
      '2026-03-09T09:00 mail 1-DAY',
      '2026-03-09T09:00 completed',
    ]);
  });

  it('of a final invoice: neither; a demand for payment goes all the same (S-C1)', async () => {
    const diary = await open('TO_FINAL');
    await diary.ladderOf([0]);
    await diary.customer({ notification_preferences: off });
    await diary.invoice({ due_date: '2026-03-10T00:00:00Z' });
    await diary.until('2026-06-01');
    expect(await diary.story()).toEqual([
      '2026-03-01T08:00 completed inv_1 announce',
      '2026-03-01T08:00 skipped anchor notifications_off inv_1 announce',
      '2026-03-10T00:00 mail 0-DAY inv_1 overdue',
      '2026-03-10T00:00 completed inv_1 overdue',
    ]);
  });
});
