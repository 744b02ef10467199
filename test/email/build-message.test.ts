import MailComposer from 'nodemailer/lib/mail-composer';
import { describe, expect, it } from 'vitest';
import { buildMessage } from '../../email/build-message.js';

type Mail = ConstructorParameters<typeof MailComposer>[0];

const long = `${'ü'.repeat(900)} ${'x'.repeat(2000)}`;
const mails: Record<string, Mail> = {
  'two alternatives': { text: 'a\r\n', html: '<p>ä</p>\r\n' },
  'one part': { text: 'only text' },
  'a part without a last line end': { text: 'ends with =20 ', html: `<p>${long}</p>` },
  'long lines of any script': { text: `${long}\r\n. \r\n\tend \r\n`, html: `\r\n${'請求書 '.repeat(9000)}` },
  'an attachment of bytes': {
    text: 'x',
    html: '<p>x</p>',
    attachments: [
      { filename: 'Rechnung ü "1".pdf', content: Buffer.from(Array.from({ length: 9000 }, (_, i) => i % 256)) },
    ],
  },
  'an empty attachment': { text: 'x', attachments: [{ filename: 'a.bin', content: '' }] },
};

function compiled(mail: Mail) {
  return new MailComposer({
    from: { name: 'Müller, "Söhne" <KG>', address: 'a@b.example' },
    to: 'z@x.example',
    subject: long,
    date: new Date(0),
    messageId: '<1@b.example>',
    textEncoding: 'quoted-printable',
    baseBoundary: 'b',
    ...mail,
  }).compile();
}

describe('buildMessage', () => {
  it.each(Object.entries(mails))('makes the bytes nodemailer makes of %s', async (_what, mail) => {
    const theirs = await compiled(mail).build();
    expect(buildMessage(compiled(mail)).toString('latin1')).toBe(theirs.toString('latin1'));
  });

  it('refuses what would have to be fetched first', () => {
    expect(() => buildMessage(compiled({ html: { path: '/etc/hostname' } }))).toThrow('must be text or bytes');
  });
});
