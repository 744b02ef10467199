import { afterEach, describe, expect, it } from 'vitest';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { overdueLadder } from '../support/scenario.js';
import { startFaultServer, type FaultScript, type FaultServer } from '../support/smtp/fault-server.js';
import { until } from '../support/until.js';
import { openDiary, type Diary } from './diary.js';
import { createHarness, type Harness } from '../support/harness.js';

type Json = Record<string, any>;

const SECRET = 'Tr0ub4dor&3';
const plain = (password: string): string => `AUTH PLAIN ${Buffer.from(`\0mailer\0${password}`).toString('base64')}`;

describe('mail through an integration', { timeout: 60_000 }, () => {
  const open: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const close of open.splice(0).reverse()) await close();
  });

  async function server(script: FaultScript = {}): Promise<FaultServer> {
    const made = await startFaultServer(script);
    open.push(() => made.close());
    return made;
  }

  /** A diary in January whose customer may get real mail; the invoice is due on the 10th. */
  async function begin(allowList = ['AP@acme.example']): Promise<Diary> {
    const diary = await openDiary('2026-01-01T08:00:00Z', 'UTC');
    await diary.h.call('PATCH', '/v1/platform', { allow_list: allowList });
    return diary;
  }

  async function ok(h: Harness, method: string, path: string, body?: unknown): Promise<Json> {
    const answer = await h.call(method, path, body);
    expect([200, 201], JSON.stringify(answer.body)).toContain(answer.status);
    return answer.body;
  }

  /** An integration that logs in at this server. */
  const through = (h: Harness, { port }: FaultServer, more: Json = {}): Promise<Json> =>
    ok(h, 'POST', '/v1/integrations', {
      reference: `smtp-${String(port)}`,
      type: 'EMAIL_PROVIDER',
      status: 'ACTIVE',
      authentication: { username_password: { username: 'mailer', password: SECRET } },
      email_provider: { variant: 'SMTP', smtp: { host: '127.0.0.1', port, tls: 'NONE' }, ...more },
    });

  /** A ladder whose one action sends through it. Answers the action. */
  async function ladder(h: Harness, reference: string, days: number[], { id }: Json): Promise<Json> {
    const workflow = await ok(h, 'POST', '/v1/workflows', {
      name: reference,
      status: 'ACTIVE',
      ...overdueLadder(reference, days),
    });
    return ok(h, 'POST', '/v1/workflow-actions', {
      workflow_id: workflow.id,
      type: 'SEND_EMAIL_TO_CUSTOMER',
      status: 'ACTIVE',
      send_email_to_customer: { integration_id: id, subject: `From ${reference}` },
    });
  }

  const subjects = (to: FaultServer): string[] =>
    to.received.map((mail) => /^Subject: (.*)$/m.exec(mail)?.[1]?.trim() ?? '');
  const due = { due_date: '2026-01-10T00:00:00Z' };

  it('goes by each action’s own server and login, and by no other', async () => {
    const [first, second] = [await server(), await server()];
    const diary = await begin();
    await ladder(diary.h, 'one', [7], await through(diary.h, first));
    await ladder(diary.h, 'two', [7], await through(diary.h, second));
    await diary.invoice(due);
    await diary.until('2026-01-18');
    expect([subjects(first), subjects(second)]).toEqual([['From one'], ['From two']]);
    expect(first.commands).toContain(plain(SECRET));
    expect(await diary.h.mails()).toEqual([]);
  });

  it('leaves no credential on the engine', async () => {
    const provider = await server({ auth: `535 5.7.8 no ${SECRET} here` });
    const diary = await begin();
    await ladder(diary.h, 'one', [7], await through(diary.h, provider));
    await diary.invoice(due);
    await diary.until('2026-01-18');
    const run = await diary.run();
    expect(run).toMatchObject({ status: 'BLOCKED', reason: 'provider_refused' });
    const row = await diary.h.db.row<{ id: string; sealed: string; said: string }>(
      `SELECT r.engine_workflow_id AS id, i.sealed_authentication AS sealed, d.server_reply::text AS said
       FROM runs r, integrations i, deliveries d WHERE $1 = ALL (ARRAY[r.platform_id, i.platform_id, d.platform_id])`,
      [diary.h.platformId],
    );
    const history = await diary.h.engine.client.workflow.getHandle(row?.id ?? '').fetchHistory();
    // Payloads are in base64: what is in them is looked at, too.
    const json = historyToJSON(history);
    const payloads = [...json.matchAll(/"data":\s*"([^"]+)"/g)].map(([, data = '']) =>
      Buffer.from(data, 'base64').toString(),
    );
    const text = [json, ...payloads].join('\n');
    expect(payloads.join('\n'), 'control').toContain(run.id);
    for (const secret of [SECRET, Buffer.from(SECRET).toString('base64'), row?.sealed ?? '-']) {
      expect(text).not.toContain(secret);
      expect(row?.said).not.toContain(secret);
    }
  });

  it('of a TEST platform goes to the test mailbox all the same, unless the recipient is on the allow list (S-E7)', async () => {
    const provider = await server();
    const diary = await begin([]);
    await ladder(diary.h, 'one', [7], await through(diary.h, provider));
    await diary.invoice(due);
    await diary.until('2026-01-18');
    expect((await diary.h.mails()).map(({ Subject }) => Subject)).toEqual(['From one']);
    expect(provider.connections).toBe(0);
  });

  it('waits for an integration that is not active, and goes when it is, or when the action names another', async () => {
    const [first, second] = [await server(), await server()];
    const diary = await begin();
    const { h } = diary;
    const old = await through(h, first);
    const action = await ladder(h, 'one', [7, 14], old);
    await diary.invoice(due);
    await ok(h, 'PATCH', `/v1/integrations/${old.id as string}`, { status: 'TESTING' });
    await diary.until('2026-01-18');
    expect(await diary.run()).toMatchObject({ status: 'BLOCKED', reason: 'provider_not_active' });
    await ok(h, 'POST', `/v1/integrations/${old.id as string}/activate`);
    await diary.until('2026-01-18T01:00:00Z');
    expect(await diary.ladder()).toEqual(['7-DAY DONE', '14-DAY PLANNED']);

    await ok(h, 'POST', `/v1/integrations/${old.id as string}/archive`);
    await diary.until('2026-01-25');
    expect(await diary.ladder()).toEqual(['7-DAY DONE', '14-DAY BLOCKED provider_not_active']);
    const next = await through(h, second);
    const change = { send_email_to_customer: { integration_id: next.id } };
    await ok(h, 'PATCH', `/v1/workflow-actions/${action.id as string}`, change);
    await diary.until('2026-01-25T01:00:00Z');
    expect(await diary.ladder()).toEqual(['7-DAY DONE', '14-DAY DONE']);
    expect([first.received.length, second.received.length]).toEqual([1, 1]);
  });

  it('goes on through a deprecated one', async () => {
    const provider = await server();
    const diary = await begin();
    const row = await through(diary.h, provider);
    await ladder(diary.h, 'one', [7], row);
    await ok(diary.h, 'POST', `/v1/integrations/${row.id as string}/deprecate`);
    await diary.invoice(due);
    await diary.until('2026-01-18');
    expect(provider.received).toHaveLength(1);
  });

  it('waits when the login is refused, and goes at once with the right one', async () => {
    const provider = await server({ auth: '535 5.7.8 wrong' });
    const diary = await begin();
    const row = await through(diary.h, provider);
    await ladder(diary.h, 'one', [7], row);
    await diary.invoice(due);
    // By itself it is tried four times a day on a test clock: 00:00, 06:00, …
    await diary.until('2026-01-17T00:30:00Z');
    expect(await diary.run()).toMatchObject({ status: 'BLOCKED', reason: 'provider_refused' });
    provider.script.auth = '235 2.7.0 welcome';
    await diary.until('2026-01-17T00:45:00Z');
    expect(provider.received).toEqual([]);
    const authentication = { username_password: { password: 'n3w' } };
    await ok(diary.h, 'PATCH', `/v1/integrations/${row.id as string}`, { authentication });
    await diary.until('2026-01-17T01:00:00Z');
    expect(provider.received).toHaveLength(1);
    expect(provider.commands.filter((line) => line.startsWith('AUTH')).at(-1)).toBe(plain('n3w'));
  });

  it('uses new settings for the next mail, not a connection that is still open', async () => {
    const [first, second] = [await server(), await server()];
    const diary = await begin();
    const row = await through(diary.h, first);
    await ladder(diary.h, 'one', [7, 8], row);
    await diary.invoice(due);
    await diary.until('2026-01-17T12:00:00Z');
    const smtp = { port: second.port };
    const authentication = { username_password: { password: 's3cret' } };
    await ok(diary.h, 'PATCH', `/v1/integrations/${row.id as string}`, { email_provider: { smtp }, authentication });
    await diary.until('2026-01-19');
    expect([first.received.length, second.received.length]).toEqual([1, 1]);
  });

  it('is not sent after the integration’s delivery window (S-T7)', async () => {
    const provider = await server({ auth: '535 5.7.8 wrong' });
    const diary = await begin();
    const row = await through(diary.h, provider, { delivery_window: { type: 'DAY', value: 1 } });
    await ladder(diary.h, 'one', [7, 14], row);
    await diary.invoice(due);
    await diary.until('2026-01-18T00:00:00Z');
    provider.script.auth = '235 2.7.0 welcome';
    await diary.until('2026-01-20');
    expect(await diary.ladder()).toEqual(['7-DAY SKIPPED delivery_window_passed', '14-DAY PLANNED']);
    await diary.until('2026-01-25');
    expect(provider.received).toHaveLength(1);
  });

  it('of two actions goes by the one whose window is still open, and the other is skipped', async () => {
    const [short, long] = [await server({ auth: '535 no' }), await server({ auth: '535 no' })];
    const diary = await begin();
    const action = await ladder(
      diary.h,
      'one',
      [7],
      await through(diary.h, short, { delivery_window: { type: 'DAY', value: 1 } }),
    );
    const other = await through(diary.h, long, { delivery_window: { type: 'DAY', value: 3 } });
    await ok(diary.h, 'POST', '/v1/workflow-actions', {
      workflow_id: action.workflow_id,
      type: 'SEND_EMAIL_TO_CUSTOMER',
      status: 'ACTIVE',
      send_email_to_customer: { integration_id: other.id },
    });
    await diary.invoice(due);
    await diary.until('2026-01-18T12:00:00Z');
    short.script.auth = long.script.auth = '235 2.7.0 welcome';
    await diary.until('2026-01-19');
    expect([short.received.length, long.received.length]).toEqual([0, 1]);
    expect(await diary.ladder()).toEqual(['7-DAY DONE']);
    const rows = await diary.h.db.rows(
      'SELECT status, reason FROM deliveries WHERE platform_id = $1 ORDER BY action_id <> $2',
      [diary.h.platformId, action.id],
    );
    expect(rows).toEqual([
      { status: 'SKIPPED', reason: 'delivery_window_passed' },
      { status: 'SENT', reason: null },
    ]);
  });

  it('of a LIVE platform goes there for everybody', async () => {
    const provider = await server();
    const h = await createHarness({ environment: 'LIVE' });
    open.push(() => h.stop());
    await ladder(h, 'one', [7], await through(h, provider));
    await ok(h, 'PUT', '/v1/customers/cust_1', { email: 'ap@acme.example' });
    const dueDate = new Date(Date.now() - 8 * 86_400_000).toISOString();
    await ok(h, 'PUT', '/v1/invoices/inv_1', { customer_id: 'cust_1', status: 'FINAL', due_date: dueDate });
    await until('the mail is there', () => provider.received.length > 0);
    expect(await h.mails()).toEqual([]);
  });
});
