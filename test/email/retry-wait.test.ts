import { describe, expect, it } from 'vitest';
import { retryDelayMs, withinWindow } from '../../activities/retry-delay.js';
import { SEND_RETRY, SEND_TIMEOUT_MS } from '../../contracts/engine.js';
import { smtpConfig } from '../../email/smtp-config.js';
import { retryWaitMs } from '../../email/retry-wait.js';
import { LONGEST_WAIT_MS } from '../../worker/rate-limiter.js';

const wait = (line: string): number | null => {
  const [, code = '', enhanced = null, text = ''] = /^(\d{3}) (?:(\d\.\d\.\d+) )?(.*)$/.exec(line) ?? [];
  return retryWaitMs({ code: Number(code), enhanced, text });
};

describe('after a temporary refusal', () => {
  it.each<[string, number | null]>([
    // Postgrey, milter-greylist, SQLgrey, rspamd, Exchange Online, Gmail as they say it.
    [
      '450 4.2.0 <a@b.example>: Recipient address rejected: Greylisted, see http://postgrey.example/help/b.html',
      60_000,
    ],
    ['451 4.7.1 Greylisting in action, please come back in 00:10:00', 600_000],
    ['451 4.7.1 Greylisting in action, please come back later', 60_000],
    ['450 4.7.1 <a@b.example>: Recipient address rejected: Greylisted for 5 minutes', 300_000],
    ['450 4.7.1 Try again later', 60_000],
    ['451 Graylisted', 60_000],
    ['450 4.2.1 The user you are trying to contact is receiving mail too quickly', 300_000],
    ['452 4.2.2 The recipient’s inbox is out of storage space', 300_000],
    ['421 4.7.0 Too many connections from your host', 30_000],
    ['421 Service not available', 30_000],
    ['421 4.3.2 try again in 2 hours', 7_200_000],
    ['451 4.3.0 Temporary lookup failure', null],
    ['451 4.4.1 the queue of 12:30:05 is stuck', null],
    ['450 4.2.0 try again later', null],
  ])('%s: not before %s ms', (line, ms) => {
    expect(wait(line)).toBe(ms);
  });

  it('is tried ever more rarely, and never before the server wants it', () => {
    const delays = (asked: number | null) =>
      [1, 2, 3, 8, 50].map((times) => retryDelayMs([{ retryAfterMs: asked }], times, Infinity));
    expect(delays(null)).toEqual([5_000, 10_000, 20_000, 600_000, 600_000]);
    expect(delays(60_000)).toEqual([60_000, 60_000, 60_000, 600_000, 600_000]);
    expect(retryDelayMs([{ retryAfterMs: 1_000 }, { retryAfterMs: 90_000 }], 1, Infinity)).toBe(90_000);
  });

  it('is looked at again when the delivery window ends, however long the server asks for (S-T7)', () => {
    expect(retryDelayMs([{ retryAfterMs: 14_400_000 }], 1, 90_000)).toBe(90_000);
    expect(retryDelayMs([{ retryAfterMs: null }], 9, 20_000)).toBe(20_000);
    expect(withinWindow(600_000, -5)).toBe(1_000);
  });
});

describe('the time for one attempt at a step', () => {
  it('suffices for ten mails that each take as long as they may, with their PDF, after a wait for each turn', () => {
    const smtp = smtpConfig('smtp://localhost', {});
    const MOST_ACTIONS = 10;
    const PDF_MS = 10_000;
    expect(smtp.connectTimeoutMs).toBeLessThan(smtp.totalTimeoutMs);
    expect(smtp.greetingTimeoutMs).toBeLessThan(smtp.connectTimeoutMs);
    expect(smtp.replyTimeoutMs).toBeLessThan(smtp.totalTimeoutMs);
    expect(MOST_ACTIONS * (smtp.totalTimeoutMs + PDF_MS + LONGEST_WAIT_MS)).toBeLessThan(SEND_TIMEOUT_MS);
    expect(SEND_RETRY.maximumMs).toBeLessThan(SEND_TIMEOUT_MS);
  });
});
