import { createHmac } from 'node:crypto';
import { exportSPKI, importJWK, type CryptoKey } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createPlatform } from '../../store/platforms.js';
import { startTestIssuer, type TestIssuer } from '../support/token-issuer.js';
import { createApi, type Api } from './api.js';
import { expectRefusal, type Json } from './support.js';

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const inSeconds = (seconds: number): number => Math.floor(Date.now() / 1000) + seconds;

describe('tokens (S-W1)', () => {
  let issuer: TestIssuer;
  let h: Api;
  let second: string;
  let live: string;
  beforeAll(async () => {
    issuer = await startTestIssuer();
    h = await createApi('TEST', { tokenIssuer: issuer });
    second = (await createPlatform(h.db, 'Second', 'TEST')).id;
    live = (await createPlatform(h.db, 'Live', 'LIVE')).id;
  });
  afterEach(() => {
    vi.useRealTimers();
    issuer.answer = null;
  });
  afterAll(async () => {
    await h.stop();
    await issuer.stop();
  });

  /** Calls with a bearer and nothing else. */
  const ask = async (
    token: string,
    headers: Record<string, string> = {},
    [method, path, body] = ['GET', '/v1/platform'] as [string, string, unknown?],
  ) => {
    const response = await h.app.inject({
      method: method as 'GET',
      url: path,
      headers: { authorization: `Bearer ${token}`, ...headers },
      ...(body === undefined ? {} : { payload: body as object }),
    });
    return { status: response.statusCode, headers: response.headers, body: response.json<Json>() };
  };
  const admin = (more: Json = {}): Json => ({ platform_ids: [h.platformId], role_type: 'ADMINISTRATOR', ...more });
  const sign = (more: Json = {}): Promise<string> => issuer.sign(admin(more));

  it('takes a valid one, and says which platform it is for', async () => {
    const answer = await ask(await sign());
    expect([answer.status, answer.body.id]).toEqual([200, h.platformId]);
  });

  it('takes an API key as a bearer, in any case of the scheme', async () => {
    for (const scheme of ['Bearer', 'bearer', 'BEARER']) {
      const headers = { authorization: `${scheme} ${h.apiKey}` };
      expect((await h.app.inject({ url: '/v1/platform', headers })).statusCode).toBe(200);
    }
  });

  it('takes no token in X-API-KEY', async () => {
    const headers = { 'x-api-key': await sign() };
    expectRefusal(await h.call('GET', '/v1/platform', undefined, headers), 401, 'UNAUTHORISED');
  });

  describe('answers 401 to', () => {
    it.each<[string, () => Json]>([
      ['another issuer', () => ({ iss: 'https://elsewhere.example' })],
      ['an issuer that only begins alike', () => ({ iss: `${issuer.issuer}/` })],
      ['another audience', () => ({ aud: 'https://other.example' })],
      ['no audience', () => ({ aud: undefined })],
      ['no issuer', () => ({ iss: undefined })],
      ['one that has expired', () => ({ exp: inSeconds(-60) })],
      ['one that never expires', () => ({ exp: undefined })],
      ['one that is not valid yet', () => ({ nbf: inSeconds(60) })],
      ['nobody', () => ({ sub: undefined })],
      ['no list of platforms', () => ({ platform_ids: undefined })],
      ['one platform that is no list', () => ({ platform_ids: h.platformId })],
      ['platforms that are no texts', () => ({ platform_ids: [7] })],
      ['an unknown role', () => ({ role_type: 'OWNER' })],
      ['permissions that are none', () => ({ role_type: undefined, permissions: { all: true } })],
      ['permissions that are one text', () => ({ role_type: undefined, permissions: 'PAYMENT.VIEW' })],
      ['a role and permissions: the wider one would win', () => ({ permissions: ['PAYMENT.VIEW'] })],
      ['NUL in a platform', () => ({ platform_ids: ['plat_\u0000'] })],
      ['NUL in its holder', () => ({ sub: 'a\u0000b' })],
    ])('%s', async (_what, claims) => {
      const answer = await ask(await sign(claims()));
      expectRefusal(answer, 401, 'UNAUTHORISED');
      expect(answer.headers['www-authenticate']).toContain('Bearer');
    });

    it('HS256 signed with the public key', async () => {
      const pem = await exportSPKI((await importJWK(issuer.publicKey, 'RS256', { extractable: true })) as CryptoKey);
      const claims = { iss: issuer.issuer, aud: issuer.audience, sub: 'x', exp: inSeconds(60), ...admin() };
      const text = `${part({ alg: 'HS256', kid: issuer.publicKey.kid })}.${part(claims)}`;
      for (const secret of [pem, JSON.stringify(issuer.publicKey), issuer.publicKey.n ?? '']) {
        const signature = createHmac('sha256', secret).update(text).digest('base64url');
        expectRefusal(await ask(`${text}.${signature}`), 401, 'UNAUTHORISED');
      }
    });

    it('alg: none, with and without a signature', async () => {
      const claims = { iss: issuer.issuer, aud: issuer.audience, sub: 'x', exp: inSeconds(60), ...admin() };
      for (const alg of ['none', 'None', 'NONE']) {
        const text = `${part({ alg })}.${part(claims)}`;
        for (const signature of ['', 'AAAA']) expectRefusal(await ask(`${text}.${signature}`), 401, 'UNAUTHORISED');
      }
    });

    it('claims that were changed after signing, and a signature of something else', async () => {
      const [head, , signature] = (await sign({ role_type: 'READ_ONLY' })).split('.');
      const [, others] = (await sign()).split('.');
      expectRefusal(await ask([head, others, signature].join('.')), 401, 'UNAUTHORISED');
    });

    it('a key nobody published', async () => {
      expectRefusal(await ask(await issuer.sign(admin(), { kid: 'key-unknown' })), 401, 'UNAUTHORISED');
    });

    it('things that only look like tokens', async () => {
      for (const text of ['eyJ.eyJ.x', 'eyJhbGciOiJSUzI1NiJ9.e30.AA', `${await sign()}.x`, 'a.b.c']) {
        expectRefusal(await ask(text), 401, 'UNAUTHORISED');
      }
    });

    it('any token where no issuer is configured', async () => {
      const other = await createApi();
      const headers = { authorization: `Bearer ${await sign()}` };
      const response = await other.app.inject({ url: '/v1/platform', headers });
      await other.stop();
      expect(response.statusCode).toBe(401);
    });
  });

  describe('platforms', () => {
    it('asks a token of several to choose', async () => {
      const token = await sign({ platform_ids: [h.platformId, second] });
      expectRefusal(await ask(token), 403, 'USER_NOT_ALLOWED', 'x-platform-id');
      expect((await ask(token, { 'x-platform-id': second })).body.id).toBe(second);
    });

    it('keeps a token from platforms it does not name, whether they exist or not', async () => {
      const token = await sign();
      const answers = await Promise.all(
        [second, live, 'plat_unknown'].map((id) => ask(token, { 'x-platform-id': id })),
      );
      for (const answer of answers) {
        expectRefusal(answer, 403, 'USER_NOT_ALLOWED', 'x-platform-id');
        expect(answer.body).toEqual(answers[0]?.body);
      }
    });

    it('knows no platform that is only in the token', async () => {
      expectRefusal(
        await ask(await sign({ platform_ids: ['plat_unknown'] })),
        403,
        'USER_NOT_ALLOWED',
        'x-platform-id',
      );
      expectRefusal(await ask(await sign({ platform_ids: [] })), 403, 'USER_NOT_ALLOWED', 'x-platform-id');
    });

    it('refuses a token that mixes TEST and LIVE', async () => {
      const token = await sign({ platform_ids: [h.platformId, live] });
      expectRefusal(await ask(token, { 'x-platform-id': h.platformId }), 403, 'USER_NOT_ALLOWED');
      expect((await ask(await sign({ platform_ids: [live] }))).body.environment).toBe('LIVE');
    });
  });

  describe('what it may do', () => {
    const change: [string, string, unknown] = ['PATCH', '/v1/platform', { name: 'Test' }];
    const workflow: [string, string, unknown] = [
      'POST',
      '/v1/workflows',
      { name: 'x', type: 'INVOICE', reference: 'by-token', status: 'DRAFT' },
    ];

    it.each<[string, Json, number, number, number]>([
      ['ADMINISTRATOR', { role_type: 'ADMINISTRATOR' }, 200, 200, 201],
      ['READ_ONLY', { role_type: 'READ_ONLY' }, 200, 403, 403],
      ['one permission', { permissions: ['PLATFORM.UPDATE'] }, 403, 200, 403],
      ['all of one resource', { permissions: ['WORKFLOW.*'] }, 403, 403, 201],
      ['everything', { permissions: ['*'] }, 200, 200, 201],
      ['nothing said', {}, 403, 403, 403],
      [
        'permissions that do not exist',
        { permissions: ['PLATFORM', 'platform.view', 'PLATFORM.VIEW.X', '.*'] },
        403,
        403,
        403,
      ],
    ])('%s', async (_what, claims, view, update, create) => {
      const token = await issuer.sign({ platform_ids: [h.platformId], ...claims });
      expect((await ask(token)).status).toBe(view);
      expect((await ask(token, {}, change)).status).toBe(update);
      expect((await ask(token, {}, workflow)).status).toBe(create);
      await h.db.rows('DELETE FROM workflow_versions');
      await h.db.rows('DELETE FROM workflows');
    });

    it('shows nothing by expanding that could not be got', async () => {
      await h.call('PUT', '/v1/customers/cust_1', { email: 'ap@acme.example' });
      await h.call('PUT', '/v1/payments/pay_1', { customer_id: 'cust_1', result: 'REFUSED' });
      const claims = { platform_ids: [h.platformId], permissions: ['PAYMENT.VIEW'] };
      const token = await issuer.sign(claims);
      const all = await ask(token, {}, ['GET', '/v1/payments?expand[]=ALL']);
      expect(all.body.data[0]).not.toHaveProperty('customer');
      const named = await ask(token, {}, ['GET', '/v1/payments/pay_1?expand[]=customer_id']);
      expectRefusal(named, 403, 'USER_NOT_ALLOWED', 'expand[]');
      const more = await issuer.sign({ ...claims, permissions: ['PAYMENT.VIEW', 'CUSTOMER.VIEW'] });
      const shown = await ask(more, {}, ['GET', '/v1/payments/pay_1?expand[]=customer_id']);
      expect(shown.body.customer).toMatchObject({ email: 'ap@acme.example' });
    });

    it('makes no key that can do more than the token', async () => {
      const token = await issuer.sign({ platform_ids: [h.platformId], permissions: ['USER.API.*'] });
      const make = (role_type?: string) => ask(token, {}, ['POST', '/v1/api-keys', { role_type }]);
      for (const role of ['ADMINISTRATOR', 'READ_ONLY', undefined]) {
        expectRefusal(await make(role), 403, 'USER_NOT_ALLOWED', 'role_type');
      }
      const whole = await issuer.sign({ platform_ids: [h.platformId], permissions: ['*'] });
      expect((await ask(whole, {}, ['POST', '/v1/api-keys', {}])).status).toBe(201);
    });

    it('neither changes nor shows a key that can do more than the token', async () => {
      const { id } = (await h.call('POST', '/v1/api-keys', {})).body;
      const token = await issuer.sign({ platform_ids: [h.platformId], permissions: ['USER.API.*'] });
      const path = `/v1/api-keys/${id as string}`;
      expectRefusal(await ask(token, {}, ['GET', `${path}/decrypt`]), 403, 'USER_NOT_ALLOWED');
      expectRefusal(await ask(token, {}, ['PATCH', path, { active: false }]), 403, 'USER_NOT_ALLOWED');
    });
  });

  describe('the issuer’s keys', () => {
    /** An API that has seen no key yet. */
    const fresh = async (work: (own: Api) => Promise<void>): Promise<void> => {
      const own = await createApi('TEST', { tokenIssuer: issuer });
      try {
        await work(own);
      } finally {
        await own.stop();
      }
    };
    const bearer = async (own: Api): Promise<Record<string, string>> => ({
      authorization: `Bearer ${await issuer.sign(admin({ platform_ids: [own.platformId] }))}`,
    });
    const status = async (own: Api): Promise<number> =>
      (await own.app.inject({ url: '/v1/platform', headers: await bearer(own) })).statusCode;

    it('are asked for once', () =>
      fresh(async (own) => {
        const before = issuer.asked;
        for (let n = 0; n < 5; n += 1) expect(await status(own)).toBe(200);
        expect(issuer.asked - before).toBe(1);
      }));

    it('may change: a new key is found, and the old one is no longer taken', () =>
      fresh(async (own) => {
        const old = await bearer(own);
        expect(await status(own)).toBe(200);
        await issuer.rotate();
        // A key that is not known is looked for every 30 seconds at most.
        vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 31_000 });
        expect(await status(own)).toBe(200);
        expect((await own.app.inject({ url: '/v1/platform', headers: old })).statusCode).toBe(401);
      }));

    it.each<[string, { status: number; body: string }]>([
      ['an error', { status: 500, body: '{}' }],
      ['no JSON', { status: 200, body: '<html>' }],
      ['no keys', { status: 200, body: '{"keys":7}' }],
    ])('that come as %s are our trouble, not the caller’s: 503', (_what, answer) =>
      fresh(async (own) => {
        issuer.answer = answer;
        const response = await own.app.inject({ url: '/v1/platform', headers: await bearer(own) });
        expect(response.statusCode).toBe(503);
        expect(response.headers).toMatchObject({ 'transient-error': 'true', 'retry-after': '1' });
        issuer.answer = null;
        expect(await status(own)).toBe(200);
      }),
    );

    it('that cannot be had are a 503, while API keys go on working', async () => {
      const gone = await startTestIssuer();
      const own = await createApi('TEST', { tokenIssuer: gone });
      const headers = { authorization: `Bearer ${await gone.sign(admin({ platform_ids: [own.platformId] }))}` };
      await gone.stop();
      const response = await own.app.inject({ url: '/v1/platform', headers });
      expect([response.statusCode, response.headers['transient-error']]).toEqual([503, 'true']);
      expect(response.json<Json>()).toMatchObject({ type: 'API_ERROR', code: 'INTERNAL_ERROR', field: null });
      expect((await own.call('GET', '/v1/platform')).status).toBe(200);
      await own.stop();
    });
  });
});
