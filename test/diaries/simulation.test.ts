import { afterEach, describe, expect, it } from 'vitest';
import { createWorkflow, overdueLadder } from '../support/scenario.js';
import { openDiary, type Diary } from './diary.js';

describe('a simulated ladder (S-R5)', () => {
  let diary: Diary;
  afterEach(() => diary.h.stop());

  async function simulated(body: Record<string, unknown>): Promise<string[]> {
    const answer = await diary.h.call('POST', '/v1/simulations', {
      workflow_id: 'overdue',
      invoice_id: 'inv_1',
      ...body,
    });
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    return (answer.body.mails as { at: string }[]).map(({ at }) => at.slice(0, 16));
  }

  it.each([
    ['from before the due date to its end', '2026-01-01T08:00:00Z', null],
    ['across the beginning of summer time', '2026-03-01T08:00:00Z', null],
    ['late, and paid on the way', '2026-02-01T08:00:00Z', '2026-02-05T12:00:00Z'],
  ])('is what is really sent: %s', async (_, start, paidAt) => {
    diary = await openDiary(start, 'Europe/Amsterdam');
    await createWorkflow(diary.h, overdueLadder('overdue', [7, 15, 30, 75]));
    const paid = paidAt === null ? [] : [{ at: paidAt, invoice: { paid: true } }];
    await diary.invoice({ due_date: '2026-01-10T00:00:00Z' });
    const expected = await simulated({ to: '2026-06-01T00:00:00Z', changes: paid });
    expect(expected.length).toBeGreaterThan(0);
    if (paidAt !== null) {
      await diary.until(paidAt);
      await diary.invoice({ paid: true });
    }
    await diary.until('2026-06-01');
    expect(await diary.mailTimes()).toEqual(expected);
  });

  it('is explained afterwards as it went, with Temporal told nothing of it', async () => {
    diary = await openDiary('2026-01-01T08:00:00Z', 'Europe/Amsterdam');
    await createWorkflow(diary.h, overdueLadder('overdue', [7, 15]));
    await diary.invoice({ due_date: '2026-01-10T00:00:00Z', invoice_number: '42' });
    await diary.until('2026-01-20');
    const { body } = await diary.h.call('GET', '/v1/explain?invoice_id=inv_1');
    const [sent, planned] = body.resources[0].runs[0].steps;
    expect(sent.outcome[0]).toMatch(
      /^Sent 17 Jan 2026 00:00 to ap@acme\.example: “.*42.*” \(dlv_\w+\)\. The server said: 250/,
    );
    expect(planned.outcome).toEqual(['It goes then, to ap@acme.example.']);
  });
});
