import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { FRIENDLY_ZONES } from '../../domain/friendly-zones.js';
import { nextFirings, scheduleProblems, type Schedule } from '../../domain/schedule.js';
import { scheduleSpec } from '../../domain/schedule-spec.js';
import { clockChanges } from '../../domain/zone.js';
import { createEngineClient, type EngineClient } from '../../engine/client.js';
import { engineSpec } from '../../engine/schedules.js';
import { t } from '../domain/support.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** The engine's own answer to when a schedule fires: every one is created there, paused, asked and deleted. */
describe('a schedule on the engine fires when we say it does (S-Z7)', () => {
  let engine: EngineClient;
  beforeAll(() => {
    engine = createEngineClient({ connection: { address: inject('temporalAddress') }, namespace: 'default' });
  });
  afterAll(() => engine.close());

  async function onEngine<Answer>(
    spec: Parameters<typeof engine.client.schedule.create>[0]['spec'],
    ask: (scheduleId: string) => Promise<Answer>,
  ): Promise<Answer> {
    const scheduleId = `times-${randomUUID()}`;
    const handle = await engine.client.schedule.create({
      scheduleId,
      spec,
      action: { type: 'startWorkflow', workflowType: 'nothing', taskQueue: 'nobody' },
      state: { paused: true },
    });
    try {
      return await ask(scheduleId);
    } finally {
      await handle.delete();
    }
  }

  async function matching(scheduleId: string, from: number, to: number): Promise<string[]> {
    const time = (at: number) => ({ seconds: Math.floor(at / 1_000) as never, nanos: 0 });
    const found: number[] = [];
    // It answers what comes after `startTime`, a thousand instants at most.
    for (let after = from - 1_000; ; after = found.at(-1) ?? to) {
      const { startTime } = await engine.client.workflowService.listScheduleMatchingTimes({
        namespace: 'default',
        scheduleId,
        startTime: time(after),
        endTime: time(to),
      });
      const page = startTime.map(({ seconds }) => Number(seconds) * 1_000).filter((at) => at > after && at >= from);
      found.push(...page);
      if (page.length === 0) return found.map(iso);
    }
  }
  const iso = (at: number): string => new Date(at).toISOString().replace(':00.000Z', 'Z');
  /** From `from` to just before `to`. */
  const ours = (schedule: Schedule, from: number, to: number): string[] =>
    nextFirings(schedule, from - 1, 5_000)
      .filter((at) => at < to)
      .map(iso);

  it('02:30 every day in Amsterdam, over both changes of 2027: once a day', async () => {
    const schedule = { interval: '30 2 * * *', timezone: 'Europe/Amsterdam' };
    const [spring, autumn] = await onEngine(engineSpec(scheduleSpec(schedule, t('2026-11-21T00:00'))), async (id) => [
      await matching(id, t('2027-03-27T00:00'), t('2027-03-30T00:00')),
      await matching(id, t('2027-10-30T00:00'), t('2027-11-02T00:00')),
    ]);
    expect(spring).toEqual(['2027-03-27T01:30Z', '2027-03-28T01:30Z', '2027-03-29T00:30Z']);
    expect(autumn).toEqual(['2027-10-30T00:30Z', '2027-10-31T00:30Z', '2027-11-01T01:30Z']);
  });

  it('the engine alone would skip the day of the gap, and fire twice where the hour comes twice (control)', async () => {
    const alone = { ...scheduleSpec({ interval: '30 1,2 * * *', timezone: 'America/New_York' }, 0), instants: [] };
    const [calendar] = alone.calendars;
    if (!calendar) throw new Error('no calendar');
    const bare = engineSpec({ ...alone, calendars: [{ ...calendar, years: null, hours: [1, 2] }] });
    const [spring, autumn] = await onEngine(bare, async (id) => [
      await matching(id, t('2027-03-14T05:00'), t('2027-03-15T05:00')),
      await matching(id, t('2027-11-07T04:00'), t('2027-11-08T05:00')),
    ]);
    expect(spring).toEqual(['2027-03-14T06:30Z']);
    expect(autumn).toEqual(['2027-11-07T05:30Z', '2027-11-07T06:30Z', '2027-11-07T07:30Z']);
  });

  it('the engine knows every zone that a friendly name means', async () => {
    const zones = [...new Set(FRIENDLY_ZONES.values())];
    const unknown = await Promise.all(
      zones.map((timezone) =>
        onEngine({ timezone, calendars: [{ hour: 9 }] }, () => Promise.resolve(null)).catch(() => timezone),
      ),
    );
    expect(unknown.filter((zone) => zone !== null)).toEqual([]);
    await expect(onEngine({ timezone: 'No/Where' }, () => Promise.resolve(null))).rejects.toThrow();
  });

  const step = (max: number) => fc.integer({ min: 2, max }).map((every) => `*/${String(every)}`);
  const number = (min: number, max: number) => fc.integer({ min, max }).map(String);
  const list = (min: number, max: number) =>
    fc.uniqueArray(fc.integer({ min, max }), { minLength: 1, maxLength: 4 }).map((values) => values.join());
  const field = (min: number, max: number) =>
    fc.oneof(fc.constant('*'), number(min, max), list(min, max), step(Math.max(2, Math.floor(max / 2))));
  /** Where clocks are changed at odd hours, by odd amounts, at midnight, over negative and positive offsets. */
  const zone = fc.constantFrom(
    'Europe/Amsterdam',
    'Europe/London',
    'Eastern Time (US & Canada)',
    'America/Los_Angeles',
    'America/Havana',
    'America/Santiago',
    'America/St_Johns',
    'America/Nuuk',
    'Atlantic/Azores',
    'Africa/Cairo',
    'Africa/Casablanca',
    'Asia/Beirut',
    'Asia/Gaza',
    'Asia/Jerusalem',
    'Asia/Kolkata',
    'Australia/Lord_Howe',
    'Sydney',
    'Pacific/Chatham',
    'UTC',
  );
  /** Mostly in the small hours, which is where clocks are changed. */
  const hours = fc.oneof(field(0, 23), number(0, 4), list(0, 4), fc.constant('22-23'));
  const months = fc.oneof({ weight: 3, arbitrary: fc.constant('*') }, list(1, 12));
  const dates = fc.oneof({ weight: 3, arbitrary: fc.constant('*') }, field(1, 28), fc.constantFrom('L', '31', '15,L'));
  const weekdays = fc.oneof(
    { weight: 3, arbitrary: fc.constant('*') },
    list(0, 6),
    fc.constantFrom('7', 'SAT', 'SUN', 'SUN#2', '0L', '6L', '1-5'),
  );
  const minutes = fc.oneof({ weight: 3, arbitrary: list(0, 59) }, field(0, 59));
  const interval = fc
    .tuple(fc.oneof(fc.constant(''), number(0, 59)), minutes, hours, dates, months, weekdays)
    .map((fields) => fields.join(' ').trim());

  it('any schedule in any zone, around the changes of its clock and at any other time', async () => {
    const from = t('2026-11-21T00:00');
    await fc.assert(
      fc.asyncProperty(interval, zone, fc.nat(10 * 365), fc.nat(), async (cron, timezone, day, pick) => {
        const schedule = { interval: cron, timezone };
        fc.pre(scheduleProblems(schedule).length === 0);
        const spec = scheduleSpec(schedule, from);
        const changes = [...clockChanges(spec.zone, from, t('2028-02-01T00:00'))];
        const change = changes[pick % Math.max(1, changes.length)];
        const around = change ? change.at - (change.at % DAY) - DAY : from;
        await onEngine(engineSpec(spec), async (id) => {
          expect(await matching(id, around, around + 3 * DAY - 1)).toEqual(ours(schedule, around, around + 3 * DAY));
          // Far ahead, too: schedules that fire often are told of fewer changes than ten years have.
          const somewhere = from + day * DAY;
          if (spec.instants.length < 400 && day * DAY < 9 * 365 * DAY) {
            expect(await matching(id, somewhere, somewhere + DAY - 1)).toEqual(
              ours(schedule, somewhere, somewhere + DAY),
            );
          }
        });
      }),
      { numRuns: Number(process.env.SCHEDULE_RUNS ?? 20) },
    );
  }, 120_000);
});
