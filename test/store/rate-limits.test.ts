import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PaceExceeded } from '../../activities/ports.js';
import { paceOf, type Pace } from '../../contracts/rate-limit.js';
import { Database } from '../../store/database.js';
import { takeShare } from '../../store/rate-limits.js';
import { RateLimiter } from '../../worker/rate-limiter.js';
import { createApi, type Api } from '../api/api.js';
import { created, type Json } from '../api/support.js';

const soon = (ms: number): Promise<'late'> => new Promise((resolve) => setTimeout(resolve, ms, 'late'));

describe('the pace of a provider (S-E5)', { timeout: 30_000 }, () => {
  let h: Api;
  let other: Database;
  beforeAll(async () => {
    h = await createApi();
    other = new Database(h.databaseUrl);
  });
  afterAll(async () => {
    await other.close();
    await h.stop();
  });

  const limiterOn = (db: Database, more = {}): RateLimiter =>
    new RateLimiter({ take: (pace, wanted) => takeShare(db, pace, wanted), ...more });
  const perSecond = (count: number, key: string): Pace => paceOf(key, { count, per: 'SECOND' });
  const integration = async (rate_limit: Json | null): Promise<{ pace: Pace; id: string; path: string }> => {
    const { id } = await created(h, '/v1/integrations', {
      reference: `limited-${String(performance.now())}`,
      type: 'EMAIL_PROVIDER',
      status: 'ACTIVE',
      email_provider: { variant: 'SYSTEM', rate_limit },
    });
    return { id: id as string, pace: { key: id as string, everyUs: 1 }, path: `/v1/integrations/${String(id)}` };
  };

  /** When each of so many turns came, in ms since all of them were asked for, of each limiter. */
  async function turns(limiters: readonly RateLimiter[], pace: (index: number) => Pace, each: number) {
    const startedAt = performance.now();
    return Promise.all(
      limiters.map((limiter, index) =>
        Promise.all(
          Array.from({ length: each }, async () => {
            await limiter.take([pace(index)]);
            return performance.now() - startedAt;
          }),
        ),
      ),
    );
  }
  /** The first turn that came before its time, when they are so far apart. */
  const early = (times: readonly number[], everyMs: number): number =>
    times.toSorted((a, b) => a - b).findIndex((at, index) => at < index * everyMs - 1);

  it('is kept by two workers together: no turn before its time, and neither has to wait for the other to end', async () => {
    const [first = [], second = []] = await turns([limiterOn(h.db), limiterOn(other)], () => perSecond(20, 'both'), 30);
    expect(early([...first, ...second], 50)).toBe(-1);
    // A second at a time: within three seconds each has had its own.
    for (const one of [first, second]) expect(one.filter((at) => at < 2_200).length).toBeGreaterThanOrEqual(10);
  });

  it('control: two limits that nobody shares are twice as fast, and that is noticed', async () => {
    const both = await turns([limiterOn(h.db), limiterOn(other)], (index) => perSecond(20, `own-${String(index)}`), 10);
    expect(early(both.flat(), 50)).toBeGreaterThan(0);
  });

  it('gives no two takers the same instant, however many take at once', async () => {
    const pace = perSecond(1_000, 'crowd');
    const startedAt = performance.now();
    const taken = await Promise.all(
      Array.from({ length: 60 }, async (_, index) => {
        const { granted, startsInMs, everyMs } = await takeShare(index % 2 === 0 ? h.db : other, pace, 10);
        const start = performance.now() + startsInMs;
        return Array.from({ length: granted }, (_none, next) => start + next * everyMs);
      }),
    );
    const all = taken.flat();
    expect(all).toHaveLength(600);
    expect(
      early(
        all.map((at) => at - startedAt),
        1,
      ),
    ).toBe(-1);
  });

  it('is first come, first served within a worker', async () => {
    const limiter = limiterOn(h.db);
    const order: number[] = [];
    await Promise.all(
      Array.from({ length: 12 }, async (_, index) => {
        await limiter.take([perSecond(100, 'order')]);
        order.push(index);
      }),
    );
    expect(order).toEqual(Array.from({ length: 12 }, (_, index) => index));
  });

  it('saves nothing up: after a rest there is no burst', async () => {
    const limiter = limiterOn(h.db);
    const pace = perSecond(20, 'rest');
    await limiter.take([pace]);
    await h.db.rowsOnce(`UPDATE rate_limits SET next_at = next_at - interval '1 hour' WHERE key = 'rest'`);
    expect(early((await turns([limiter], () => pace, 10)).flat(), 50)).toBe(-1);
  });

  it('gives a turn that was not used to the next in line', async () => {
    const limiter = limiterOn(h.db);
    const pace = paceOf('unused', { count: 6, per: 'MINUTE' });
    const [turn] = await limiter.take([pace]);
    const next = limiter.take([pace]);
    expect(await Promise.race([next, soon(100)])).toBe('late');
    turn?.giveBack();
    expect(await Promise.race([next, soon(2_000)])).toMatchObject([{ key: 'unused' }]);
  });

  it.each([
    ['raised', { count: 100, per: 'SECOND' }],
    ['taken away', null],
  ])('is the new one within a second when it is %s, also for who waits already', async (_what, rate_limit) => {
    const { pace, path } = await integration({ count: 4, per: 'MINUTE' });
    const limiter = limiterOn(h.db);
    await limiter.take([pace]);
    const next = limiter.take([pace]);
    expect(await Promise.race([next, soon(600)])).toBe('late');
    const changed = await h.call('PATCH', path, { email_provider: { rate_limit } });
    expect(changed.status).toBe(200);
    expect(await Promise.race([next, soon(1_000)])).toHaveLength(1);
  });

  it('is the new one at once when it is lowered', async () => {
    const { pace, path } = await integration({ count: 1_000, per: 'SECOND' });
    const limiter = limiterOn(h.db);
    await turns([limiter], () => pace, 20);
    await h.call('PATCH', path, { email_provider: { rate_limit: { count: 5, per: 'SECOND' } } });
    expect(early((await turns([limiter], () => pace, 5)).flat(), 200)).toBe(-1);
  });

  it('needs a turn at each pace, as often as it is named, and keeps none when one cannot be had', async () => {
    const limiter = limiterOn(h.db);
    const [a, b] = [perSecond(100, 'several-a'), paceOf('several-b', { count: 1, per: 'HOUR' })];
    expect((await limiter.take([b, a, a])).map(({ key }) => key)).toEqual(['several-a', 'several-a', 'several-b']);
    await expect(limiter.take([a, b])).rejects.toThrow(PaceExceeded);
  });

  it('sends away who would wait too long, each for another while, and nobody for more than ten minutes', async () => {
    const limiter = limiterOn(h.db);
    const pace = paceOf('slow', { count: 1, per: 'MINUTE' });
    await limiter.take([pace]);
    const away = await Promise.all(
      Array.from({ length: 100 }, () =>
        limiter.take([pace]).then(
          () => 0,
          (error: PaceExceeded) => error.retryAfterMs,
        ),
      ),
    );
    expect(away[0]).toBeGreaterThan(59_000);
    expect((away[1] ?? 0) - (away[0] ?? 0)).toBeGreaterThan(59_000);
    expect(Math.max(...away)).toBeLessThanOrEqual(600_000);
    expect(Math.min(...away.slice(10))).toBeGreaterThanOrEqual(300_000);
  });

  it('lets only so many wait in the process, and who waited in vain is sent away too', async () => {
    const limiter = limiterOn(h.db, { longestWaitMs: 300, mostWaiting: 2 });
    const pace = paceOf('full', { count: 240, per: 'MINUTE' });
    const asked = Array.from({ length: 5 }, () =>
      limiter.take([pace]).then(
        () => 'went',
        (error: unknown) => (error instanceof PaceExceeded ? 'away' : String(error)),
      ),
    );
    expect(await Promise.all(asked)).toEqual(['went', 'went', 'away', 'away', 'away']);
  });

  it('keeps nobody when the worker stops', async () => {
    const limiter = limiterOn(h.db);
    const pace = paceOf('stop', { count: 6, per: 'MINUTE' });
    await limiter.take([pace]);
    const waiting = limiter.take([pace]);
    const outcome = expect(waiting).rejects.toMatchObject({ retryAfterMs: 0 });
    limiter.close();
    await outcome;
  });

  it('tells who waits that Postgres is away, and goes on when it is back', async () => {
    let away = true;
    const take = (pace: Pace, wanted: number) =>
      away ? Promise.reject(new Error('no connection')) : takeShare(h.db, pace, wanted);
    const limiter = new RateLimiter({ take });
    await expect(limiter.take([perSecond(10, 'away')])).rejects.toThrow('no connection');
    away = false;
    expect(await limiter.take([perSecond(10, 'away')])).toHaveLength(1);
  });
});
