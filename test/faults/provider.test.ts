import { afterEach, describe, expect, it } from 'vitest';
import { createHarness, type Harness } from '../support/harness.js';
import { idsOf } from '../support/faults/rounds.js';
import { createLadder, inSeconds, invoiceIds, putCustomer, putInvoices } from '../support/faults/scenario.js';
import { advance, createClock, ladderOf, onlyRun } from '../support/scenario.js';
import { startFaultServer, type FaultScript, type FaultServer } from '../support/smtp/fault-server.js';
import { loopback } from '../support/mail-connections.js';
import { until } from '../support/until.js';
import { testVault } from '../support/vault.js';
import { createMailer, type OpenMailer } from '../../worker/create-mailer.js';

/** 1 January, 08:00; the invoice is due on the 10th. */
const JANUARY = '2026-01-01T08:00:00Z';
const DUE = '2026-01-10T08:00:00Z';

describe('a mail provider that misbehaves', { timeout: 60_000 }, () => {
  const open: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of open.splice(0)) await close();
  });

  async function world(script: FaultScript, login = ''): Promise<{ h: Harness; server: FaultServer }> {
    const server = await startFaultServer(script);
    const smtpUrl = `smtp://${login}127.0.0.1:${String(server.port)}`;
    const mailer: OpenMailer = createMailer({
      smtpUrl,
      testSmtpUrl: smtpUrl,
      from: { name: 'Test', email: 'billing@test.example' },
      vault: testVault,
      networks: loopback,
    });
    const h = await createHarness({ mailer: () => mailer });
    open.push(
      () => h.stop(),
      () => mailer.close(),
      () => server.close(),
    );
    await createLadder(h, [7, 15]);
    return { h, server };
  }

  /** The same on a test clock, with invoices of one customer; answers a function that advances it. */
  async function onClock(script: FaultScript, login?: string, invoices = ['inv_1']) {
    const { h, server } = await world(script, login);
    const clock = await createClock(h, JANUARY);
    await putCustomer(h, 'cust_1', { test_clock_id: clock });
    await putInvoices(h, invoices, { due_date: DUE });
    return { h, server, to: (instant: string) => advance(h, clock, instant) };
  }

  it('450 at RCPT, then well: one mail, some seconds later', async () => {
    let refusals = 0;
    const rcpt = (): string => (refusals++ === 0 ? '450 4.2.0 try again later' : '250 2.1.5 ok');
    const { h, server } = await world({ rcpt });
    await putCustomer(h, 'cust_1');
    await putInvoices(h, ['inv_1'], { due_date: inSeconds(-16 * 86_400) });
    const waiting = await until('the first attempt is recorded', async () => {
      const row = await h.db.row<{ status: string; id: string }>(
        'SELECT id, status FROM deliveries WHERE attempts = 1',
      );
      return row?.status === 'PLANNED' ? row : null;
    });
    expect((await onlyRun(h)).status).toBe('WAITING');
    await until('the run has ended', async () => (await onlyRun(h)).status === 'COMPLETED');
    expect(ladderOf(await onlyRun(h))).toEqual(['7-DAY SKIPPED superseded', '15-DAY DONE']);
    expect(server.received).toHaveLength(1);
    expect(server.received[0]).toContain(waiting.id);
    expect(refusals).toBe(2);
  });

  it('550 at RCPT: the step FAILED, the next one goes in its time', async () => {
    const { h, server, to } = await onClock({ rcpt: () => '550 5.7.1 not wanted here' });
    await to('2026-01-18T00:00:00Z');
    expect(await onlyRun(h)).toMatchObject({ status: 'WAITING', next_step_at: '2026-01-25T08:00:00.000Z' });
    expect(ladderOf(await onlyRun(h))).toEqual(['7-DAY FAILED rejected', '15-DAY PLANNED']);
    expect(server.received).toEqual([]);
    server.script.rcpt = () => '250 2.1.5 ok';
    await to('2026-01-26T00:00:00Z');
    expect(ladderOf(await onlyRun(h))).toEqual(['7-DAY FAILED rejected', '15-DAY DONE']);
    expect(await onlyRun(h)).toMatchObject({ status: 'COMPLETED' });
    expect(server.received).toHaveLength(1);
    expect(await ledger(h)).toEqual([
      { status: 'REJECTED', reason: 'rejected', code: 550 },
      { status: 'SENT', reason: null, code: 250 },
    ]);
  });

  it('the connection is lost after the dot: in doubt, not sent again, and the run goes on', async () => {
    const { h, server, to } = await onClock({ afterDot: 'close' });
    await to('2026-01-18T00:00:00Z');
    expect(ladderOf(await onlyRun(h))).toEqual(['7-DAY DONE in_doubt', '15-DAY PLANNED']);
    expect(server.received).toHaveLength(1);
    delete server.script.afterDot;
    await to('2026-01-26T00:00:00Z');
    expect(ladderOf(await onlyRun(h))).toEqual(['7-DAY DONE in_doubt', '15-DAY DONE']);
    expect(server.received).toHaveLength(2);
    expect(await ledger(h)).toEqual([
      { status: 'IN_DOUBT', reason: 'in_doubt', code: null },
      { status: 'SENT', reason: null, code: 250 },
    ]);
  });

  const LOGIN = '250-fault.test\r\n250 AUTH PLAIN';
  it.each<[string, FaultScript]>([
    ['554 instead of a greeting', { greeting: '554 5.7.1 not you' }],
    ['554 to STARTTLS', { ehlo: '250-fault.test\r\n250 STARTTLS', starttls: '554 5.7.3 no TLS' }],
    ['535 at AUTH', { ehlo: LOGIN, auth: '535 5.7.8 wrong password, not secret' }],
    ['530 to MAIL', { mail: '530 5.7.0 not from there' }],
  ])(
    '%s: every mail waits, BLOCKED provider_refused, and once it is repaired each goes, once',
    async (name, script) => {
      const { h, server, to } = await onClock(script, 'user:secret@', invoiceIds(8));
      await to('2026-01-17T09:00:00Z');
      expect(server.commands.filter((line) => line.startsWith('RCPT'))).toEqual([]);
      const code = Number(name.slice(0, 3));
      expect(await ledger(h)).toEqual(Array(8).fill({ status: 'BLOCKED', reason: 'provider_refused', code }));
      const { body } = await h.call('GET', '/v1/workflow-runs?limit=100');
      const blocked = ['7-DAY BLOCKED provider_refused', '15-DAY PLANNED'];
      expect((body.data as Record<string, any>[]).map(ladderOf)).toEqual(Array(8).fill(blocked));

      server.script = { ehlo: LOGIN };
      await to('2026-01-17T15:00:00Z');
      expect(await ledger(h)).toEqual(Array(8).fill({ status: 'SENT', reason: null, code: 250 }));
      expect(server.received).toHaveLength(8);
      expect(new Set(idsOf(server.received)).size).toBe(8);
      const secrets = JSON.stringify(await h.db.rows('SELECT server_reply FROM deliveries'));
      expect(secrets).not.toContain('secret');
    },
  );
});

function ledger({ db }: Harness): Promise<{ status: string; reason: string | null; code: number | null }[]> {
  return db.rows(
    `SELECT status, reason, (server_reply ->> 'code')::integer AS code FROM deliveries ORDER BY created_at, id`,
  );
}
