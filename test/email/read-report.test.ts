import { describe, expect, it } from 'vitest';
import { readReport } from '../../email/read-report.js';
import { SAMPLES, sampleMail } from './bounce-samples.js';

describe('a mail to a return path (RFC 3464, RFC 5965)', () => {
  it.each(SAMPLES.map(({ name, says }) => [name, says] as const))('%s', async (name, says) => {
    const report = await readReport(sampleMail(name));
    const told = report?.recipients.map(({ kind, emails, statusCode, hard }) =>
      [kind, emails[0]?.toLowerCase(), statusCode ?? '-', hard ? 'hard' : ''].join(' ').trim(),
    );
    expect(told?.join(', ') ?? null).toBe(says);
  });

  it('keeps the server’s words in one line', async () => {
    const report = await readReport(sampleMail('Postfix, no such user'));
    expect(report?.recipients[0]?.detail).toBe(
      'smtp; 550 5.1.1 <ap@acme.example>: Recipient address rejected: User unknown in virtual mailbox table',
    );
  });

  it.each(['a complaint', 'a complaint with the recipient taken out'])(
    'finds the return path that %s quotes',
    async (name) => {
      const report = await readReport(sampleMail(name, { path: 'own@mail.example' }));
      expect(new Set(report?.returnPaths)).toEqual(new Set(['own@mail.example']));
    },
  );
});
