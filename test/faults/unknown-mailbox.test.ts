import { afterEach, describe, expect, it } from 'vitest';
import { createSmtpSender } from '../../email/smtp-sender.js';
import { createHarness, type Harness } from '../support/harness.js';
import { advance, createClock, createWorkflow, ladderOf, onlyRun, overdueLadder, put } from '../support/scenario.js';
import { startFaultServer, type FaultServer } from '../support/smtp/fault-server.js';

/** The server knows everybody but this one. */
const UNKNOWN = 'gone@acme.example';

describe('a mailbox that the server says is not there (S-E5, S-E6)', { timeout: 60_000 }, () => {
  let h: Harness;
  let server: FaultServer;
  afterEach(async () => {
    await h.stop();
    await server.close();
  });

  const story = async (email: string, cc: string[]): Promise<Record<string, any>> => {
    server = await startFaultServer({ rcpt: (to) => (to.includes(UNKNOWN) ? '550 5.1.1 No such user' : '250 ok') });
    const sender = createSmtpSender({ url: server.url });
    h = await createHarness({ mailer: (real) => ({ ...real, route: () => ({ sender }) }) });
    const clock = await createClock(h, '2026-01-01T08:00:00Z');
    await put(h, 'customers/cust_1', { email, test_clock_id: clock });
    await createWorkflow(h, overdueLadder('overdue', [7, 15]));
    const [action] = (await h.call<Record<string, any>[]>('GET', '/v1/workflow-actions')).body;
    const change = { send_email_to_customer: { cc_recipients: cc } };
    expect((await h.call('PATCH', `/v1/workflow-actions/${String(action?.id)}`, change)).status).toBe(200);
    await put(h, 'invoices/inv_1', { customer_id: 'cust_1', status: 'FINAL', due_date: '2026-01-10T00:00:00Z' });
    await advance(h, clock, '2026-01-26T00:00:00Z');
    await sender.close();
    return onlyRun(h);
  };
  const suppressed = async () => (await h.call('GET', '/v1/suppressions')).body.data as unknown[];

  it('as the To: it is suppressed, and the next step is blocked instead of sent', async () => {
    const run = await story(UNKNOWN, []);
    expect(ladderOf(run)).toEqual(['7-DAY FAILED rejected', '15-DAY BLOCKED suppressed']);
    expect(await suppressed()).toMatchObject([
      { email: UNKNOWN, reason: 'HARD_BOUNCE', source: 'SMTP', status_code: '5.1.1', detail: 'No such user' },
    ]);
    expect(server.commands.filter((line) => line.startsWith('RCPT'))).toHaveLength(1);
  });

  it('as a copy: it alone is suppressed, and the next mail goes without it', async () => {
    const run = await story('ap@acme.example', [UNKNOWN]);
    expect(ladderOf(run)).toEqual(['7-DAY DONE', '15-DAY DONE']);
    expect(await suppressed()).toMatchObject([{ email: UNKNOWN, source: 'SMTP', delivery_id: expect.any(String) }]);
    expect(server.commands.filter((line) => line.startsWith('RCPT'))).toHaveLength(3);
    const [, second] = await h.db.rows<{ recipients: unknown }>(
      'SELECT recipients FROM deliveries ORDER BY created_at',
    );
    expect(second?.recipients).toMatchObject({ to: 'ap@acme.example', cc: [], suppressed: [UNKNOWN] });
  });
});
