import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { startMailbox, type Mailbox } from '../../dev/mailbox/mailbox.js';
import type { MessageDetail, MessageSummary } from '../../dev/mailbox/message.js';
import { temporaryDirectory } from './support.js';
import { sendMail } from './send-mail.js';

const image = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const pdf = Buffer.from('%PDF-1.4 not really');

const invoiceMail = {
  to: ['anna@example.com', 'bob@example.com', 'archive@example.com'],
  raw: `From: =?utf-8?Q?M=C3=BCller_Billing?= <billing@example.com>
To: Anna <anna@example.com>
Cc: bob@example.com
Reply-To: help@example.com
Subject: =?utf-8?Q?Invoice_42_is_overdue_=E2=82=AC?=
Message-ID: <m1@example.com>
Date: Tue, 12 May 2026 09:00:00 +0200
List-Unsubscribe: <https://example.com/u/1>, <mailto:u@example.com>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=mix

--mix
Content-Type: multipart/related; boundary=rel

--rel
Content-Type: multipart/alternative; boundary=alt

--alt
Content-Type: text/plain; charset=utf-8

Please pay.
.A line that begins with a dot.
--alt
Content-Type: text/html; charset=utf-8

<p>Please <b>pay</b>. <img src="cid:logo@x"><script>alert(1)</script></p>
--alt--
--rel
Content-Type: image/png; name=logo.png
Content-Disposition: inline; filename=logo.png
Content-ID: <logo@x>
Content-Transfer-Encoding: base64

${image.toString('base64')}
--rel--
--mix
Content-Type: application/pdf; name=invoice.pdf
Content-Disposition: attachment; filename=invoice.pdf
Content-Transfer-Encoding: base64

${pdf.toString('base64')}
--mix--
`,
};
const plain = (subject: string, to = 'anna@example.com') => ({
  to: [to],
  raw: `To: ${to}\nSubject: ${subject}\n\nHello\n`,
});

describe('mailbox', () => {
  const root = temporaryDirectory('mailbox');
  const open: Mailbox[] = [];
  const start = async (dataDir?: string) => {
    const mailbox = await startMailbox({ smtpPort: 0, httpPort: 0, dataDir, log: () => undefined });
    open.push(mailbox);
    return mailbox;
  };
  const get = async <T>(mailbox: Mailbox, path: string): Promise<T> => {
    const response = await fetch(mailbox.url + path);
    expect(response.status, path).toBe(200);
    return (await response.json()) as T;
  };
  type Listing = {
    total: number;
    unread: number;
    count: number;
    messages_count: number;
    start: number;
    messages: MessageSummary[];
  };
  const subjects = async (mailbox: Mailbox, path: string) =>
    (await get<Listing>(mailbox, path)).messages.map(({ Subject }) => Subject);
  afterEach(() => Promise.all(open.splice(0).map((mailbox) => mailbox.stop())));

  it('lists a mail in the shape of Mailpit, the hidden recipient as Bcc', async () => {
    const mailbox = await start();
    expect(await sendMail(mailbox.smtpPort, invoiceMail)).toMatch(/^250 .*kept/);
    const { messages, ...page } = await get<Listing>(mailbox, '/api/v1/messages');
    expect(page).toEqual({ total: 1, unread: 1, count: 1, messages_count: 1, messages_unread: 1, start: 0, tags: [] });
    expect(messages[0]).toEqual({
      ID: expect.stringMatching(/^[a-z0-9]{19}$/) as string,
      MessageID: 'm1@example.com',
      Read: false,
      From: { Name: 'Müller Billing', Address: 'billing@example.com' },
      To: [{ Name: 'Anna', Address: 'anna@example.com' }],
      Cc: [{ Name: '', Address: 'bob@example.com' }],
      Bcc: [{ Name: '', Address: 'archive@example.com' }],
      ReplyTo: [{ Name: '', Address: 'help@example.com' }],
      Subject: 'Invoice 42 is overdue €',
      Created: expect.stringMatching(/^\d{4}-.*Z$/) as string,
      Username: '',
      Tags: [],
      Size: invoiceMail.raw.trimEnd().replace(/\n/g, '\r\n').length + 4,
      Attachments: 1,
      Snippet: 'Please pay. .A line that begins with a dot.',
    });
  });

  it('shows one mail with its parts, headers and raw content, and counts it as read', async () => {
    const mailbox = await start();
    await sendMail(mailbox.smtpPort, invoiceMail);
    const mail = await get<MessageDetail>(mailbox, '/api/v1/message/latest');
    expect(mail).toMatchObject({
      Subject: 'Invoice 42 is overdue €',
      Date: '2026-05-12T07:00:00.000Z',
      ReturnPath: 'billing@example.com',
      Bcc: [{ Address: 'archive@example.com' }],
      ListUnsubscribe: { Links: ['https://example.com/u/1', 'mailto:u@example.com'] },
      Attachments: [{ PartID: '2', FileName: 'invoice.pdf', ContentType: 'application/pdf', Size: pdf.length }],
      Inline: [
        { PartID: '1', FileName: 'logo.png', ContentType: 'image/png', ContentID: 'logo@x', Size: image.length },
      ],
    });
    expect(mail.Text).toContain('\n.A line');
    expect(mail.HTML).toContain('<b>pay</b>');
    expect((await get<Listing>(mailbox, '/api/v1/messages')).unread).toBe(0);

    const base = `/api/v1/message/${mail.ID}`;
    expect(await get(mailbox, `${base}/headers`)).toMatchObject({
      'Message-Id': ['<m1@example.com>'],
      'Mime-Version': ['1.0'],
    });
    expect(await (await fetch(`${mailbox.url}${base}/raw`)).text()).toContain('boundary=mix\r\n');
    const part = await fetch(`${mailbox.url}${base}/part/2`);
    expect(part.headers.get('content-type')).toBe('application/pdf');
    expect(Buffer.from(await part.arrayBuffer())).toEqual(pdf);
  });

  it('shows the HTML of a mail where it can run nothing and fetch nothing', async () => {
    const mailbox = await start();
    await sendMail(mailbox.smtpPort, invoiceMail);
    const { ID } = await get<MessageDetail>(mailbox, '/api/v1/message/latest');
    const view = await fetch(`${mailbox.url}/view/${ID}.html`);
    expect(view.headers.get('content-security-policy')).toMatch(
      /^sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'/,
    );
    expect(await view.text()).toContain(`<img src="data:image/png;base64,${image.toString('base64')}">`);
  });

  it('lists newest first, page by page', async () => {
    const mailbox = await start();
    for (const n of [1, 2, 3, 4]) await sendMail(mailbox.smtpPort, plain(`mail ${n}`));
    expect(await subjects(mailbox, '/api/v1/messages')).toEqual(['mail 4', 'mail 3', 'mail 2', 'mail 1']);
    expect(await subjects(mailbox, '/api/v1/messages?start=1&limit=2')).toEqual(['mail 3', 'mail 2']);
    expect(await subjects(mailbox, '/api/v1/messages?limit=x')).toHaveLength(4);
  });

  it('finds mails', async () => {
    const mailbox = await start();
    await sendMail(mailbox.smtpPort, invoiceMail);
    await sendMail(mailbox.smtpPort, plain('Welcome', 'carl@example.com'));
    const search = (query: string) => subjects(mailbox, `/api/v1/search?query=${encodeURIComponent(query)}`);
    const invoice = ['Invoice 42 is overdue €'];
    for (const query of [
      'to:anna',
      'bcc:archive@',
      'subject:"42 is"',
      'PAY',
      'has:attachment',
      'overdue to:Anna',
      '-to:carl',
      '"please pay"',
    ]) {
      expect(await search(query), query).toEqual(invoice);
    }
    expect(await search('subject:"42 was"')).toEqual([]);
    expect(await search('example.com')).toEqual(['Welcome', ...invoice]);
    expect((await fetch(`${mailbox.url}/api/v1/search?query=`)).status).toBe(400);
  });

  it('deletes the named mails, those found, or all', async () => {
    const mailbox = await start();
    for (const n of [1, 2, 3, 4]) await sendMail(mailbox.smtpPort, plain(`mail ${n}`));
    const remove = async (path: string, body?: string) =>
      expect(
        await (await fetch(mailbox.url + path, { method: 'DELETE', ...(body !== undefined && { body }) })).text(),
      ).toBe('ok');
    const [newest] = (await get<Listing>(mailbox, '/api/v1/messages')).messages;
    await remove('/api/v1/messages', JSON.stringify({ IDs: [newest?.ID] }));
    expect(await subjects(mailbox, '/api/v1/messages')).toEqual(['mail 3', 'mail 2', 'mail 1']);
    await remove('/api/v1/search?query=subject:%22mail%202%22');
    expect(await subjects(mailbox, '/api/v1/messages')).toEqual(['mail 3', 'mail 1']);
    await remove('/api/v1/messages');
    expect((await get<Listing>(mailbox, '/api/v1/messages')).total).toBe(0);
    expect((await fetch(`${mailbox.url}/api/v1/message/${newest?.ID}`)).status).toBe(404);
  });

  it('keeps mails over a restart, byte for byte, and deleted ones stay deleted', async () => {
    const first = await start(root);
    await sendMail(first.smtpPort, plain('to be deleted'));
    await fetch(`${first.url}/api/v1/messages`, { method: 'DELETE' });
    await sendMail(first.smtpPort, invoiceMail);
    await sendMail(first.smtpPort, plain('second'));
    const before = await get<Listing>(first, '/api/v1/messages');
    const digest = async (mailbox: Mailbox, id = '') =>
      createHash('sha256')
        .update(await (await fetch(`${mailbox.url}/api/v1/message/${id}/raw`)).text())
        .digest('hex');
    const raw = await digest(first, before.messages[1]?.ID);
    await Promise.all(open.splice(0).map((mailbox) => mailbox.stop()));

    const second = await start(root);
    expect(await get<Listing>(second, '/api/v1/messages')).toEqual(before);
    expect(await digest(second, before.messages[1]?.ID)).toBe(raw);
    expect(await subjects(second, '/api/v1/search?query=bcc:archive')).toEqual(['Invoice 42 is overdue €']);
    expect(readdirSync(join(root, 'mailbox'))).toHaveLength(4);
  });

  it('accepts any login, and none', async () => {
    const mailbox = await start();
    await sendMail(mailbox.smtpPort, { ...plain('with'), login: { user: 'someone', password: 'anything' } });
    await sendMail(mailbox.smtpPort, plain('without'));
    const { messages } = await get<Listing>(mailbox, '/api/v1/messages');
    expect(messages.map(({ Subject, Username }) => [Subject, Username])).toEqual([
      ['without', ''],
      ['with', 'someone'],
    ]);
  });

  it('refuses a mail above 30 MB and goes on', async () => {
    const mailbox = await start();
    const line = 'x'.repeat(1023) + '\n';
    await expect(
      sendMail(mailbox.smtpPort, { to: ['a@example.com'], raw: `Subject: big\n\n${line.repeat(30 * 1024 + 1)}` }),
    ).rejects.toThrow(/^552 /);
    await sendMail(mailbox.smtpPort, plain('small'));
    expect(await subjects(mailbox, '/api/v1/messages')).toEqual(['small']);
  });

  it('keeps every one of many mails sent at once', async () => {
    const mailbox = await start(join(root, 'many'));
    await Promise.all(Array.from({ length: 200 }, (_, n) => sendMail(mailbox.smtpPort, plain(`mail ${n}`))));
    expect(new Set(await subjects(mailbox, '/api/v1/messages?limit=0')).size).toBe(200);
  });

  it('has a page, and answers health checks', async () => {
    const mailbox = await start();
    const page = await fetch(mailbox.url);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await page.text()).toContain('<title>Mailbox</title>');
    for (const path of ['/livez', '/readyz']) expect((await fetch(mailbox.url + path)).status).toBe(200);
    expect(await get(mailbox, '/api/v1/info')).toMatchObject({ Messages: 0, Unread: 0 });
  });

  it('is closed to a web page that gave its own host name our address', async () => {
    const mailbox = await start();
    const status = await new Promise((resolve, reject) => {
      request(`${mailbox.url}/api/v1/messages`, { headers: { host: 'evil.example:80' } }, (response) =>
        resolve(response.resume().statusCode),
      )
        .once('error', reject)
        .end();
    });
    expect(status).toBe(403);
  });
});
