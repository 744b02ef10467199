import PostalMime from 'postal-mime';
import { describe, expect, it } from 'vitest';
import { createComposer } from '../../email/compose.js';
import { MailContentError } from '../../email/mail-content-error.js';
import { sampleInvoice, sampleRequest } from './sample-request.js';

const { compose } = createComposer({ mailDomain: 'mail.dunwell.example' });

async function header(raw: Buffer, name: string): Promise<string | undefined> {
  const { headers } = await PostalMime.parse(raw);
  return headers.find(({ key }) => key === name.toLowerCase())?.value;
}

async function refusal(promise: Promise<unknown>): Promise<{ code: string; field: string }> {
  const error: unknown = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(MailContentError);
  const { code, field } = error as MailContentError;
  return { code, field };
}

describe('the message', () => {
  it('has both bodies and the headers that identify it', async () => {
    const mail = await compose(sampleRequest({}, { replyTo: { name: null, email: 'help@acme.example.com' } }));
    const parsed = await PostalMime.parse(mail.raw);
    const id = '0198c0de-0000-7000-8000-000000000001';
    expect(mail.messageId).toBe(`<${id}@mail.dunwell.example>`);
    expect(parsed.messageId).toBe(mail.messageId);
    expect(parsed.from).toMatchObject({ name: 'Acme', address: 'billing@acme.example.com' });
    expect(parsed.replyTo).toMatchObject([{ address: 'help@acme.example.com' }]);
    expect(parsed.to).toMatchObject([{ name: 'Zoë', address: 'zoe@customer.example.org' }]);
    expect(parsed.date).toBe('2026-03-15T09:30:00.000Z');
    expect(await header(mail.raw, 'X-Dunwell-Delivery')).toBe(id);
    expect(await header(mail.raw, 'Auto-Submitted')).toBe('auto-generated');
    expect(await header(mail.raw, 'Content-Type')).toContain('multipart/alternative');
    expect(parsed.text).toContain('12 days overdue');
    expect(parsed.html).toContain('12 days overdue');
    expect(parsed.html).toContain('href="https://pay.example.com/i/417?a=1&amp;b=2"');
  });

  it('is the same, byte for byte, when it is made again', async () => {
    const [first, second] = [await compose(sampleRequest()), await compose(sampleRequest())];
    expect(second.raw.equals(first.raw)).toBe(true);
  });

  it('carries a file as it is, under its own name, and is the same when it is made again', async () => {
    const content = Buffer.from(Array.from({ length: 5_000 }, (_, index) => (index * 7) % 256));
    const name = 'Rechnung ÄÖ “42” '.repeat(4);
    const request = sampleRequest(
      {},
      { attachments: [{ filename: `../${name}\r\nX-Evil: 1`, contentType: 'application/pdf', content }] },
    );
    const [first, second] = [await compose(request), await compose(request)];
    expect(second.raw.equals(first.raw)).toBe(true);
    const { attachments, headers, text } = await PostalMime.parse(first.raw);
    expect(attachments).toHaveLength(1);
    expect(attachments[0]).toMatchObject({ mimeType: 'application/pdf', disposition: 'attachment' });
    expect(attachments[0]?.filename).toMatch(/^Rechnung ÄÖ “42” Rech[^\r\n/]*\.pdf$/);
    expect(content.equals(Buffer.from(attachments[0]?.content as ArrayBuffer))).toBe(true);
    expect(headers.map(({ key }) => key)).not.toContain('x-evil');
    expect(text).toContain('12 days overdue');
    expect(first.raw.toString('latin1')).not.toMatch(/^X-Evil/m);
  });

  it('is ASCII with lines of at most 78 characters and CRLF only, however long the words', async () => {
    const long = 'ü'.repeat(900);
    const facts = { customerName: long, invoice: { ...sampleInvoice, number: long } };
    const mail = await compose(
      sampleRequest(facts, { subject: `${long} ${long}`, to: { name: long, email: 'z@x.org' } }),
    );
    const lines = mail.raw.toString('latin1').split('\r\n');
    expect(lines.filter((line) => line.length > 78 || /[^\t\x20-\x7e]/.test(line))).toEqual([]);
    const parsed = await PostalMime.parse(mail.raw);
    expect(parsed.subject).toBe(`${long} ${long}`);
    expect(parsed.text).toContain(long);
  });

  it('fills in a subject of one’s own', async () => {
    const mail = await compose(sampleRequest({}, { subject: 'Please pay {{ invoice.number }}' }));
    expect(mail.subject).toBe('Please pay INV-417');
    await expect(compose(sampleRequest({}, { subject: '{{ invoice.number' }))).rejects.toMatchObject({
      code: 'template_failed',
    });
  });

  it('carries names and subjects of any script', async () => {
    const subject = 'Überfällig: 請求書 № 7 – "quoted", €5 🎉';
    const from = { name: 'Müller, "Söhne" <KG>', email: 'a@b.example' };
    const mail = await compose(sampleRequest({}, { subject, from }));
    const parsed = await PostalMime.parse(mail.raw);
    expect(parsed.subject).toBe(subject);
    expect(mail.subject).toBe(subject);
    expect(parsed.from).toMatchObject({ name: from.name, address: from.email });
  });

  it('has no Bcc header: those addresses are in the envelope alone', async () => {
    const mail = await compose(sampleRequest({}, { cc: ['cc@x.org'], bcc: ['secret@x.org'] }));
    expect(mail.raw.toString()).not.toMatch(/secret|^bcc/im);
    expect(mail.envelope).toEqual({
      from: 'billing@acme.example.com',
      to: ['zoe@customer.example.org', 'cc@x.org', 'secret@x.org'],
      required: 'zoe@customer.example.org',
    });
  });

  it('names an address once, To over CC over BCC, whatever its case', async () => {
    const cc = ['ZOE@Customer.Example.org', 'a@x.org', 'A@X.ORG'];
    const mail = await compose(
      sampleRequest({}, { cc, bcc: ['a@x.org', 'zoe@customer.example.org', 'b@x.org', 'B@x.org'] }),
    );
    expect(mail.envelope.to).toEqual(['zoe@customer.example.org', 'a@x.org', 'b@x.org']);
    expect(await header(mail.raw, 'Cc')).toBe('a@x.org');
  });
});

describe('header injection (S-E1)', () => {
  const evil = ['x\r\nBcc: evil@x.org', 'x\nBcc: evil@x.org', 'x\rBcc: evil@x.org', 'x\0y'];
  const party = (name: string) => ({ name, email: 'a@b.example' });

  it.each(evil)('is refused in every field: %j', async (value) => {
    const requests = {
      'from.name': sampleRequest({}, { from: party(value) }),
      'to.name': sampleRequest({}, { to: party(value) }),
      'replyTo.name': sampleRequest({}, { replyTo: party(value) }),
      to: sampleRequest({}, { to: { name: null, email: `${value}@x.org` } }),
      cc: sampleRequest({}, { cc: [`${value}@x.org`] }),
      bcc: sampleRequest({}, { bcc: [`${value}@x.org`] }),
      subject: sampleRequest({}, { subject: value }),
      deliveryId: sampleRequest({}, { deliveryId: value }),
    };
    for (const [field, request] of Object.entries(requests)) {
      expect(await refusal(compose(request))).toEqual({ code: 'header_forbidden', field });
    }
    const number = sampleRequest({ invoice: { ...sampleInvoice, number: value } });
    expect(await refusal(compose(number))).toEqual({ code: 'header_forbidden', field: 'subject' });
  });

  it('is not mistaken for an address that is merely wrong', async () => {
    const wrong = sampleRequest({}, { cc: ['Zoë <zoe@x.org>'] });
    expect(await refusal(compose(wrong))).toEqual({ code: 'address_invalid', field: 'cc' });
  });
});

describe('the content', () => {
  it('escapes what customers call themselves', async () => {
    const mail = await compose(sampleRequest({ customerName: '<script>alert("1")</script> & {{ sender.email }}' }));
    const { html, text } = await PostalMime.parse(mail.raw);
    expect(html).toContain('&lt;script&gt;alert(&#34;1&#34;)&lt;/script&gt; &amp; {{ sender.email }}');
    expect(html).not.toContain('<script>');
    expect(text).toContain('<script>alert("1")</script> & {{ sender.email }}');
  });

  it.each(['javascript:alert(1)', 'data:text/html,x', 'pay.example.com', '//x', '"><b>'])(
    'has no button for %s',
    async (payUrl) => {
      const mail = await compose(sampleRequest({ invoice: { ...sampleInvoice, payUrl } }));
      const { html, text } = await PostalMime.parse(mail.raw);
      expect(`${html}${text}`).not.toContain('View and pay invoice');
    },
  );

  it('has no button to pay what is paid', async () => {
    const open = { quantity: '0.00', currency: 'EUR' };
    const mail = await compose(sampleRequest({ variant: 'TO_FINAL', invoice: { ...sampleInvoice, open } }));
    const { text } = await PostalMime.parse(mail.raw);
    expect(text).toContain('paid in full');
    expect(text).toContain('View invoice:\nhttps://pay.example.com');
  });

  it('shows large and precise amounts exactly', async () => {
    const open = { quantity: '12345678901234567.89', currency: 'EUR' };
    const total = { quantity: '12345678901234567.895', currency: 'EUR' };
    const mail = await compose(sampleRequest({ invoice: { ...sampleInvoice, open, total } }));
    const { text } = await PostalMime.parse(mail.raw);
    expect(text).toContain('€12,345,678,901,234,567.89\n');
    expect(text).toContain('€12,345,678,901,234,567.895\n');
  });

  it('refuses to guess at facts that are none', async () => {
    const open = { quantity: 'about 5', currency: 'EUR' };
    expect(await refusal(compose(sampleRequest({ invoice: { ...sampleInvoice, open } })))).toEqual({
      code: 'facts_invalid',
      field: 'invoice.open',
    });
    expect(await refusal(compose(sampleRequest({ invoice: { ...sampleInvoice, dueOn: '3/3/26' } })))).toMatchObject({
      code: 'facts_invalid',
    });
  });

  it('uses the named template, and knows no others', async () => {
    const mail = await compose(sampleRequest({}, { templateName: 'to_final' }));
    expect(mail.subject).toBe('Your invoice INV-417 from Acme');
    for (const templateName of ['nope', '', '__proto__', '../overdue']) {
      expect(await refusal(compose(sampleRequest({}, { templateName })))).toMatchObject({ code: 'template_unknown' });
    }
  });

  it.each([
    [['en-US'], 'en', 'March 3, 2026', '€200.50'],
    [['en_US.UTF-8'], 'en', 'March 3, 2026', '€200.50'],
    [['en-GB'], 'en', '3 March 2026', '€200.50'],
    [['nl-BE', 'en'], 'nl', '3 maart 2026', '€\u00a0200,50'],
    [['de_CH'], 'de', '3. März 2026', 'EUR\u00a0200.50'],
    [['de-AT-1996'], 'de', '3. März 2026', '€\u00a0200,50'],
    [['pl-PL', 'fr-FR', 'de'], 'fr', '3 mars 2026', '200,50\u00a0€'],
    [['', '!!', 'x', 'es'], 'es', '3 de marzo de 2026', '200,50\u00a0€'],
    [['ja-JP-u-ca-japanese'], 'en', 'March 3, 2026', '€200.50'],
    [[], 'en', 'March 3, 2026', '€200.50'],
  ])('follows the locale chain %j', async (locales, language, date, amount) => {
    const mail = await compose(sampleRequest({ locales }));
    const { text } = await PostalMime.parse(mail.raw);
    expect(mail.template.locale).toBe(language);
    expect(text).toContain(date);
    expect(text).toContain(amount);
  });
});
