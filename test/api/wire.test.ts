import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildApp } from '../../api/app.js';
import { createApiKey } from '../../store/api-keys.js';
import { testMail } from '../support/mail-connections.js';
import { testVault } from '../support/vault.js';
import { Database } from '../../store/database.js';
import { createPlatform } from '../../store/platforms.js';
import { createApi, type Api } from './api.js';
import { expectRefusal, refuses, sendRaw, stored } from './support.js';

const DRAFT = { name: 'x', type: 'INVOICE', reference: 'wire', status: 'DRAFT' };

describe('the wire', () => {
  let h: Api;
  beforeAll(async () => {
    h = await createApi();
  });
  afterAll(() => h.stop());

  /** Refused as text, with nothing stored. */
  const refusesText = async (
    text: string | Buffer,
    [status, code, field]: [number, string, string?],
    headers: Record<string, string> = {},
    [method, path]: [string, string] = ['PUT', '/v1/customers/wire'],
  ): Promise<void> => {
    const before = await stored(h);
    expectRefusal(await sendRaw(h, method, path, text, headers), status, code, field ?? null);
    expect(await stored(h)).toEqual(before);
  };

  describe('who is calling', () => {
    it.each([
      ['no key', { 'x-api-key': '' }],
      ['a wrong key', { 'x-api-key': 'dw_wrong' }],
      ['a wrong bearer', { 'x-api-key': '', authorization: 'Bearer dw_wrong' }],
      ['basic authentication', { 'x-api-key': '', authorization: 'Basic ZHc6ZHc=' }],
    ])('answers %s with 401 and how to authenticate', async (_what, headers) => {
      const answer = await h.call('GET', '/v1/workflows', undefined, headers);
      expectRefusal(answer, 401, 'UNAUTHORISED');
      expect(answer.headers['www-authenticate']).toContain('Bearer');
    });

    it('takes the key as a bearer token too', async () => {
      const headers = { 'x-api-key': '', authorization: `bearer ${h.apiKey}` };
      expect((await h.call('GET', '/v1/platform', undefined, headers)).body.id).toBe(h.platformId);
    });

    it('refuses a body of a stranger before it is read', async () => {
      const headers = { 'x-api-key': 'dw_wrong' };
      expectRefusal(await sendRaw(h, 'POST', '/v1/workflows', 'x'.repeat(5_000_000), headers), 401, 'UNAUTHORISED');
    });

    it('refuses the platform of somebody else exactly like one that does not exist', async () => {
      const other = await createPlatform(h.db, 'Other', 'TEST');
      const answers = await Promise.all(
        [other.id, 'plat_unknown', ''].map((id) => h.call('GET', '/v1/platform', undefined, { 'x-platform-id': id })),
      );
      for (const answer of answers) {
        expectRefusal(answer, 403, 'USER_NOT_ALLOWED', 'x-platform-id');
        expect(answer.body).toEqual(answers[0]?.body);
      }
    });

    it('lets a key of several platforms choose, and asks it to', async () => {
      const other = await createPlatform(h.db, 'Second', 'TEST');
      const key = { 'x-api-key': await createApiKey(h.db, [h.platformId, other.id], null) };
      const unnamed = await h.call('GET', '/v1/platform', undefined, key);
      expectRefusal(unnamed, 403, 'USER_NOT_ALLOWED', 'x-platform-id');
      expect(unnamed.body.message).toContain('name one');
      const chosen = await h.call('GET', '/v1/platform', undefined, { ...key, 'x-platform-id': other.id });
      expect(chosen.body).toMatchObject({ id: other.id, name: 'Second' });
    });
  });

  describe('bodies that are none', () => {
    it.each([
      ['malformed JSON', '{"name":', 'BAD_REQUEST'],
      ['text after the JSON', '{} {}', 'BAD_REQUEST'],
      ['an empty body', '', 'MISSING_FIELD'],
      ['null', 'null', 'MISSING_FIELD'],
      ['an array', '[]', 'INVALID_FIELD'],
      ['a string', '"x"', 'INVALID_FIELD'],
      ['a number', '5', 'INVALID_FIELD'],
      ['a __proto__ key', '{"__proto__":{"status":"DRAFT"}}', 'BAD_REQUEST'],
      ['a nested __proto__ key', '{"organization":{"__proto__":{}}}', 'BAD_REQUEST'],
      ['a constructor with a prototype', '{"constructor":{"prototype":{}}}', 'BAD_REQUEST'],
    ])('refuses %s', (_what, text, code) => refusesText(text, [400, code]));

    it.each([
      ['a NUL byte in a value', '{"reference":"a\\u0000b"}', 'reference'],
      ['a NUL byte in an unknown value', '{"notes":["ok","a\\u0000b"]}', 'notes[1]'],
      ['a NUL byte in a key', '{"a":{"b\\u0000":1}}', 'a'],
      ['a lone surrogate', '{"reference":"\\ud800"}', 'reference'],
      ['two equal keys', '{"locale":"en","locale":"nl"}', 'locale'],
      ['two equal keys deep down, one of them escaped', '{"a":[{"bc":1,"d":{},"b\\u0063":2}]}', 'bc'],
      ['a number beyond a double', '{"usage":{"units":1e400}}', 'usage.units'],
    ])('refuses %s and names the field', (_what, text, field) => refusesText(text, [400, 'BAD_REQUEST', field]));

    it.each([1_000, 200_000])('refuses a body that is nested %i levels deep', async (levels) => {
      const text = `{"a":${'['.repeat(levels)}${']'.repeat(levels)}}`;
      const answer = await sendRaw(h, 'PUT', '/v1/customers/deep', text);
      expect([answer.status, answer.body.code]).toEqual([400, 'BAD_REQUEST']);
      expect(answer.body.field).toMatch(/^a\[0\]/);
    });

    it('refuses text that is not UTF-8 instead of storing it garbled', () =>
      refusesText(Buffer.from('{"reference":"M\xfcller"}', 'latin1'), [400, 'BAD_REQUEST']));

    it('takes the same key in different objects, and a colon within text', async () => {
      const given = '{"a":[{"b":1},{"b":2}],"b":{"b":3},"c":"\\"b\\":4,\\"b\\":5"}';
      expect((await sendRaw(h, 'PUT', '/v1/customers/same', given)).status).toBe(201);
    });

    it('keeps harmless keys that have the names of object methods', async () => {
      const given = '{"constructor":1,"toString":"x","hasOwnProperty":false,"valueOf":null}';
      const answer = await sendRaw(h, 'PUT', '/v1/customers/names', given);
      expect(JSON.parse(JSON.stringify(answer.body))).toMatchObject(JSON.parse(given) as object);
    });

    it('takes no body under a JSON content type where none is needed', async () => {
      await h.call('POST', '/v1/workflows', { ...DRAFT, reference: 'nothing-to-say' });
      const answer = await sendRaw(h, 'POST', '/v1/workflows/nothing-to-say/archive', '');
      expect([answer.status, answer.body.status]).toEqual([200, 'ARCHIVED']);
    });
  });

  describe('bodies in another form', () => {
    it.each(['text/plain', 'application/xml', 'application/x-www-form-urlencoded', 'application/merge-patch+json'])(
      'refuses %s with 415',
      (type) => refusesText('{"locale":"en"}', [415, 'UNSUPPORTED_MEDIA_TYPE'], { 'content-type': type }),
    );

    it('refuses a body without a content type with 415', async () => {
      const response = await h.app.inject({
        method: 'PUT',
        url: '/v1/customers/typeless',
        payload: '{}',
        headers: { 'x-api-key': h.apiKey },
      });
      expect([response.statusCode, response.json<{ code: string }>().code]).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
    });

    it('takes JSON with a charset', async () => {
      const headers = { 'content-type': 'application/json; charset=UTF-8' };
      expect((await sendRaw(h, 'PUT', '/v1/customers/charset', '{"locale":"nl"}', headers)).status).toBe(201);
    });

    it('refuses 5 MB with 413', () => refusesText(`{"a":"${'x'.repeat(5_000_000)}"}`, [413, 'BAD_REQUEST']));

    it('reads a gzipped body', async () => {
      const headers = { 'content-encoding': 'gzip' };
      const answer = await sendRaw(h, 'PUT', '/v1/customers/zip', gzipSync('{"locale":"nl"}'), headers);
      expect([answer.status, answer.body.locale]).toEqual([201, 'nl']);
    });

    it.each([
      ['a gzip bomb', gzipSync(`{"a":"${'x'.repeat(5_000_000)}"}`), 'gzip', 413, 'BAD_REQUEST'],
      ['gzip that is none', Buffer.from('nope'), 'gzip', 400, 'BAD_REQUEST'],
      ['gzip that is cut off', gzipSync('{"locale":"nl"}').subarray(0, 18), 'gzip', 400, 'BAD_REQUEST'],
      ['an unknown encoding', Buffer.from('nope'), 'compress', 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ] as const)('refuses %s', (_what, body, encoding, status, code) =>
      refusesText(body, [status, code], { 'content-encoding': encoding }),
    );
  });

  describe('URLs', () => {
    it.each(['/v2/workflows', '/v2', '/v10/customers/x', '/v0/docs'])('answers %s as an unknown version', (url) =>
      refuses(h, ['GET', url], 400, 'UNSUPPORTED_VERSION', 'version'),
    );

    it.each([
      ['GET', '/v1/nothing'],
      ['DELETE', '/v1/workflows'],
      ['GET', '/'],
      ['GET', '/v1/workflows/a/b/c'],
    ])('answers %s %s with 404', async (method, url) => {
      const answer = await h.call(method, url);
      expect([answer.status, answer.body.code, answer.body.field]).toEqual([404, 'RESOURCE_NOT_FOUND', null]);
      expect(answer.headers['x-request-id']).toMatch(/^reqr_/);
    });

    it('refuses an escape that is none in the usual shape', () =>
      refuses(h, ['GET', '/v1/workflows/%E0%A4%A'], 400, 'BAD_REQUEST'));

    it('refuses an endless id in the usual shape', () =>
      refuses(h, ['GET', `/v1/workflows/${'a'.repeat(5_000)}`], 414, 'BAD_REQUEST'));

    it.each(['/v1/workflows/a%00b', '/v1/customers/%00', '/v1/workflow-runs/%00'])('refuses NUL in %s', (url) =>
      refuses(
        h,
        ['GET', url],
        400,
        'BAD_REQUEST',
        /workflows|customers/.test(url) ? 'resourceIdOrReference' : 'resourceId',
      ),
    );

    it('refuses NUL in a query', () =>
      refuses(h, ['GET', '/v1/workflow-runs?workflow_id=%00'], 400, 'BAD_REQUEST', 'workflow_id'));

    it.each(['%0D%0ASet-Cookie:a=b', 'a%2Fb', 'a%20b', '%F0%9F%92%B8', 'a%27%3B--', 'x'.repeat(256), 'x'.repeat(301)])(
      'refuses %s as an id to store under, and knows nothing by it',
      async (id) => {
        await refuses(h, ['PUT', `/v1/customers/${id}`, {}], 400, 'INVALID_FIELD', 'resourceIdOrReference');
        const answer = await h.call('GET', `/v1/customers/${id}`);
        expect([answer.status, answer.body.code]).toEqual([404, 'RESOURCE_NOT_FOUND']);
        expect(answer.headers['set-cookie']).toBeUndefined();
      },
    );

    it('takes ids of every allowed character and length', async () => {
      for (const id of ['x'.repeat(255), 'A-z_0.9:b', '-']) {
        expect((await h.call('PUT', `/v1/customers/${id}`, {})).status).toBe(201);
        expect((await h.call('GET', `/v1/customers/${id}`)).body.id).toBe(id);
      }
    });

    it.each(['[', 'a b', ':::', ''])('answers a list to a caller whose Host is "%s"', async (host) => {
      const answer = await h.call('GET', '/v1/workflows', undefined, { host });
      expect(answer.status).toBe(200);
      expect(URL.canParse(answer.body.links.first as string)).toBe(true);
    });
  });

  describe('headers of answers', () => {
    it('names every answer, also a good one and one without a route', async () => {
      const ids = await Promise.all(
        ['/v1/platform', '/healthz', '/nothing'].map(async (url) => (await h.call('GET', url)).headers['x-request-id']),
      );
      for (const id of ids) expect(id).toMatch(/^reqr_[A-Za-z0-9]{20}$/);
      expect(new Set(ids).size).toBe(3);
    });

    it('does not take the request id of the caller', async () => {
      const answer = await h.call('GET', '/healthz', undefined, { 'x-request-id': 'mine', 'request-id': 'mine' });
      expect(answer.headers['x-request-id']).not.toBe('mine');
    });

    it('names the parameters of a query that were not known', async () => {
      const answer = await h.call('GET', '/v1/workflows?statuses=DRAFT&limit=1&expand=x');
      expect(answer.headers['dunwell-ignored-fields']).toBe('?statuses, ?expand');
    });

    it('keeps the list of ignored fields short, and in ASCII', async () => {
      const many = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`ünknown\r\n${String(n)}`.repeat(20), n]));
      const answer = await h.call('POST', '/v1/workflows', { ...DRAFT, reference: 'many', ...many });
      expect(answer.status).toBe(201);
      const header = String(answer.headers['dunwell-ignored-fields']);
      expect(header.length).toBeLessThan(8_000);
      expect(header).toMatch(/^[\x20-\x7e]*\.\.\.$/);
    });
  });

  describe('health', () => {
    it('is alive and ready, without a key', async () => {
      for (const url of ['/healthz', '/readyz']) {
        const answer = await h.call('GET', url, undefined, { 'x-api-key': '' });
        expect([answer.status, answer.body]).toEqual([200, { status: 'ok' }]);
      }
    });

    it('is alive but not ready while Postgres is gone, and says when to come back', async () => {
      const db = new Database('postgres://nobody@127.0.0.1:1/nothing');
      const app = await buildApp({ db, tellSoon: () => undefined, advanceWaitMs: 1, vault: testVault, mail: testMail });
      const get = (url: string) => app.inject({ method: 'GET', url, headers: { 'x-api-key': 'dw_any' } });
      expect((await get('/healthz')).statusCode).toBe(200);
      const ready = await get('/readyz');
      expect(ready.statusCode).toBe(503);
      expect(ready.body).not.toContain('127.0.0.1');
      const other = await get('/v1/workflows');
      expect(other.statusCode).toBe(503);
      expect(other.headers).toMatchObject({ 'transient-error': 'true', 'retry-after': '1' });
      expect(other.json()).toMatchObject({ type: 'API_ERROR', code: 'INTERNAL_ERROR' });
      await app.close();
      await db.close();
    });

    it('is not ready once its connections are closed', async () => {
      const db = new Database(h.databaseUrl);
      const app = await buildApp({ db, tellSoon: () => undefined, advanceWaitMs: 1, vault: testVault, mail: testMail });
      expect((await app.inject('/readyz')).statusCode).toBe(200);
      await db.close();
      expect((await app.inject('/readyz')).statusCode).toBe(503);
      await app.close();
    });
  });
});
