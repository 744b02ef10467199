import { createHmac, generateKeyPairSync, randomUUID, sign, type KeyObject } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventsOf } from '../../store/delivery-events.js';
import { createApi, type Api } from './api.js';
import { integrationHelpers } from './integration-support.js';
import { callWith } from '../support/call.js';
import { sentDelivery } from './sent-delivery.js';
import { expectRefusal, stranger, type Json } from './support.js';

const KEY = 'mailgun-signing-key';
const now = (): number => Math.floor(Date.now() / 1000);
/** As JSON has them; `1e999` is read as infinity. */
const IMPOSSIBLE = ['1e300', '-1e300', '1e999', '-1', '0', '9e12', '32503680000', '1784000000000', 'null', '"NaN"'];
/** The event with another timestamp. */
const at = (json: string, timestamp: string): string => json.replace(/("timestamp":)\d+/, `$1${timestamp}`);

describe('what providers report (S-E6)', () => {
  let h: Api;
  let mailgun: string;
  let sendgrid: string;
  let delivery: string;
  const ec = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const spki = (key: KeyObject): string => key.export({ format: 'der', type: 'spki' }).toString('base64');
  const { mailgun: mailgunBody, body, create, patch, credentials } = integrationHelpers(() => h);

  beforeAll(async () => {
    h = await createApi('LIVE');
    const login = { username_password: { username: 'u', password: 'p' } };
    mailgun = (await create(mailgunBody({ authentication: { ...login, webhook_signing_key: KEY } }))).id as string;
    sendgrid = (
      await create(
        body({
          status: 'ACTIVE',
          authentication: { api_key: { value: 'SG.x' }, webhook_verification_key: spki(ec.publicKey) },
          email_provider: { variant: 'SENDGRID' },
        }),
      )
    ).id as string;
    delivery = await sentDelivery(h);
  });
  afterAll(() => h.stop());

  const post = async (path: string, payload: Buffer | string, headers: Record<string, string> = {}) => {
    const answer = await h.app.inject({
      method: 'POST',
      url: path,
      payload,
      headers: { 'content-type': 'application/json', ...headers },
    });
    return { status: answer.statusCode, headers: answer.headers, body: answer.json<Json>() };
  };
  const signature = (key = KEY, timestamp = now(), token = randomUUID()): Json => ({
    timestamp: String(timestamp),
    token,
    signature: createHmac('sha256', key)
      .update(`${String(timestamp)}${token}`)
      .digest('hex'),
  });
  const failed = (email: string, more: Json = {}): Json => ({
    event: 'failed',
    severity: 'permanent',
    reason: 'bounce',
    id: randomUUID(),
    timestamp: now(),
    recipient: email,
    message: { headers: { 'message-id': `${delivery}@mail.example` } },
    'delivery-status': { code: 550, 'enhanced-code': '5.1.1', message: 'No such user' },
    ...more,
  });
  const tell = (event: Json, signed = signature(), to = mailgun) =>
    post(`/intake/mailgun/${to}`, JSON.stringify({ signature: signed, 'event-data': event }));
  const tellBatch = (events: unknown, { timestamp = now(), key = ec.privateKey, tamper = '', zip = false } = {}) => {
    const text = typeof events === 'string' ? events : JSON.stringify(events);
    const payload = text.replace('@acme', `${tamper}@acme`);
    return post(`/intake/sendgrid/${sendgrid}`, zip ? gzipSync(payload) : payload, {
      'x-twilio-email-event-webhook-timestamp': String(timestamp),
      'x-twilio-email-event-webhook-signature': sign(
        'sha256',
        Buffer.from(`${String(timestamp)}${text}`),
        key,
      ).toString('base64'),
      ...(zip ? { 'content-encoding': 'gzip' } : {}),
    });
  };
  const suppressed = async (email: string): Promise<Json | null> => {
    const answer = await h.call('GET', `/v1/suppressions/${email}`);
    return answer.status === 200 ? answer.body : null;
  };

  describe('Mailgun', () => {
    it('a permanent failure suppresses the recipient and is noted on the mail, once however often it is told', async () => {
      const event = failed('AP@acme.example');
      for (let time = 0; time < 3; time += 1) {
        const answer = await tell(event);
        expect([answer.status, answer.body]).toEqual([200, { recorded: 1 }]);
      }
      expect(await suppressed('ap@acme.example')).toMatchObject({
        reason: 'HARD_BOUNCE',
        source: 'MAILGUN',
        status_code: '5.1.1',
        detail: 'No such user',
        delivery_id: delivery,
      });
      expect(await eventsOf(h.db, delivery)).toEqual([
        {
          kind: 'BOUNCED',
          address: 'ap@acme.example',
          at: expect.any(Number),
          source: 'MAILGUN',
          status_code: '5.1.1',
          detail: 'No such user',
        },
      ]);
    });

    it('an event that is told again does not undo a removal', async () => {
      const event = failed('cc@acme.example');
      await tell(event);
      await h.call('DELETE', '/v1/suppressions/cc@acme.example');
      await tell(event);
      expect(await suppressed('cc@acme.example')).toBeNull();
      await tell(failed('cc@acme.example'));
      expect(await suppressed('cc@acme.example')).not.toBeNull();
    });

    it('an event without a known mail, told again, does not undo a removal either', async () => {
      const event = failed('lost@acme.example', { message: {} });
      await tell(event);
      expect(await suppressed('lost@acme.example')).toMatchObject({ delivery_id: null });
      await h.call('DELETE', '/v1/suppressions/lost@acme.example');
      await tell(event);
      expect(await suppressed('lost@acme.example')).toBeNull();
      await tell({ ...event, id: randomUUID() });
      expect(await suppressed('lost@acme.example')).not.toBeNull();
    });

    it('an event of an impossible time is one of now', async () => {
      const started = Date.now();
      for (const timestamp of IMPOSSIBLE) {
        const text = JSON.stringify({ signature: signature(), 'event-data': failed('cc@acme.example') });
        const answer = await post(`/intake/mailgun/${mailgun}`, at(text, timestamp));
        expect([timestamp, answer.status, answer.body]).toEqual([timestamp, 200, { recorded: 1 }]);
      }
      const times = (await eventsOf(h.db, delivery)).slice(-IMPOSSIBLE.length).map((event) => event.at);
      for (const time of times) expect(time).toBeGreaterThanOrEqual(started - 1);
    });

    it.each<[string, Json, string | null]>([
      ['a complaint', { event: 'complained' }, 'COMPLAINT'],
      ['an unsubscription', { event: 'unsubscribed' }, 'UNSUBSCRIBE'],
      [
        'what Mailgun dropped as bounced before',
        { reason: 'suppress-bounce', 'delivery-status': { code: 605 } },
        'HARD_BOUNCE',
      ],
      [
        'what it dropped as complained before',
        { reason: 'suppress-complaint', 'delivery-status': { code: 606 } },
        'COMPLAINT',
      ],
      ['a bounce in plain words', { 'delivery-status': { code: 550, message: '5.1.1 unknown' } }, 'HARD_BOUNCE'],
      ['a bounce without a status', { 'delivery-status': { code: 550 } }, 'HARD_BOUNCE'],
      ['a temporary failure', { severity: 'temporary' }, null],
      ['time that ran out', { reason: 'old', 'delivery-status': { code: 602 } }, null],
      ['a full mailbox', { 'delivery-status': { code: 552, 'enhanced-code': '5.2.2' } }, null],
      ['a policy', { 'delivery-status': { code: 550, message: '5.7.1 blocked' } }, null],
      ['a delivery', { event: 'delivered' }, null],
    ])('%s', async (what, more, reason) => {
      const email = `${what.replaceAll(/\W/g, '-')}@outcome.example`;
      const answer = await tell(failed(email, more));
      expect(answer.body).toEqual({ recorded: 1 });
      expect((await suppressed(email))?.reason ?? null).toBe(reason);
    });

    it('ignores events that are none of our business, and such as make no sense', async () => {
      for (const event of [{ event: 'opened' }, {}, failed('no address'), failed('x\u0000@y'), { event: 'failed' }]) {
        const answer = await tell(event);
        expect([answer.status, answer.body]).toEqual([200, { recorded: 0 }]);
      }
    });

    it('refuses a wrong signature, one of another key, none, and one that is too old', async () => {
      const other = (await create(mailgunBody())).id as string;
      const event = failed('innocent@acme.example');
      const hours = 3_600;
      for (const answer of [
        await tell(event, signature('another-key')),
        await tell(event, { ...signature(), token: 'another' }),
        await tell(event, {}),
        await tell(event, signature(KEY, now() - 10 * hours)),
        await tell(event, signature(KEY, now() + 1 * hours)),
        await tell(event, signature(), other),
        await tell(event, signature(), 'int_unknown'),
      ]) {
        expectRefusal(answer, 401, 'UNAUTHORISED');
      }
      expect(await suppressed('innocent@acme.example')).toBeNull();
      // Mailgun repeats itself for eight hours.
      expect((await tell(event, signature(KEY, now() - 8 * hours))).status).toBe(200);
      expect(await suppressed('innocent@acme.example')).not.toBeNull();
    });

    it('lets a token vouch for one body only: the signature is not over what is told', async () => {
      const signed = signature();
      const event = failed('true@acme.example');
      expect((await tell(event, signed)).status).toBe(200);
      expectRefusal(await tell(failed('forged@acme.example'), signed), 401, 'UNAUTHORISED');
      expect(await suppressed('forged@acme.example')).toBeNull();
      expect((await tell(event, signed)).status).toBe(200);
    });
  });

  describe('SendGrid', () => {
    const event = (email: string, more: Json = {}): Json => ({
      email,
      timestamp: now(),
      event: 'bounce',
      type: 'bounce',
      status: '5.1.1',
      reason: '550 5.1.1 unknown recipient',
      'smtp-id': `<${delivery}@mail.example>`,
      sg_event_id: randomUUID(),
      ...more,
    });

    it('a batch is recorded whole, whatever else is in it', async () => {
      const batch = Array.from({ length: 200 }, (_, index) => event(`batch${String(index)}@acme.example`));
      const answer = await tellBatch([
        ...batch,
        ...batch.slice(0, 5),
        { event: 'open', email: 'a@b.example' },
        null,
        'x',
      ]);
      expect([answer.status, answer.body]).toEqual([200, { recorded: 205 }]);
      const page = (await h.call('GET', '/v1/suppressions?limit=100&page=2')).body;
      expect((page.data as Json[]).length).toBe(100);
    });

    it.each<[string, Json, string | null]>([
      ['bounce', {}, 'HARD_BOUNCE'],
      ['bounce with a general status', { status: '5.0.0', reason: '500 unknown recipient' }, 'HARD_BOUNCE'],
      ['bounce of a full mailbox', { status: '5.2.2' }, null],
      ['bounce of a full mailbox in words', { status: '5.0.0', reason: '552 5.2.2 over quota' }, null],
      ['blocked', { type: 'blocked' }, null],
      ['expired', { type: 'expired' }, null],
      ['dropped for a bounce', { event: 'dropped', reason: 'Bounced Address' }, 'HARD_BOUNCE'],
      ['dropped for a complaint', { event: 'dropped', reason: 'Spam Reporting Address' }, 'COMPLAINT'],
      ['dropped for spam content', { event: 'dropped', reason: 'Spam Content' }, null],
      ['spamreport', { event: 'spamreport' }, 'COMPLAINT'],
      ['unsubscribe', { event: 'unsubscribe' }, 'UNSUBSCRIBE'],
      ['deferred', { event: 'deferred' }, null],
      ['delivered', { event: 'delivered' }, null],
    ])('%s', async (what, more, reason) => {
      const email = `${what.replaceAll(/\W/g, '-')}@outcome2.example`;
      expect((await tellBatch([event(email, more)])).body).toEqual({ recorded: 1 });
      expect((await suppressed(email))?.reason ?? null).toBe(reason);
    });

    it('an event without a known mail, told again, does not undo a removal', async () => {
      const batch = [event('lost2@acme.example', { 'smtp-id': '<else@where.example>' })];
      await tellBatch(batch);
      expect(await suppressed('lost2@acme.example')).not.toBeNull();
      await h.call('DELETE', '/v1/suppressions/lost2@acme.example');
      await tellBatch(batch);
      expect(await suppressed('lost2@acme.example')).toBeNull();
    });

    it('an event of an impossible time is one of now, and costs no other of its batch', async () => {
      const started = Date.now();
      const batch = IMPOSSIBLE.map((timestamp) => at(JSON.stringify(event('cc@acme.example')), timestamp));
      const answer = await tellBatch(`[${batch.join()}]`);
      expect([answer.status, answer.body]).toEqual([200, { recorded: IMPOSSIBLE.length }]);
      const times = (await eventsOf(h.db, delivery)).slice(-IMPOSSIBLE.length).map((one) => one.at);
      for (const time of times) expect(time).toBeGreaterThanOrEqual(started - 1);
    });

    it('a mail keeps its first hundred events, and suppression works beyond them', async () => {
      const many = (count: number) =>
        Array.from({ length: count }, () => event('cc@acme.example', { event: 'deferred' }));
      const kept = async (): Promise<unknown> =>
        (
          await h.db.row<{ n: number }>('SELECT count(*)::int AS n FROM delivery_events WHERE delivery_id = $1', [
            delivery,
          ])
        )?.n;
      await tellBatch(many(60));
      await tellBatch(many(60));
      expect(await kept()).toBe(100);
      await h.call('DELETE', '/v1/suppressions/cc@acme.example');
      const bounce = [event('cc@acme.example')];
      expect((await tellBatch(bounce)).body).toEqual({ recorded: 1 });
      expect(await suppressed('cc@acme.example')).toMatchObject({ reason: 'HARD_BOUNCE', delivery_id: delivery });
      await h.call('DELETE', '/v1/suppressions/cc@acme.example');
      await tellBatch(bounce);
      expect(await suppressed('cc@acme.example')).toBeNull();
      expect(await kept()).toBe(100);
    });

    it('takes a compressed body: the signature is over what it holds', async () => {
      const answer = await tellBatch([event('zip@acme.example')], { zip: true });
      expect([answer.status, answer.body]).toEqual([200, { recorded: 1 }]);
    });

    it('refuses a body that was changed, another key, and a signature that is too old', async () => {
      const batch = [event('ap2@acme.example')];
      const stranger = generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey;
      for (const answer of [
        await tellBatch(batch, { tamper: 'x' }),
        await tellBatch(batch, { key: stranger }),
        await tellBatch(batch, { timestamp: now() - 86_400 }),
        await post(`/intake/sendgrid/${sendgrid}`, JSON.stringify(batch)),
      ]) {
        expectRefusal(answer, 401, 'UNAUTHORISED');
      }
      expect(await suppressed('ap2@acme.example')).toBeNull();
    });
  });

  it('an event of one platform says nothing of another, nor of its mails', async () => {
    const theirs = callWith(h.app, (await stranger(h))['x-api-key'] ?? '');
    const there = await sentDelivery({ ...h, call: theirs });
    await h.call('DELETE', '/v1/suppressions/ap@acme.example');
    await tell(failed('ap@acme.example', { message: { headers: { 'message-id': `${there}@mail.example` } } }));
    expect(await suppressed('ap@acme.example')).toMatchObject({ delivery_id: null });
    expect(await eventsOf(h.db, there)).toEqual([]);
    expect((await theirs('GET', '/v1/suppressions')).body.data).toEqual([]);
  });

  it('refuses what is too large, not JSON, or of another type', async () => {
    const path = `/intake/mailgun/${mailgun}`;
    expectRefusal(await post(path, `"${'x'.repeat(1_100_000)}"`), 413, 'BAD_REQUEST');
    expectRefusal(
      await post(path, gzipSync(`"${'x'.repeat(20_000_000)}"`), { 'content-encoding': 'gzip' }),
      413,
      'BAD_REQUEST',
    );
    expectRefusal(await post(path, '{'), 400, 'BAD_REQUEST');
    expectRefusal(await post(path, 'a=b', { 'content-type': 'text/plain' }), 415, 'UNSUPPORTED_MEDIA_TYPE');
  });

  describe('the keys', () => {
    it('are sealed, never answered, and kept by a change of something else', async () => {
      const row = (await h.call('GET', `/v1/integrations/${mailgun}`)).body;
      expect(row.authentication).toEqual({});
      await patch(row, { name: 'Renamed' });
      expect(await credentials(row)).toMatchObject({ webhook_signing_key: KEY });
      await patch(row, { authentication: { webhook_signing_key: null } });
      expectRefusal(await tell(failed('late@acme.example')), 401, 'UNAUTHORISED');
      await patch(row, { authentication: { webhook_signing_key: KEY } });
    });

    it('belong to their provider and must be keys', async () => {
      const draft = (authentication: Json, variant: string): Json =>
        body({ authentication, email_provider: { variant } });
      const rsa = spki(generateKeyPairSync('rsa', { modulusLength: 2_048 }).publicKey);
      for (const [field, value, variant] of [
        ['webhook_signing_key', 'k', 'SENDGRID'],
        ['webhook_verification_key', spki(ec.publicKey), 'MAILGUN'],
        ['webhook_verification_key', 'no key', 'SENDGRID'],
        ['webhook_verification_key', rsa, 'SENDGRID'],
      ] as const) {
        const answer = await h.call('POST', '/v1/integrations', draft({ [field]: value }, variant));
        expectRefusal(answer, 400, 'INVALID_FIELD', `authentication.${field}`);
      }
    });
  });
});
