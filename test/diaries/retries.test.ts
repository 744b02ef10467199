import { describe, expect, it } from 'vitest';
import type { FaultScript } from '../support/smtp/fault-server.js';
import { throughOwnServer, toldWithoutMailbox } from './own-server.js';

/** 7, 15 and 30 days after 10 January, UTC: the 17th, the 25th and 9 February. */
describe('an operator who tries again (S-R3)', () => {
  const through = (script: FaultScript) => throughOwnServer(script, [7, 15, 30]);
  const told = toldWithoutMailbox;

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
