import { afterAll, expect } from 'vitest';
import { createApiKey } from '../../store/api-keys.js';
import { createPlatform } from '../../store/platforms.js';
import { callWith } from '../support/call.js';
import { deliveryOf } from '../support/faults/each-once.js';
import { createHarness, type Harness, type ReceivedMail } from '../support/harness.js';
import { advance, createClock, createWorkflow, ladderOf, overdueLadder, put } from '../support/scenario.js';
import { dateOf, keepDiaries, minute, noteEvent, readStory } from './story.js';

type Json = Record<string, any>;

/** A story on a test clock: one customer, its facts, time moved by hand, and what came of it. */
export interface Diary {
  h: Harness;
  clock: string;
  /** Until this instant (UTC unless it carries an offset), and until all is at rest. */
  until(to: string): Promise<void>;
  /** Until all is at rest, where the clock stands. */
  rest(): Promise<void>;
  /** Until then; then something happens. The story has it as `2026-01-20T00:00 * paid`. */
  on(day: string, what: string, act: () => Promise<unknown>): Promise<void>;
  /** Stores the invoice; fields given before stay. */
  invoice(fields: Json, id?: string): Promise<void>;
  customer(fields: Json): Promise<void>;
  put(path: string, body: Json): Promise<void>;
  /** A call that must be answered 200 or 201. Answers the body. */
  ok(method: string, path: string, body?: unknown): Promise<Json>;
  /** An overdue ladder in days, with one action. Answers its id. */
  ladderOf(days: readonly number[], more?: Json): Promise<string>;
  run(query?: string): Promise<Json>;
  /** Does something to the only run (S-R3), or to the one the query finds. */
  operate(operation: string, body?: Json, query?: string): Promise<Json>;
  /** The same, but it is refused with a sentence that says why, and nothing at all changes. */
  refuses(operation: string, why: string, body?: Json): Promise<void>;
  /** Everything that happened, in order: see `readStory`. */
  story(): Promise<string[]>;
  /** When mails went, on the clock: `2026-01-16T23:00`. */
  mailTimes(): Promise<string[]>;
  ladder(): Promise<string[]>;
}

interface DiaryOptions {
  /** Default DATE. */
  dueDates?: 'DATE' | 'INSTANT';
}

/** One worker, database and mailbox for all stories of a file; each story is a platform of its own. */
let shared: Promise<Harness> | null = null;
afterAll(async () => {
  await (await shared)?.stop();
});

async function openPlatform(): Promise<Harness> {
  shared ??= createHarness().then(async (h) => {
    await keepDiaries(h.db);
    return h;
  });
  const h = await shared;
  const platform = await createPlatform(h.db, 'Story', 'TEST');
  const apiKey = await createApiKey(h.db, [platform.id], 'story');
  return {
    ...h,
    platformId: platform.id,
    apiKey,
    call: callWith(h.app, apiKey),
    mails: () => ownMails(h, platform.id),
    // The next story goes on with it.
    stop: () => Promise.resolve(),
  };
}

async function ownMails(h: Harness, platformId: string): Promise<ReceivedMail[]> {
  const rows = await h.db.rows<{ id: string }>('SELECT id FROM deliveries WHERE platform_id = $1', [platformId]);
  const own = new Set(rows.map(({ id }) => id));
  return (await h.mails()).filter((mail) => own.has(deliveryOf(mail)));
}

/** Opens a diary at this instant, with a customer in this zone. */
export async function openDiary(start: string, zone: string, options: DiaryOptions = {}): Promise<Diary> {
  const h = await openPlatform();
  await h.call('PATCH', '/v1/platform', { due_dates: options.dueDates ?? 'DATE' });
  const clock = await createClock(h, start);
  const invoices = new Map<string, Json>();
  let customer: Json = { email: 'ap@acme.example', timezone: zone, locale: 'en-GB' };
  await put(h, 'customers/cust_1', { ...customer, test_clock_id: clock });
  const instant = (to: string): string => (to.includes('T') ? to : `${to}T00:00:00Z`);

  const diary: Diary = {
    h,
    clock,
    until: (to) => advance(h, clock, instant(to)),
    async rest() {
      const { frozen_time } = await diary.ok('GET', `/v1/test-clocks/${clock}`);
      await advance(h, clock, frozen_time as string);
    },
    async on(day, what, act) {
      await diary.until(day);
      await noteEvent(h.db, h.platformId, instant(day), what);
      await act();
    },
    async invoice(fields, id = 'inv_1') {
      const whole = { customer_id: 'cust_1', status: 'FINAL', ...invoices.get(id), ...fields };
      invoices.set(id, whole);
      await put(h, `invoices/${id}`, whole);
    },
    async customer(fields) {
      customer = { ...customer, ...fields };
      await put(h, 'customers/cust_1', customer);
    },
    put: (path, body) => put(h, path, body),
    async ok(method, path, body) {
      const answer = await h.call(method, path, body);
      expect([200, 201], `${method} ${path}: ${JSON.stringify(answer.body)}`).toContain(answer.status);
      return answer.body;
    },
    ladderOf: (days, more = {}) => createWorkflow(h, { ...overdueLadder('overdue', days), ...more }),
    async run(query = '') {
      const answer = await h.call('GET', `/v1/workflow-runs${query}`);
      expect(answer.body.data).toHaveLength(1);
      return answer.body.data[0];
    },
    async operate(operation, body = {}, query = '') {
      const { id } = await diary.run(query);
      return diary.ok('POST', `/v1/workflow-runs/${String(id)}/${operation}`, body);
    },
    async refuses(operation, why, body = {}) {
      await diary.rest();
      const before = await diary.run();
      const { status, body: answer } = await h.call(
        'POST',
        `/v1/workflow-runs/${String(before.id)}/${operation}`,
        body,
      );
      expect([status, answer.code]).toEqual([400, 'INVALID_OPERATION']);
      expect(answer.message).toContain(why);
      expect(await diary.run()).toEqual(before);
    },
    story: () => readStory(h),
    async mailTimes() {
      const mails = await h.mails();
      return Promise.all(mails.map(async ({ ID }) => minute(await dateOf(h, ID))));
    },
    ladder: async () => ladderOf(await diary.run()),
  };
  return diary;
}
