import { afterEach, describe, expect, it } from 'vitest';
import { startFaultServer, type FaultScript, type FaultServer } from '../support/smtp/fault-server.js';
import { openDiary, type Diary } from './diary.js';

type Json = Record<string, any>;

/** 7, 15 and 30 days after 10 January, UTC: the 17th, the 25th and 9 February. */
describe('an operator who tries again (S-R3)', () => {
  const servers: FaultServer[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
  });

  /** A ladder whose mails go to this server. */
  async function through(script: FaultScript): Promise<{ diary: Diary; server: FaultServer }> {
    const server = await startFaultServer(script);
    servers.push(server);
    const diary = await openDiary('2026-01-01T08:00:00Z', 'UTC');
    await diary.ladderOf([7, 15, 30]);
    await diary.invoice({ due_date: '2026-01-10T00:00:00Z' });
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
  /** Mails that went to a server of the test's own are in no mailbox. */
  const told = async (diary: Diary): Promise<string[]> =>
    (await diary.story()).map((line) => line.replace(', not in the mailbox', ''));

  it('sends a mail that the recipient’s server had refused, and the ladder goes on', async () => {
    const { diary, server } = await through({ rcpt: () => '550 5.7.1 not here' });
    await diary.until('2026-01-18');
    server.script.rcpt = () => '250 2.1.5 ok';
    await diary.on('2026-01-18T09:00:00Z', 'tried again', () => diary.operate('retry'));
    await diary.until('2026-01-26');
    expect(await told(diary)).toEqual([
      '2026-01-17T00:00 failed 7-DAY rejected',
      '2026-01-18T09:00 * tried again',
      '2026-01-18T09:00 mail 7-DAY',
      '2026-01-25T00:00 mail 15-DAY',
    ]);
    expect(server.received).toHaveLength(2);
  });

  it('in vain, and then too late: when a later one was sent, the refused one stays so', async () => {
    const { diary, server } = await through({ rcpt: () => '550 5.7.1 not here' });
    await diary.on('2026-01-18', 'tried again', () => diary.operate('retry'));
    await diary.until('2026-01-19');
    server.script.rcpt = () => '250 2.1.5 ok';
    await diary.until('2026-01-26');
    await diary.refuses('retry', 'A later step than 7-DAY has been sent');
    expect(await told(diary)).toEqual([
      '2026-01-17T00:00 failed 7-DAY rejected',
      '2026-01-18T00:00 * tried again',
      '2026-01-18T00:00 failed 7-DAY rejected',
      '2026-01-25T00:00 mail 15-DAY',
    ]);
    expect(server.received).toHaveLength(1);
  });

  it('sends at once what the provider had refused, not in six hours', async () => {
    const { diary, server } = await through({ auth: '535 5.7.8 wrong' });
    await diary.until('2026-01-17T00:30:00Z');
    server.script.auth = '235 2.7.0 welcome';
    await diary.on('2026-01-17T01:00:00Z', 'tried again', () => diary.operate('retry'));
    await diary.until('2026-01-26');
    expect(await told(diary)).toEqual([
      '2026-01-17T00:00 blocked 7-DAY provider_refused',
      '2026-01-17T01:00 * tried again',
      '2026-01-17T01:00 mail 7-DAY',
      '2026-01-25T00:00 mail 15-DAY',
    ]);
  });
});
