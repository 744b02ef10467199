import type { ComposedMail } from '../../../contracts/mail.js';

/** A composed mail for tests of the sender, to `to@example.org` and whoever else is named. */
export function sampleMail(others: readonly string[] = [], bodyBytes = 200): ComposedMail {
  const line = `${'x'.repeat(70)}\r\n`;
  const body = line.repeat(Math.ceil(bodyBytes / line.length));
  return {
    envelope: { from: 'from@example.com', to: ['to@example.org', ...others], required: 'to@example.org' },
    messageId: '<d-1@mail.example.com>',
    subject: 'Sample',
    locale: 'en',
    template: { name: 'overdue', locale: 'en', version: null },
    raw: Buffer.from(`Subject: Sample\r\nMessage-ID: <d-1@mail.example.com>\r\n\r\n.dots\r\n${body}`),
  };
}
