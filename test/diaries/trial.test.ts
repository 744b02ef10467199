import { describe, expect, it } from 'vitest';
import { createWorkflow, put } from '../support/scenario.js';
import { openDiary, type Diary } from './diary.js';

describe('the reminder before a free trial ends', () => {
  let diary: Diary;

  async function open(): Promise<void> {
    diary = await openDiary('2026-03-01T08:00:00Z', 'America/New_York');
    await createWorkflow(diary.h, {
      type: 'PRICING_PLAN_SUBSCRIPTION',
      reference: 'trial',
      pricing_plan_subscription: {
        variant: 'FREE_TRIAL_REMINDER',
        reminder_periods: [
          { type: 'DAY', value: 7 },
          { type: 'DAY', value: 1 },
        ],
      },
    });
    await put(diary.h, 'pricing-plan-subscriptions/sub_1', { customer_id: 'cust_1', status: 'ACTIVE', name: 'Pro' });
  }
  const trial = (endAt: string | null) =>
    put(diary.h, 'pricing-plan-schedules/pps_1', {
      pricing_plan_subscription_id: 'sub_1',
      type: 'TRIAL',
      end_at: endAt,
    });

  it('keeps its local hour across the change of clocks: 09:00, not 10:00', async () => {
    await open();
    // 9 March 09:00 in New York is 13:00Z; a week before, in winter, 09:00 is 14:00Z.
    await trial('2026-03-09T13:00:00Z');
    await diary.until('2026-04-01');
    expect(await diary.mailTimes()).toEqual(['2026-03-02T14:00', '2026-03-08T13:00']);
    expect(await diary.run()).toMatchObject({ status: 'COMPLETED' });
  });

  it('follows a trial that is extended twice', async () => {
    await open();
    await trial('2026-03-10T12:00:00Z');
    await diary.until('2026-03-05');
    expect(await diary.mailTimes()).toEqual(['2026-03-03T13:00']);
    await trial('2026-03-20T12:00:00Z');
    await diary.until('2026-03-12');
    await trial('2026-03-30T12:00:00Z');
    await diary.until('2026-05-01');
    expect(await diary.mailTimes()).toEqual(['2026-03-03T13:00', '2026-03-29T12:00']);
  });

  it('stops when the subscription is cancelled', async () => {
    await open();
    await trial('2026-03-20T12:00:00Z');
    await diary.until('2026-03-14');
    await put(diary.h, 'pricing-plan-subscriptions/sub_1', { customer_id: 'cust_1', status: 'CANCELLED' });
    expect(await diary.run()).toMatchObject({ status: 'STOPPED', stop_reason: 'cancelled' });
    await diary.until('2026-05-01');
    expect(await diary.h.mails()).toHaveLength(1);
  });

  it('announces nothing that has passed', async () => {
    await open();
    await trial('2026-02-20T12:00:00Z');
    expect(await diary.ladder()).toEqual(['7-DAY SKIPPED anchor_passed', '1-DAY SKIPPED anchor_passed']);
    expect(await diary.run()).toMatchObject({ status: 'COMPLETED' });
  });

  it('takes the end a trigger carries until the stored end changes', async () => {
    await open();
    await trial('2026-02-20T12:00:00Z');
    const manual = { variant: 'FREE_TRIAL_REMINDER' };
    const target = { pricing_plan_schedule_id: 'pps_1', trial_end_at: '2026-03-20T12:00:00Z', manual };
    await diary.h.call('POST', '/v1/workflow-triggers', { type: 'MANUAL', pricing_plan_subscription: target });
    await diary.until('2026-03-15');
    expect(await diary.mailTimes()).toEqual(['2026-03-13T12:00']);
    await trial('2026-04-20T12:00:00Z');
    await diary.until('2026-05-01');
    // The event's own run was reopened by the new end too; between them each step goes once.
    expect((await diary.mailTimes()).slice(1)).toEqual(['2026-04-19T12:00']);
  });
});
