import { createHash } from 'node:crypto';
import PostalMime from 'postal-mime';
import { describe, expect, it } from 'vitest';
import type { FaultScript, FaultServer } from '../support/smtp/fault-server.js';
import type { Diary } from './diary.js';
import { throughOwnServer, toldWithoutMailbox } from './own-server.js';

type Json = Record<string, any>;

/** 7 and 15 days after 10 January, UTC: the 17th and the 25th. */
describe('deliveries (S-E4, E5)', () => {
  const through = (script: FaultScript, days = [7, 15]) => throughOwnServer(script, days);
  const told = toldWithoutMailbox;
  const list = async (diary: Diary, query = ''): Promise<Json[]> =>
    (await diary.ok('GET', `/v1/deliveries${query}`)).data as Json[];
  const only = async (diary: Diary, query = ''): Promise<Json> => {
    const rows = await list(diary, query);
    expect(rows).toHaveLength(1);
    return rows[0] ?? {};
  };
  const resolve = (diary: Diary, id: unknown, as: string) =>
    diary.ok('POST', `/v1/deliveries/${String(id)}/resolve`, { as, note: 'asked the customer' });
  /** The Message-IDs of what the server took. */
  const messageIds = ({ received }: FaultServer) => received.map((raw) => /^Message-ID: (.*)\r$/im.exec(raw)?.[1]);

  it('sends a doubtful mail again when somebody says so: same delivery, same Message-ID, in a run that had ended', async () => {
    const { diary, server } = await through({ afterDot: 'close' }, [7]);
    await diary.until('2026-01-18');
    const { id } = await only(diary, '?status=IN_DOUBT');
    expect(await diary.run()).toMatchObject({ status: 'COMPLETED' });
    delete server.script.afterDot;
    await diary.on('2026-01-19', 'sent again', () => resolve(diary, id, 'RESEND'));
    await diary.until('2026-01-20');
    expect(await told(diary)).toEqual([
      '2026-01-17T00:00 completed',
      '2026-01-17T00:00 done 7-DAY in_doubt',
      '2026-01-19T00:00 * sent again',
      '2026-01-19T00:00 reopened',
      '2026-01-19T00:00 mail 7-DAY',
      '2026-01-19T00:00 completed',
    ]);
    expect(await only(diary)).toMatchObject({ id, status: 'SENT', attempts: 2, sent_at: '2026-01-19T00:00:00.000Z' });
    const [first, second] = messageIds(server);
    expect(first).toContain(id);
    expect([second, server.received.length]).toEqual([first, 2]);
    expect(await diary.run()).toMatchObject({ status: 'COMPLETED' });
  });

  it('takes a doubtful mail as sent, or gives it up, and the run stays ended', async () => {
    const { diary, server } = await through({ afterDot: 'close' });
    await diary.until('2026-01-26');
    const [sent, dropped] = (await list(diary, '?order_direction=asc')).map(({ id }) => id as string);
    expect(await resolve(diary, sent, 'SENT')).toMatchObject({ resolved: { as: 'SENT', note: 'asked the customer' } });
    expect(await resolve(diary, dropped, 'DROP')).toMatchObject({ status: 'SKIPPED', reason: 'dropped' });
    await diary.until('2026-03-01');
    expect(await diary.ladder()).toEqual(['7-DAY DONE', '15-DAY SKIPPED dropped']);
    expect(await list(diary, '?status=IN_DOUBT')).toEqual([]);
    expect(server.received).toHaveLength(2);
    const again = await diary.h.call('POST', `/v1/deliveries/${String(sent)}/resolve`, { as: 'RESEND' });
    expect([again.status, again.body.code, again.body.field]).toEqual([400, 'INVALID_OPERATION', 'as']);
  });

  it.each([
    ['DROP', '7-DAY SKIPPED dropped', 'SKIPPED', 1],
    ['RESEND', '7-DAY DONE', 'SENT', 2],
  ])('in_doubt %s decides by itself', async (policy, ladder, status, received) => {
    const script: FaultScript = { afterDot: 'close' };
    const { diary, server } = await through(script, [7]);
    await diary.ok('PATCH', '/v1/platform', { in_doubt: policy });
    script.afterDot = () => (server.received.length > 0 ? '250 2.0.0 ok' : 'close');
    await diary.until('2026-01-18');
    expect([await diary.ladder(), (await only(diary)).status]).toEqual([[ladder], status]);
    expect(server.received).toHaveLength(received);
  });

  it('sends a refused mail of an ended run again by retry', async () => {
    const { diary, server } = await through({ rcpt: () => '550 5.7.1 not here' }, [7]);
    await diary.until('2026-01-18');
    expect(await diary.run()).toMatchObject({ status: 'COMPLETED' });
    server.script.rcpt = () => '250 2.1.5 ok';
    await diary.on('2026-01-19', 'tried again', () => diary.operate('retry'));
    await diary.until('2026-01-20');
    expect(await told(diary)).toEqual([
      '2026-01-17T00:00 completed',
      '2026-01-17T00:00 failed 7-DAY rejected',
      '2026-01-19T00:00 * tried again',
      '2026-01-19T00:00 reopened',
      '2026-01-19T00:00 mail 7-DAY',
      '2026-01-19T00:00 completed',
    ]);
    expect(await diary.run()).toMatchObject({ status: 'COMPLETED' });
  });

  it('proves what went: facts, template, hash, the server’s answer, and the message itself, which lies encrypted', async () => {
    const { diary, server } = await through({}, [7]);
    await diary.until('2026-01-18');
    const { id } = await only(diary);
    const evidence = await diary.ok('GET', `/v1/deliveries/${String(id)}`);
    expect(evidence).toMatchObject({
      status: 'SENT',
      recipients: { to: 'ap@acme.example', cc: [], bcc: [], refused: [], suppressed: [], instead_of: null },
      template: { name: 'overdue', locale: 'en', version: null },
      facts: { invoice: { number: '2026-0042', days_overdue: 7, open: { quantity: '121.00', currency: 'EUR' } } },
      server_reply: { stage: 'FINAL_DOT', code: 250 },
    });
    const { rawPayload } = await diary.h.app.inject({
      method: 'GET',
      url: `/v1/deliveries/${String(id)}/message`,
      headers: { 'x-api-key': diary.h.apiKey },
    });
    const [received = ''] = server.received;
    expect(rawPayload.toString()).toBe(`${received.replace(/^\.\./gm, '.')}\r\n`);
    expect(createHash('sha256').update(rawPayload).digest('hex')).toBe(evidence.message_hash);
    expect((await PostalMime.parse(rawPayload)).subject).toBe(evidence.subject);
    const [stored] = await diary.h.db.rows<{ sealed: Buffer }>(
      'SELECT sealed FROM delivery_messages WHERE delivery_id = $1',
      [id],
    );
    for (const word of ['acme', 'Subject', 'html']) expect(stored?.sealed.includes(word)).toBe(false);
  });

  it('tells of the attempt whose message is kept, though a later one was refused before its message', async () => {
    const { diary, server } = await through({ afterDot: 'close' }, [7]);
    await diary.until('2026-01-18');
    const { id } = await only(diary);
    const first = await diary.ok('GET', `/v1/deliveries/${String(id)}`);
    server.script.rcpt = () => '550 5.7.1 not here';
    await diary.on('2026-01-20', 'sent again', () => resolve(diary, id, 'RESEND'));
    await diary.until('2026-01-21');
    const then = await diary.ok('GET', `/v1/deliveries/${String(id)}`);
    expect(then).toMatchObject({ status: 'REJECTED', facts: first.facts, message_hash: first.message_hash });
    expect(first.facts).toMatchObject({ invoice: { days_overdue: 7 } });
  });

  it('keeps the message no longer than it said', async () => {
    const { diary } = await through({}, [7]);
    await diary.until('2026-01-18');
    const { id } = await only(diary);
    await diary.h.db.rows('UPDATE delivery_messages SET keep_until = clock_timestamp() WHERE delivery_id = $1', [id]);
    const answer = await diary.h.call('GET', `/v1/deliveries/${String(id)}/message`);
    expect([answer.status, answer.body.code]).toEqual([404, 'RESOURCE_NOT_FOUND']);
    expect(await diary.ok('GET', `/v1/deliveries/${String(id)}`)).toMatchObject({ message_kept_until: null });
  });

  it('lists by status, run, customer, resource and time', async () => {
    const { diary } = await through({});
    await diary.until('2026-01-26');
    const { id: run } = await diary.run();
    const count = async (query: string) => (await list(diary, `?${query}`)).length;
    expect(await count(`run_id=${String(run)}`)).toBe(2);
    expect(await count('customer_id=cust_1&resource_id=inv_1&status=SENT')).toBe(2);
    expect(await count('customer_id=cust_2')).toBe(0);
    expect(await count('sent_after=2026-01-20T00:00:00Z')).toBe(1);
    expect(await count('sent_before=2026-01-20T00:00:00Z')).toBe(1);
    expect(await count('status=REJECTED')).toBe(0);
    expect((await diary.h.call('GET', '/v1/deliveries?status=GONE')).body).toMatchObject({ field: 'status' });
  });
});
