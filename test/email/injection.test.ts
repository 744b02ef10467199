import PostalMime, { type Email } from 'postal-mime';
import { describe, expect, it } from 'vitest';
import { createComposer } from '../../email/compose.js';
import { createLiquidRenderer } from '../../email/liquid-renderer.js';
import type { Template } from '../../email/template.js';
import { sampleInvoice, sampleRequest } from './sample-request.js';

const { compose } = createComposer({ mailDomain: 'mail.dunwell.example' });

/** What compose sets, and nothing else: a header more would be somebody else's. */
const HEADERS = [
  'auto-submitted',
  'cc',
  'content-type',
  'date',
  'from',
  'message-id',
  'mime-version',
  'reply-to',
  'subject',
  'to',
  'x-dunwell-delivery',
];

const OTHERS = { cc: ['cc@x.example'], replyTo: { name: null, email: 'help@x.example' } };

async function read(...request: Parameters<typeof sampleRequest>): Promise<Email> {
  const [facts, rest] = request;
  return PostalMime.parse((await compose(sampleRequest(facts, { ...OTHERS, ...rest }))).raw);
}

const keys = ({ headers }: Email): string[] => headers.map(({ key }) => key).sort();

/** The name wherever a name goes: three headers, the subject, both bodies. */
const everywhere = (name: string) => {
  const party = (email: string) => ({ name, email });
  const invoice = { ...sampleInvoice, number: name, purchaseOrderNumber: name };
  return read(
    { customerName: name, sender: party('f@x.example'), invoice },
    { from: party('f@x.example'), to: party('z@x.example'), replyTo: party('r@x.example') },
  );
};

describe('a name', () => {
  it.each([
    'Bcc: evil@x.example',
    'a, evil@x.example',
    'a; b: c',
    'group: a@x.example, b@x.example;',
    '"quoted" <evil@x.example>',
    'a" <evil@x.example>, "b',
    'back\\slash\\',
    '(comment) a',
    '=?utf-8?Q?a=0D=0ABcc:_evil=40x.example?=',
    '=?UTF-8?B?YQ0KQmNjOiBldmlsQHguZXhhbXBsZQ==?=',
    `long ${'ü, '.repeat(200)}`,
    '<script>alert(1)</script><img src=x onerror=alert(1)>',
    '{{ sender.email }}{% include "/etc/passwd" %}',
    '----_NmP-boundary--',
  ])('adds no header, no recipient and no part: %s', async (name) => {
    const parsed = await everywhere(name);
    expect(keys(parsed)).toEqual(HEADERS);
    expect(parsed.from?.address).toBe('f@x.example');
    expect(parsed.to?.map(({ address }) => address)).toEqual(['z@x.example']);
    expect(parsed.cc?.map(({ address }) => address)).toEqual(['cc@x.example']);
    expect(parsed.replyTo?.map(({ address }) => address)).toEqual(['r@x.example']);
    expect(parsed.bcc).toBeUndefined();
    expect(parsed.attachments).toEqual([]);
    expect(parsed.html).not.toMatch(/<script|<img/);
  });

  it.each(['=?utf-8?Q?evil?=', '=?UTF-8?b?ZXZpbA==?= & Co', 'a =?x?q??='])(
    'says what it says and not what it would decode to: %s',
    async (name) => {
      const { to, subject } = await everywhere(name);
      const written = name.replace('=?', '= ?');
      expect(to?.[0]?.name).toBe(written);
      expect(subject).toContain(written);
    },
  );

  it.each([
    ['Acme \u202egro.elpmaxe', 'Acme gro.elpmaxe'],
    ['\u2066a\u2069\u200fb\u061cc\u200ed', 'abcd'],
    ['Ac\u200bm\u00ade\ufeff', 'Acme'],
    ['Acme\u2028Bcc: x\u0085y\tz\u0001', 'Acme Bcc: x y z'],
    ['Acme \u{e0041}\u{e007f}', 'Acme'],
  ])('hides nothing and turns nothing round: %j', async (name, seen) => {
    const parsed = await everywhere(name);
    expect([parsed.from?.name, parsed.to?.[0]?.name, parsed.replyTo?.[0]?.name]).toEqual([seen, seen, seen]);
    expect(parsed.subject).toContain(`invoice ${seen} `);
    expect(parsed.text).toContain(`Dear ${seen},`);
    // eslint-disable-next-line no-control-regex -- what must not be there
    expect(`${parsed.text}${parsed.html}`).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u200b\ufeff\u0001\u0085\u2028]/);
  });

  it('keeps the joiners that scripts and emoji are written with', async () => {
    const name = 'می\u200cخواهم 👩\u200d💻';
    expect((await everywhere(name)).to?.[0]?.name).toBe(name);
  });

  it('of nothing one can see is no name', async () => {
    const parsed = await everywhere('\u200b\u202e ');
    expect(parsed.to).toEqual([{ name: '', address: 'z@x.example' }]);
    expect(parsed.text).toMatch(/^Hello,/);
  });

  it.each([
    '"billing@bank.example" <evil@x.example>',
    'billing@bank.example',
    'Your Bank (service@bank.example)',
    'service＠bank.example',
    'Z@x.example bank@b.example',
  ])('that reads like another’s address is left out: %s', async (name) => {
    const { to, from, replyTo } = await everywhere(name);
    expect([to?.[0]?.name, from?.name, replyTo?.[0]?.name]).toEqual(['', '', '']);
  });

  it.each(['Cafe @ Home', 'Z@x.example', 'Zoë (z@x.example)', '@acme'])(
    'may hold an @, or its own address: %s',
    async (name) => {
      expect((await everywhere(name)).to?.[0]?.name).toBe(name);
    },
  );
});

describe('an address', () => {
  it.each([
    'a@x.example, b@x.example',
    'a@x.example; b@x.example',
    'a@x.example b@x.example',
    'group: a@x.example, b@x.example;',
    'Zoë <a@x.example>',
    '<a@x.example>',
    'a@x.example (comment)',
    '(comment)a@x.example',
    '"a b"@x.example',
    '"a@x.example,b"@x.example',
    'a@x.example>\u2028RCPT TO:<b@x.example',
    'a@x.example@b.example',
    'a@[127.0.0.1]',
    'a\u202e@x.example',
    'a@x\u200b.example?',
  ])('is one mailbox, or nothing is sent: %j', async (email) => {
    const party = { name: null, email };
    const requests = [
      ['to', { to: party }],
      ['from', { from: party }],
      ['replyTo', { replyTo: party }],
      ['cc', { cc: [email] }],
      ['bcc', { bcc: [email] }],
    ] as const;
    for (const [field, rest] of requests) {
      await expect(compose(sampleRequest({}, rest))).rejects.toMatchObject({ code: 'address_invalid', field });
    }
  });

  it.each(['a@x.example\nBcc: b@x.example', 'a@x.example\r\nRCPT TO:<b@x.example>', 'a\0@x.example'])(
    'with a line break is refused as one: %j',
    async (email) => {
      const request = sampleRequest({}, { to: { name: null, email } });
      await expect(compose(request)).rejects.toMatchObject({ code: 'header_forbidden', field: 'to' });
    },
  );
});

describe('a subject of one’s own', () => {
  it.each([
    '{{ __proto__ }}{{ constructor }}{{ constructor.constructor }}',
    '{{ invoice.__proto__ }}{{ invoice.constructor.name }}{{ invoice["constructor"] }}',
    '{{ toString }}{{ customer.name.constructor }}{{ hasOwnProperty }}',
    '{% assign a = "__proto__" %}{{ invoice[a] }}{{ invoice[a].polluted }}',
  ])('reaches no insides: %s', async (subject) => {
    expect((await compose(sampleRequest({}, { subject: `[${subject}]` }))).subject).toBe('[]');
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it.each([
    '{% include "/etc/passwd" %}',
    '{% include "package.json" %}',
    '{% render "../../package.json" %}',
    '{% layout "/etc/passwd" %}',
    '{% assign a = "/etc/passwd" %}{% include a %}',
  ])('reads no file: %s', async (subject) => {
    await expect(compose(sampleRequest({}, { subject }))).rejects.toMatchObject({ code: 'template_failed' });
  });

  it('cannot make a header of a value with a line break', async () => {
    const request = sampleRequest({ customerName: 'x\r\nBcc: evil@x.example' }, { subject: 'For {{ customer.name }}' });
    await expect(compose(request)).rejects.toMatchObject({ code: 'header_forbidden', field: 'subject' });
    const made = sampleRequest({}, { subject: 'a{{ "\r\nBcc: evil@x.example" }}' });
    await expect(compose(made)).rejects.toMatchObject({ code: 'header_forbidden', field: 'subject' });
    const counted = sampleRequest({}, { subject: '{% capture a %}a\nBcc: evil@x.example{% endcapture %}{{ a }}' });
    await expect(compose(counted)).rejects.toMatchObject({ code: 'header_forbidden', field: 'subject' });
  });

  it('that would be 10 MB long makes no mail', async () => {
    const subject = `{% for i in (1..50000) %}${'x'.repeat(200)}{% endfor %}`;
    await expect(compose(sampleRequest({}, { subject }))).rejects.toMatchObject({
      code: 'template_failed',
      message: expect.stringContaining('1000000 characters'),
    });
  });
});

describe('a stored template', () => {
  /** The mail of a customer of that name. */
  const mailed = async (customerName: string, subject = 'Your invoice', to: string | null = null): Promise<Email> => {
    const stored: Template = {
      subject,
      preheader: '{{ customer.name }}',
      html: '<p title="{{ customer.name }}">{{ preheader }}, {{ customer.name }}</p>',
      text: 'Dear {{ customer.name }}',
    };
    const own = createComposer({ mailDomain: 'mail.dunwell.example', readTemplate: () => Promise.resolve(stored) });
    const request = sampleRequest(
      { customerName },
      { ...OTHERS, to: { name: to, email: 'z@x.example' }, templates: [EN] },
    );
    return PostalMime.parse((await own.compose(request)).raw);
  };
  const EN = { locale: 'en', version: 1, isDefault: true };

  it.each(['x\r\nBcc: evil@x.example', 'x\nBcc: evil@x.example', 'x\r\n\r\n<b>'])(
    'makes neither header nor part of a name with a line break: %j',
    async (name) => {
      const mail = await mailed(name);
      expect(keys(mail)).toEqual(HEADERS);
      expect([mail.to?.map(({ address }) => address), mail.bcc, mail.attachments]).toEqual([
        ['z@x.example'],
        undefined,
        [],
      ]);
      const forbidden = (field: string) => ({ code: 'header_forbidden', field });
      await expect(mailed(name, 'For {{ customer.name }}')).rejects.toMatchObject(forbidden('subject'));
      await expect(mailed(name, 'For you', name)).rejects.toMatchObject(forbidden('to.name'));
    },
  );

  it('shows tags in a name as text', async () => {
    const { html } = await mailed('<script>alert(1)</script>"\'><img src=x>');
    const shown = '&lt;script&gt;alert(1)&lt;/script&gt;&#34;&#39;&gt;&lt;img src=x&gt;';
    expect(html?.trim()).toBe(`<p title="${shown}">${shown}, ${shown}</p>`);
  });
});

describe('a template', () => {
  const render = createLiquidRenderer();
  const parts = ['subject', 'preheader', 'html', 'text'] as const;
  const sources: Template = { subject: 's', preheader: 'p', html: 'h', text: 't' };

  it.each(parts)('writes at most a million characters, whatever it loops over: %s', (part) => {
    const big = `{% for i in (1..11000) %}${'x'.repeat(1000)}{% endfor %}`;
    expect(() => render({ ...sources, [part]: big }, {}, 'en')).toThrow(
      expect.objectContaining({ code: 'template_failed', message: expect.stringContaining('1000000 characters') }),
    );
    const fits = `{% for i in (1..900) %}${'x'.repeat(1000)}{% endfor %}`;
    expect(render({ ...sources, [part]: fits }, {}, 'en')[part].length).toBeGreaterThan(899_000);
  });

  it.each(parts)('reads no file: %s', (part) => {
    for (const tag of ['include "/etc/hostname"', 'render "package.json"', 'layout "package.json"']) {
      expect(() => render({ ...sources, [part]: `{% ${tag} %}` }, {}, 'en')).toThrow(
        expect.objectContaining({ code: 'template_failed' }),
      );
    }
  });
});

describe('a link to pay', () => {
  const button = async (payUrl: string): Promise<string | null> => {
    const { html = '', text = '' } = await read({ invoice: { ...sampleInvoice, payUrl } });
    const href = /href="([^"]*)"/.exec(html)?.[1] ?? null;
    expect(text.includes('View and pay invoice:')).toBe(href !== null);
    return href;
  };

  it.each([
    'javascript:alert(1)',
    ' javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'java\nscript:alert(1)',
    'java\tscript:alert(1)',
    '\u0001javascript:alert(1)',
    'javascript&colon;alert(1)',
    '&#106;avascript:alert(1)',
    'javascript://x.example/%0aalert(1)',
    'data:text/html,<script>alert(1)</script>',
    ' data:text/html;base64,PHNjcmlwdD4=',
    'vbscript:msgbox(1)',
    'file:///etc/passwd',
    'blob:https://x.example/1',
    'ftp://x.example/1',
    'https:',
    '//x.example/1',
    'x.example/1',
    'https://bank.example@x.example/1',
    'https://bank.example:pay@x.example/1',
    'http://[x',
  ])('is left out when it could run or pretend something: %j', async (payUrl) => {
    expect(await button(payUrl)).toBeNull();
  });

  it.each([
    [
      'https://x.example/?a="><script>alert(1)</script>',
      'https://x.example/?a=%22%3E%3Cscript%3Ealert(1)%3C/script%3E',
    ],
    ["https://x.example/'onmouseover='alert(1)", 'https://x.example/&#39;onmouseover=&#39;alert(1)'],
    ['https://x.example/a\r\nb\u202ec', 'https://x.example/ab%E2%80%AEc'],
    ['https://аррӏе.example/1', 'https://xn--80ak6aa92e.example/1'],
    [' https://x.example/{{ sender.email }} ', 'https://x.example/%7B%7B%20sender.email%20%7D%7D'],
  ])('is an address and nothing more: %j', async (payUrl, href) => {
    expect(await button(payUrl)).toBe(href);
  });
});
