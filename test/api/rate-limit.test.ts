import { afterEach, describe, expect, it } from 'vitest';
import { createApiKey } from '../../store/api-keys.js';
import { createApi, type Api } from './api.js';
import { expectRefusal } from './support.js';

describe('the rate limit (S-W6)', () => {
  let h: Api;
  afterEach(() => h.stop());

  it('answers 429 as an ApiError with Retry-After to whoever asks too often, and to nobody else', async () => {
    h = await createApi('TEST', { rateLimit: 3 });
    const other = { 'x-api-key': await createApiKey(h.db, [h.platformId], 'other') };
    for (let n = 0; n < 3; n += 1) expect((await h.call('GET', '/v1/platform')).status).toBe(200);
    // One budget for all routes.
    const refused = await h.call('GET', '/v1/workflows');
    expectRefusal(refused, 429, 'INVALID_REQUEST');
    expect(Number(refused.headers['retry-after'])).toBeGreaterThanOrEqual(1);
    expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(60);
    expect((await h.call('GET', '/v1/platform', undefined, other)).status).toBe(200);
  });

  it('counts what is asked of both contracts together, and answers each in its own shape', async () => {
    h = await createApi('TEST', { rateLimit: 2 });
    expect((await h.call('GET', '/v1/platform')).status).toBe(200);
    expect((await h.call('GET', '/workflows')).headers).toMatchObject({
      'ratelimit-limit': '2',
      'ratelimit-remaining': '0',
    });
    const refused = await h.call('GET', '/workflows');
    expect(refused.status).toBe(429);
    expect(refused.body.errors).toEqual([{ status: 429, code: 'invalid', title: expect.any(String) }]);
    expectRefusal(await h.call('GET', '/v1/platform'), 429, 'INVALID_REQUEST');
  });

  it('does not let a refused request have its effect', async () => {
    h = await createApi('TEST', { rateLimit: 1 });
    await h.call('GET', '/v1/platform');
    expect((await h.call('PATCH', '/v1/platform', { name: 'Changed' })).status).toBe(429);
    expect(await h.db.row('SELECT name FROM platforms')).toEqual({ name: 'Test' });
  });

  it('counts nobody where none is set (control)', async () => {
    h = await createApi();
    const answers = await Promise.all(Array.from({ length: 30 }, () => h.call('GET', '/v1/platform')));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
  });
});
