import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApi, type Api } from './api.js';
import { openCall, type Called } from './run-contract-support.js';

describe('POST /oauth/token (S-Z0)', () => {
  let h: Api;
  let called: Called;
  let keyId: string;
  let now = Date.parse('2026-01-01T00:00:00Z');
  beforeAll(async () => {
    h = await createApi('TEST', { keyClock: () => now });
    called = await openCall(h);
    const row = await h.db.row<{ id: string }>('SELECT id FROM api_keys');
    keyId = row?.id ?? '';
  });
  afterAll(() => h.stop());

  const ask = (form: Record<string, string>, headers: Record<string, string> = {}) =>
    h.app.inject({
      method: 'POST',
      url: '/oauth/token',
      payload: new URLSearchParams(form).toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    });
  const credentials = () => ({ client_id: keyId, client_secret: h.apiKey, grant_type: 'client_credentials' });
  const run = (bearer: string) =>
    h.app.inject({
      method: 'POST',
      url: `/workflows/${String(called.number)}/run`,
      payload: { accountId: 'cust_1', paymentId: 'pay_1' },
      headers: { authorization: `Bearer ${bearer}` },
    });
  const token = async (): Promise<string> => (await ask(credentials())).json<{ access_token: string }>().access_token;

  it('gives a bearer for an hour, by form, JSON or Basic', async () => {
    const { grant_type } = credentials();
    const basic = `Basic ${Buffer.from(`${keyId}:${encodeURIComponent(h.apiKey)}`).toString('base64')}`;
    const answers = [
      await ask(credentials()),
      await h.app.inject({ method: 'POST', url: '/oauth/token', payload: credentials() }),
      await ask({ grant_type }, { authorization: basic }),
    ];
    for (const answer of answers) {
      expect(answer.statusCode).toBe(200);
      expect(answer.headers['cache-control']).toBe('no-store');
      const body = answer.json<{ access_token: string }>();
      expect(body).toMatchObject({ token_type: 'bearer', expires_in: 3_600, scope: `entity.${h.platformId}` });
      expect((await run(body.access_token)).statusCode).toBe(200);
    }
  });

  it('takes an API key itself as a bearer, too', async () => {
    expect((await run(h.apiKey)).statusCode).toBe(200);
  });

  it('ends after an hour, and with its key', async () => {
    const bearer = await token();
    now += 3_599_000;
    expect((await run(bearer)).statusCode).toBe(200);
    now += 2_000;
    expect((await run(bearer)).statusCode).toBe(401);
    const fresh = await token();
    await h.db.rows(`UPDATE api_keys SET status = 'INACTIVE' WHERE id = $1`, [keyId]);
    expect((await run(fresh)).statusCode).toBe(401);
    await h.db.rows(`UPDATE api_keys SET status = 'ACTIVE' WHERE id = $1`, [keyId]);
    expect((await run(fresh)).statusCode).toBe(200);
  });

  it('is refused when it was tampered with, or is none', async () => {
    const bearer = await token();
    const last = bearer.at(-2) === 'A' ? 'B' : 'A';
    for (const other of [`${bearer.slice(0, -2)}${last}${bearer.slice(-1)}`, 'dwt_', 'dwt_x.y', `dwt_${keyId}`]) {
      expect((await run(other)).statusCode, other).toBe(401);
    }
  });

  it('says what is wrong in the words of RFC 6749 §5.2', async () => {
    const refused = async (form: Record<string, string>): Promise<unknown[]> => {
      const answer = await ask(form);
      return [answer.statusCode, answer.json<{ error: string }>().error];
    };
    expect(await refused({ ...credentials(), client_secret: 'wrong' })).toEqual([401, 'invalid_client']);
    expect(await refused({ ...credentials(), client_id: 'key_other' })).toEqual([401, 'invalid_client']);
    expect(await refused({ ...credentials(), grant_type: 'password' })).toEqual([400, 'unsupported_grant_type']);
    expect(await refused({ grant_type: 'client_credentials' })).toEqual([400, 'invalid_request']);
    expect(await refused({})).toEqual([400, 'invalid_request']);
    for (const payload of ['{', '{"client_id": 7}', '[]']) {
      const headers = { 'content-type': 'application/json' };
      const answer = await h.app.inject({ method: 'POST', url: '/oauth/token', payload, headers });
      expect([answer.statusCode, answer.json<{ error: string }>().error]).toEqual([400, 'invalid_request']);
      expect(answer.headers).toHaveProperty('ratelimit-limit');
    }
  });
});
