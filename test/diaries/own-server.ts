import { afterEach } from 'vitest';
import { startFaultServer, type FaultScript, type FaultServer } from '../support/smtp/fault-server.js';
import { openDiary, type Diary } from './diary.js';

type Json = Record<string, any>;

const servers: FaultServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

/** A ladder on an invoice of 121.00 EUR that is due on 10 January, UTC, whose mails go to a server that does as its script says. */
export async function throughOwnServer(
  script: FaultScript,
  days: readonly number[],
): Promise<{ diary: Diary; server: FaultServer }> {
  const server = await startFaultServer(script);
  servers.push(server);
  const diary = await openDiary('2026-01-01T08:00:00Z', 'UTC');
  await diary.ladderOf(days);
  await diary.invoice({
    due_date: '2026-01-10T00:00:00Z',
    invoice_number: '2026-0042',
    invoice_amount_including_tax: { quantity: '121.00', currency: 'EUR' },
  });
  await diary.ok('PATCH', '/v1/platform', { allow_list: ['ap@acme.example'] });
  const { id } = await diary.ok('POST', '/v1/integrations', {
    reference: 'smtp',
    type: 'EMAIL_PROVIDER',
    status: 'ACTIVE',
    authentication: { username_password: { username: 'mailer', password: 'n0ne' } },
    email_provider: { variant: 'SMTP', smtp: { host: '127.0.0.1', port: server.port, tls: 'NONE' } },
  });
  const [action] = (await diary.h.call<Json[]>('GET', '/v1/workflow-actions')).body;
  const change = { send_email_to_customer: { integration_id: id } };
  await diary.ok('PATCH', `/v1/workflow-actions/${String(action?.id)}`, change);
  return { diary, server };
}

/** The story; mails that went to a server of one's own are in no mailbox. */
export async function toldWithoutMailbox(diary: Diary): Promise<string[]> {
  return (await diary.story()).map((line) => line.replace(', not in the mailbox', ''));
}
