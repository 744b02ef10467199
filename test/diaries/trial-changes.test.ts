import { describe, expect, it } from 'vitest';
import { createWorkflow } from '../support/scenario.js';
import { openDiary, type Diary } from './diary.js';

/** Reminders 7 days and 1 day before the end of a trial, UTC. */
describe('a trial that changes', () => {
  async function open(): Promise<Diary> {
    const diary = await openDiary('2026-03-01T08:00:00Z', 'UTC');
    await subscription(diary, 'ACTIVE');
    return diary;
  }
  const watch = (diary: Diary): Promise<string> =>
    createWorkflow(diary.h, {
      type: 'PRICING_PLAN_SUBSCRIPTION',
      reference: 'trial',
      pricing_plan_subscription: {
        variant: 'FREE_TRIAL_REMINDER',
        reminder_periods: [7, 1].map((value) => ({ type: 'DAY', value })),
      },
    });
  const subscription = (diary: Diary, status: string): Promise<void> =>
    diary.put('pricing-plan-subscriptions/sub_1', { customer_id: 'cust_1', status });
  const ends = (diary: Diary, end_at: string | null, type = 'TRIAL'): Promise<void> =>
    diary.put('pricing-plan-schedules/pps_1', { pricing_plan_subscription_id: 'sub_1', type, end_at });
  const byHand = (diary: Diary, trial_end_at: string) =>
    diary.ok('POST', '/v1/workflow-triggers', {
      type: 'MANUAL',
      pricing_plan_subscription: {
        pricing_plan_schedule_id: 'pps_1',
        trial_end_at,
        manual: { variant: 'FREE_TRIAL_REMINDER' },
      },
    });

  it('extended between its reminders, then past both: each new end is announced by what is left', async () => {
    const diary = await open();
    await watch(diary);
    await ends(diary, '2026-03-12T12:00:00Z');
    await diary.on('2026-03-06', 'extended by four days', () => ends(diary, '2026-03-16T12:00:00Z'));
    await diary.on('2026-03-15T13:00:00Z', 'extended by a month', () => ends(diary, '2026-04-16T12:00:00Z'));
    await diary.until('2026-06-01');
    expect(await diary.story()).toEqual([
      '2026-03-05T12:00 mail 7-DAY',
      '2026-03-06T00:00 * extended by four days',
      '2026-03-15T12:00 mail 1-DAY',
      '2026-03-15T12:00 completed',
      '2026-03-15T13:00 * extended by a month',
    ]);
  });

  it('extended before anything was said: all is said for the new end', async () => {
    const diary = await open();
    await watch(diary);
    await ends(diary, '2026-03-12T12:00:00Z');
    await diary.on('2026-03-03', 'extended', () => ends(diary, '2026-04-12T12:00:00Z'));
    await diary.until('2026-06-01');
    expect(await diary.story()).toEqual([
      '2026-03-03T00:00 * extended',
      '2026-04-05T12:00 mail 7-DAY',
      '2026-04-11T12:00 mail 1-DAY',
      '2026-04-11T12:00 completed',
    ]);
  });

  it('cut short to the day after tomorrow: the first reminder at once, the last on its day', async () => {
    const diary = await open();
    await watch(diary);
    await ends(diary, '2026-03-25T12:00:00Z');
    await diary.on('2026-03-10', 'cut short', () => ends(diary, '2026-03-12T12:00:00Z'));
    await diary.until('2026-06-01');
    expect(await diary.story()).toEqual([
      '2026-03-10T00:00 * cut short',
      '2026-03-10T00:00 mail 7-DAY',
      '2026-03-11T12:00 mail 1-DAY',
      '2026-03-11T12:00 completed',
    ]);
  });

  it('cut short to yesterday: nothing is announced', async () => {
    const diary = await open();
    await watch(diary);
    await ends(diary, '2026-03-25T12:00:00Z');
    await diary.on('2026-03-10', 'cut short', () => ends(diary, '2026-03-09T12:00:00Z'));
    await diary.until('2026-06-01');
    expect(await diary.story()).toEqual([
      '2026-03-10T00:00 * cut short',
      '2026-03-10T00:00 completed',
      '2026-03-10T00:00 skipped 7-DAY anchor_passed',
      '2026-03-10T00:00 skipped 1-DAY anchor_passed',
    ]);
  });

  it('without an end for a while', async () => {
    const diary = await open();
    await watch(diary);
    await ends(diary, '2026-03-12T12:00:00Z');
    await diary.on('2026-03-04', 'no end', () => ends(diary, null));
    await diary.on('2026-03-20', 'an end again', () => ends(diary, '2026-03-28T12:00:00Z'));
    await diary.until('2026-06-01');
    expect(await diary.story()).toEqual([
      '2026-03-04T00:00 * no end',
      '2026-03-04T00:00 waits no_anchor',
      '2026-03-20T00:00 * an end again',
      '2026-03-21T12:00 mail 7-DAY',
      '2026-03-27T12:00 mail 1-DAY',
      '2026-03-27T12:00 completed',
    ]);
  });

  it('converted into a paid plan: nothing more is said, also when its end has passed', async () => {
    const diary = await open();
    await watch(diary);
    await ends(diary, '2026-03-12T12:00:00Z');
    await diary.on('2026-03-08', 'converted', () => ends(diary, '2026-03-12T12:00:00Z', 'DEFAULT'));
    await diary.until('2026-06-01');
    expect(await diary.story()).toEqual([
      '2026-03-05T12:00 mail 7-DAY',
      '2026-03-08T00:00 * converted',
      '2026-03-08T00:00 waits not_eligible',
    ]);
  });

  it('converted by mistake and taken back after the day of a reminder: it goes while there is something to announce', async () => {
    const diary = await open();
    await watch(diary);
    await ends(diary, '2026-03-12T12:00:00Z');
    await diary.on('2026-03-08', 'converted', () => ends(diary, '2026-03-12T12:00:00Z', 'DEFAULT'));
    await diary.on('2026-03-12', 'a trial again', () => ends(diary, '2026-03-12T12:00:00Z'));
    await diary.until('2026-06-01');
    expect((await diary.story()).slice(-3)).toEqual([
      '2026-03-12T00:00 * a trial again',
      '2026-03-12T00:00 mail 1-DAY',
      '2026-03-12T00:00 completed',
    ]);
  });

  it('cancelled and revived between its reminders: the last one goes on its day', async () => {
    const diary = await open();
    await watch(diary);
    await ends(diary, '2026-03-12T12:00:00Z');
    await diary.on('2026-03-08', 'cancelled', () => subscription(diary, 'CANCELLED'));
    await diary.on('2026-03-10', 'revived', () => subscription(diary, 'ACTIVE'));
    await diary.until('2026-06-01');
    expect(await diary.story()).toEqual([
      '2026-03-05T12:00 mail 7-DAY',
      '2026-03-08T00:00 * cancelled',
      '2026-03-08T00:00 stopped cancelled',
      '2026-03-08T00:00 skipped 1-DAY cancelled',
      '2026-03-10T00:00 * revived',
      '2026-03-10T00:00 reopened',
      '2026-03-11T12:00 mail 1-DAY',
      '2026-03-11T12:00 completed',
    ]);
  });

  it('cancelled, and revived when it was over: nothing is left to announce', async () => {
    const diary = await open();
    await watch(diary);
    await ends(diary, '2026-03-12T12:00:00Z');
    await diary.on('2026-03-08', 'cancelled', () => subscription(diary, 'CANCELLED'));
    await diary.on('2026-03-13', 'revived', () => subscription(diary, 'ACTIVE'));
    await diary.until('2026-06-01');
    expect((await diary.story()).slice(4)).toEqual([
      '2026-03-13T00:00 * revived',
      '2026-03-13T00:00 completed',
      '2026-03-13T00:00 skipped 1-DAY anchor_passed',
    ]);
  });

  it('by hand with an end of its own, which wins until the stored one changes (S-M3)', async () => {
    const diary = await open();
    // What exists already starts no run by itself (S-D11): this one is by hand alone.
    await ends(diary, '2026-04-30T12:00:00Z');
    await watch(diary);
    await byHand(diary, '2026-03-12T12:00:00Z');
    await diary.on('2026-03-06', 'told once more, unchanged', () => ends(diary, '2026-04-30T12:00:00Z'));
    await diary.on('2026-03-08', 'the stored end changes', () => ends(diary, '2026-05-10T12:00:00Z'));
    await diary.until('2026-06-01');
    expect(await diary.story()).toEqual([
      '2026-03-05T12:00 mail 7-DAY',
      '2026-03-06T00:00 * told once more, unchanged',
      '2026-03-08T00:00 * the stored end changes',
      '2026-05-09T12:00 mail 1-DAY',
      '2026-05-09T12:00 completed',
    ]);
  });
});
