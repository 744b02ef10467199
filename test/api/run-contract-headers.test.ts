import { randomBytes } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApiKey } from '../../store/api-keys.js';
import { createPlatform } from '../../store/platforms.js';
import { createApi, type Api } from './api.js';
import { expectErrors, openCall, type Called } from './run-contract-support.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

describe('headers of the run contract (S-Z5)', () => {
  let h: Api;
  let called: Called;
  beforeAll(async () => {
    h = await createApi();
    called = await openCall(h);
  });
  afterAll(() => h.stop());

  const seed = { accountId: 'cust_1', paymentId: 'pay_1' };
  const path = () => `/workflows/${String(called.number)}/run`;
  const run = (headers: Record<string, string>, body: unknown = seed) => h.call('POST', path(), body, headers);
  const runs = async (): Promise<number> => (await h.db.rows('SELECT 1 FROM runs')).length;

  it('are on every answer, also on one that nobody may have', async () => {
    const answers = [
      await run({}),
      await run({}, {}),
      await run({ 'x-api-key': 'wrong' }),
      await h.call('GET', '/workflows/1/nowhere'),
      await run({ 'content-type': 'application/json' }, '{'),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 406, 401, 404, 400]);
    for (const { headers, body, status } of answers) {
      expect(headers['zuora-request-id']).toMatch(UUID);
      if (status !== 200) expect(body.errors).toEqual([expect.objectContaining({ code: 'invalid' }), ...rest(body)]);
    }
    expect((await run({ 'zuora-track-id': 'a:b' })).headers).toHaveProperty('ratelimit-limit');
    for (const { headers } of answers.filter(({ status }) => status === 200 || status === 406)) {
      expect(Number(headers['ratelimit-limit'])).toBeGreaterThan(0);
      expect(Number(headers['ratelimit-remaining'])).toBeGreaterThan(0);
      expect(Number(headers['ratelimit-reset'])).toBeLessThanOrEqual(60);
    }
  });

  it('Zuora-Track-Id: echoed when it is one', async () => {
    for (const id of ['order 66', 'a'.repeat(64), '~!@#$%^&*()_+']) {
      const answer = await run({ 'zuora-track-id': id });
      expect([answer.status, answer.headers['zuora-track-id']]).toEqual([200, id]);
    }
  });

  it('Zuora-Track-Id: 400 with 65 characters, one that is not US-ASCII, or one of : ; " and \'', async () => {
    const before = await runs();
    const message = 'A Zuora-Track-Id has at most 64 characters of US-ASCII, without : ; " and \'.';
    for (const id of ['a'.repeat(65), 'caf\u00e9', 'a:b', 'a;b', 'a"b', "a'b"]) {
      const answer = await run({ 'zuora-track-id': id });
      expectErrors(answer, 400, [message]);
      expect(answer.headers['zuora-track-id']).toBeUndefined();
    }
    expect(await runs()).toBe(before);
  });

  it('401 comes before what is wrong with headers', async () => {
    expect((await run({ 'x-api-key': 'wrong', 'zuora-track-id': 'a:b' })).status).toBe(401);
  });

  it('Zuora-Entity-Ids: one platform that the credential may use, else 403', async () => {
    const other = await createPlatform(h.db, 'Other', 'TEST');
    const both = await createApiKey(h.db, [h.platformId, other.id], 'both');
    const as = (key: string, entity?: string) =>
      run({ 'x-api-key': key, ...(entity === undefined ? {} : { 'zuora-entity-ids': entity }) });
    expect((await as(h.apiKey, h.platformId)).status).toBe(200);
    expect((await as(both, h.platformId)).status).toBe(200);
    // On the other platform nothing has that id.
    expect((await as(both, other.id)).status).toBe(404);
    expectErrors(await as(both), 403, ['This credential serves several platforms: name one in zuora-entity-ids.']);
    for (const entity of [other.id, 'plat_none', `${h.platformId},${other.id}`]) {
      const title = 'zuora-entity-ids: This credential may not use that platform.';
      expectErrors(await as(h.apiKey, entity), 403, [title]);
    }
  });

  it('Zuora-Org-Ids: a part of the platform’s org_ids, else 403', async () => {
    expect((await h.call('PATCH', '/v1/platform', { org_ids: ['org-1', 'org-2'] })).status).toBe(200);
    expect((await run({ 'zuora-org-ids': 'org-2' })).status).toBe(200);
    expect((await run({ 'zuora-org-ids': 'org-1, org-2' })).status).toBe(200);
    const title = 'Zuora-Org-Ids: This platform has no organisation org-3 (its org_ids).';
    expectErrors(await run({ 'zuora-org-ids': 'org-1,org-3' }), 403, [title]);
  });

  describe('Content-Encoding: gzip', () => {
    const sent = (payload: Buffer, encoding = 'gzip') =>
      h.app.inject({
        method: 'POST',
        url: path(),
        payload,
        headers: { 'x-api-key': h.apiKey, 'content-type': 'application/json', 'content-encoding': encoding },
      });
    const packed = gzipSync(JSON.stringify(seed));

    it('is unpacked', async () => {
      expect((await sent(packed)).statusCode).toBe(200);
    });

    it.each<[string, () => Buffer, number]>([
      ['not gzip at all', () => Buffer.from(JSON.stringify(seed)), 400],
      ['random bytes', () => randomBytes(500), 400],
      ['cut off', () => packed.subarray(0, packed.length - 12), 400],
      [
        'with a broken middle',
        () => Buffer.concat([packed.subarray(0, 12), Buffer.alloc(8, 255), packed.subarray(20)]),
        400,
      ],
      ['with a wrong checksum', () => Buffer.concat([packed.subarray(0, -8), Buffer.alloc(8, 1)]), 400],
      ['1 MiB and a byte in 1 kB', () => gzipSync(Buffer.alloc(1_048_577, ' ')), 413],
      ['a bomb: 200 MiB in 200 kB', () => gzipSync(Buffer.alloc(200 * 1_048_576)), 413],
      ['no JSON inside', () => gzipSync('{"paymentId":'), 400],
    ])('%s: a documented 4xx, and no run', async (_what, payload, status) => {
      const before = await runs();
      const answer = await sent(payload());
      expect(answer.statusCode).toBe(status);
      expect(answer.json()).toEqual({ errors: [{ status, code: 'invalid', title: expect.stringMatching(/.{10}/) }] });
      expect(await runs()).toBe(before);
    });

    it('415: an encoding we do not know', async () => {
      const answer = await sent(packed, 'rot13');
      expect(answer.statusCode).toBe(415);
      expect(answer.json()).toMatchObject({ errors: [{ status: 415, code: 'invalid' }] });
    });
  });

  it('packs answers of more than 1000 bytes, and no others', async () => {
    const ask = (body: object) =>
      h.app.inject({
        method: 'POST',
        url: path(),
        payload: body,
        headers: { 'x-api-key': h.apiKey, 'accept-encoding': 'gzip' },
      });
    const small = await ask({});
    expect(small.headers['content-encoding']).toBeUndefined();
    const large = await ask({ text: 'x'.repeat(1_000) });
    expect(large.headers['content-encoding']).toBe('gzip');
    const unpacked = JSON.parse(gunzipSync(large.rawPayload).toString()) as { parameters: unknown };
    expect(unpacked.parameters).toEqual({ workflow: { text: 'x'.repeat(1_000) } });
  });
});

/** Further errors of one answer, whatever they are. */
function rest(body: Record<string, unknown>): unknown[] {
  return (body.errors as unknown[]).slice(1);
}
