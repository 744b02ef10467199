import PostalMime from 'postal-mime';
import { afterEach, describe, expect, it } from 'vitest';
import { startFaultServer, type FaultServer } from '../support/smtp/fault-server.js';
import { openDiary, type Diary } from './diary.js';

type Json = Record<string, any>;

const LINK = 'https://pay.acme.example/1';
const off = { notification_preferences: [{ type: 'INVOICE', channels: [{ type: 'EMAIL', enabled: false }] }] };

describe('what an action asks for', () => {
  const servers: FaultServer[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
  });

  /** A ladder of one mail that goes to this server. */
  async function open(asked: Json): Promise<{ diary: Diary; server: FaultServer }> {
    const server = await startFaultServer();
    servers.push(server);
    const diary = await openDiary('2026-01-01T08:00:00Z', 'UTC');
    const names = ['ap@acme.example', 'boss@acme.example', 'audit@acme.example', 'carol@acme.example'];
    await diary.ok('PATCH', '/v1/platform', { allow_list: names });
    await diary.ladderOf([7]);
    const { id } = await diary.ok('POST', '/v1/integrations', {
      reference: 'smtp',
      type: 'EMAIL_PROVIDER',
      status: 'ACTIVE',
      email_provider: { variant: 'SMTP', smtp: { host: '127.0.0.1', port: server.port, tls: 'NONE' } },
    });
    const [action] = (await diary.h.call<Json[]>('GET', '/v1/workflow-actions')).body;
    await diary.ok('PATCH', `/v1/workflow-actions/${String(action?.id)}`, {
      send_email_to_customer: { integration_id: id, ...asked },
    });
    return { diary, server };
  }
  const send = async (diary: Diary, server: FaultServer, facts: Json = {}) => {
    await diary.invoice({ due_date: '2026-01-10T00:00:00Z', ...facts });
    await diary.until('2026-01-18');
    expect(server.received).toHaveLength(1);
    return PostalMime.parse(server.received[0] ?? '');
  };

  it('arrives as given: reply-to, CC, BCC and contacts, each address once, To over CC over BCC (S-E1)', async () => {
    const { diary, server } = await open({
      reply_to: { name: 'Help', email: 'help@sender.example' },
      cc_recipients: ['AP@acme.example', 'boss@acme.example'],
      bcc_recipients: ['Boss@acme.example', 'audit@acme.example', 'audit@acme.example'],
      invoice: { include_customer_contacts_as_cc: true },
    });
    await diary.put('contacts/c_1', { customer_id: 'cust_1', email: 'carol@acme.example' });
    await diary.put('contacts/c_2', { customer_id: 'cust_1', email: 'silent@acme.example', ...off });
    const mail = await send(diary, server);
    const addresses = (list: { address?: string | undefined }[] | undefined) => list?.map(({ address }) => address);
    expect(addresses(mail.to)).toEqual(['ap@acme.example']);
    expect(addresses(mail.cc)).toEqual(['boss@acme.example', 'carol@acme.example']);
    expect(mail.bcc).toBeUndefined();
    expect(mail.replyTo).toMatchObject([{ name: 'Help', address: 'help@sender.example' }]);
    expect(server.commands.filter((line) => line.startsWith('RCPT'))).toEqual([
      'RCPT TO:<ap@acme.example>',
      'RCPT TO:<boss@acme.example>',
      'RCPT TO:<carol@acme.example>',
      'RCPT TO:<audit@acme.example>',
    ]);
  });

  it.each([
    ['is there when it asks for one', { include_payment_link: true }, true],
    ['is not there when it says no', { include_payment_link: false }, false],
    ['is there when it says nothing and the invoice has one', {}, true],
  ])('a payment link %s', async (_what, invoice, there) => {
    const { diary, server } = await open({ invoice });
    const { html, text } = await send(diary, server, { pay_invoice_link: { url: LINK } });
    expect([html?.includes(`href="${LINK}"`), text?.includes(LINK)]).toEqual([there, there]);
  });
});
