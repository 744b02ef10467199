import { expect } from 'vitest';
import { createHarness, type Harness, type HarnessOptions } from '../support/harness.js';
import { advance, createClock, ladderOf, put } from '../support/scenario.js';

/** A story on a test clock: one customer, its facts, time moved by hand, and what came of it. */
export interface Diary {
  h: Harness;
  clock: string;
  /** Until this instant (UTC unless it carries an offset). */
  until(to: string): Promise<void>;
  /** Stores the invoice; fields given before stay. */
  invoice(fields: Record<string, unknown>, id?: string): Promise<void>;
  customer(fields: Record<string, unknown>): Promise<void>;
  run(query?: string): Promise<Record<string, any>>;
  /** When mails went, on the clock: `2026-01-16T23:00`. */
  mailTimes(): Promise<string[]>;
  ladder(): Promise<string[]>;
}

/** Opens a diary at this instant, with a customer in this zone. */
export async function openDiary(
  start: string,
  zone: string,
  options: HarnessOptions & { dueDates?: 'DATE' | 'INSTANT' } = {},
): Promise<Diary> {
  const h = await createHarness(options);
  await h.call('PATCH', '/v1/platform', { due_dates: options.dueDates ?? 'DATE' });
  const clock = await createClock(h, start);
  const invoices = new Map<string, Record<string, unknown>>();
  let customer: Record<string, unknown> = { email: 'ap@acme.example', timezone: zone, locale: 'en-GB' };
  await put(h, 'customers/cust_1', { ...customer, test_clock_id: clock });

  const diary: Diary = {
    h,
    clock,
    until: (to) => advance(h, clock, to.includes('T') ? to : `${to}T00:00:00Z`),
    async invoice(fields, id = 'inv_1') {
      const whole = { customer_id: 'cust_1', status: 'FINAL', ...invoices.get(id), ...fields };
      invoices.set(id, whole);
      await put(h, `invoices/${id}`, whole);
    },
    async customer(fields) {
      customer = { ...customer, ...fields };
      await put(h, 'customers/cust_1', customer);
    },
    async run(query = '') {
      const answer = await h.call('GET', `/v1/workflow-runs${query}`);
      expect(answer.body.data).toHaveLength(1);
      return answer.body.data[0];
    },
    async mailTimes() {
      const mails = await h.mails();
      const dates = await Promise.all(
        mails.map(async ({ ID }) => {
          const message = (await (await fetch(`${h.mailboxUrl}/api/v1/message/${ID}`)).json()) as { Date: string };
          return new Date(message.Date).toISOString().slice(0, 16);
        }),
      );
      return dates;
    },
    ladder: async () => ladderOf(await diary.run()),
  };
  return diary;
}
