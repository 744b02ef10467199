/** Reports as mail servers write them, about a mail to ap@acme.example. */
export interface Sample {
  name: string;
  /** What is in it for us: kind, address, status, hard; null = no report. */
  says: string | null;
  lines: string[];
}

const PATH = 'bounces+dlv_00000000000000000000.0123456789abcdef@mail.example';

const report = (from: string, text: string[], perRecipient: string[], more: string[] = []): string[] => [
  'Return-Path: <>',
  `From: ${from}`,
  `To: ${PATH}`,
  'Subject: Undelivered Mail Returned to Sender',
  'Date: Sat, 17 Jan 2026 09:00:00 +0000',
  'Message-ID: <20260117090000.1@mx.acme.example>',
  'Auto-Submitted: auto-replied',
  'MIME-Version: 1.0',
  'Content-Type: multipart/report; report-type=delivery-status; boundary="=_b"',
  '',
  '--=_b',
  'Content-Type: text/plain; charset=us-ascii',
  '',
  ...text,
  '',
  '--=_b',
  'Content-Type: message/delivery-status',
  '',
  ...perRecipient,
  '',
  '--=_b',
  ...(more.length > 0
    ? more
    : [
        'Content-Type: text/rfc822-headers',
        '',
        'From: billing@mail.example',
        'To: ap@acme.example',
        'Subject: Reminder',
      ]),
  '',
  '--=_b--',
];

const plain = (headers: string[], body: string[]): string[] => [
  `To: ${PATH}`,
  'MIME-Version: 1.0',
  'Content-Type: text/plain; charset=utf-8',
  ...headers,
  '',
  ...body,
];

const feedback = (fields: string[], original: string[]): string[] => [
  'From: feedback@isp.example',
  'To: bounces@mail.example',
  'Subject: FW: Reminder',
  'MIME-Version: 1.0',
  'Content-Type: multipart/report; report-type=feedback-report; boundary="=_f"',
  '',
  '--=_f',
  'Content-Type: text/plain',
  '',
  'This is an email abuse report.',
  '--=_f',
  'Content-Type: message/feedback-report',
  '',
  'User-Agent: ISPGateway/1.0',
  'Version: 1',
  ...fields,
  '',
  '--=_f',
  'Content-Type: message/rfc822',
  'Content-Disposition: inline',
  '',
  ...original,
  '--=_f--',
];

const ORIGINAL = [
  `Return-Path: <${PATH}>`,
  'From: billing@mail.example',
  'To: "ACME" <ap@acme.example>',
  'Subject: Reminder',
  '',
  'Hello',
  '',
];

export const SAMPLES: Sample[] = [
  {
    name: 'Postfix, no such user',
    says: 'BOUNCED ap@acme.example 5.1.1 hard',
    lines: report(
      'MAILER-DAEMON@mx.acme.example (Mail Delivery System)',
      [
        'This is the mail system at host mx.acme.example.',
        '',
        '<ap@acme.example>: host mail.acme.example said: 550 5.1.1 User unknown',
      ],
      [
        'Reporting-MTA: dns; mx.acme.example',
        'X-Postfix-Queue-ID: 4dX1y2z3',
        'X-Postfix-Sender: rfc822; bounces@mail.example',
        'Arrival-Date: Sat, 17 Jan 2026 08:59:58 +0000 (UTC)',
        '',
        'Final-Recipient: rfc822; ap@acme.example',
        'Original-Recipient: rfc822;ap@acme.example',
        'Action: failed',
        'Status: 5.1.1',
        'Remote-MTA: dns; mail.acme.example',
        'Diagnostic-Code: smtp; 550 5.1.1 <ap@acme.example>: Recipient address rejected:',
        '    User unknown in virtual mailbox table',
      ],
    ),
  },
  {
    name: 'Postfix, still trying',
    says: 'DEFERRED ap@acme.example 4.4.1',
    lines: report(
      'MAILER-DAEMON@mx.acme.example',
      ['Delivery is delayed.'],
      [
        'Reporting-MTA: dns; mx.acme.example',
        '',
        'Final-Recipient: rfc822; ap@acme.example',
        'Action: delayed',
        'Status: 4.4.1',
        'Diagnostic-Code: X-Postfix; connect to mail.acme.example: Connection timed out',
        'Will-Retry-Until: Thu, 22 Jan 2026 08:59:58 +0000 (UTC)',
      ],
    ),
  },
  {
    name: 'Exim, which tells the status in words only',
    says: 'BOUNCED ap@acme.example 5.1.1 hard',
    lines: report(
      'Mail Delivery System <Mailer-Daemon@exim.acme.example>',
      [
        'This message was created automatically by mail delivery software.',
        '',
        '  ap@acme.example',
        '    Unrouteable address',
      ],
      [
        'Reporting-MTA: dns; exim.acme.example',
        '',
        'Action: failed',
        'Final-Recipient: rfc822;ap@acme.example',
        'Status: 5.0.0',
        'Remote-MTA: dns; mail.acme.example',
        'Diagnostic-Code: smtp; 550-5.1.1 The email account that you tried to reach does not exist.',
      ],
      ['Content-Type: message/rfc822', '', ...ORIGINAL],
    ),
  },
  {
    name: 'Exim, without any status worth the name',
    says: 'BOUNCED ap@acme.example 5.0.0',
    lines: report(
      'Mail Delivery System <Mailer-Daemon@exim.acme.example>',
      ['Message rejected.'],
      [
        'Reporting-MTA: dns; exim.acme.example',
        '',
        'Action: failed',
        'Final-Recipient: rfc822;ap@acme.example',
        'Status: 5.0.0',
      ],
    ),
  },
  {
    name: 'Exchange Online, no such recipient',
    says: 'BOUNCED ap@acme.example 5.1.10 hard',
    lines: report(
      'postmaster@acme.example',
      ['Delivery has failed to these recipients or groups:'],
      [
        'Reporting-MTA: dns;AM0PR01MB0001.eurprd01.prod.acme.example',
        'Received-From-MTA: dns;mail.example',
        'Arrival-Date: Sat, 17 Jan 2026 08:59:58 +0000',
        '',
        'Original-Recipient: rfc822;AP@acme.example',
        'Final-Recipient: rfc822;AP@acme.example',
        'Action: failed',
        'Status: 5.1.10',
        'Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup',
        'X-Display-Name: Accounts payable',
      ],
    ),
  },
  {
    name: 'Exchange, a mailbox that is full',
    says: 'BOUNCED ap@acme.example 5.2.2',
    lines: report(
      'MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@acme.example',
      ['The recipient’s mailbox is full.'],
      [
        'Reporting-MTA: dns;ex.acme.example',
        '',
        'Final-recipient: RFC822; ap@acme.example',
        'Action: failed',
        'Status: 5.2.2',
      ],
    ),
  },
  {
    name: 'a policy',
    says: 'BOUNCED ap@acme.example 5.7.1',
    lines: report(
      'MAILER-DAEMON@mx.acme.example',
      ['Blocked.'],
      [
        'Reporting-MTA: dns;mx',
        '',
        'Final-Recipient: rfc822; ap@acme.example',
        'Action: failed',
        'Status: 5.7.1',
        'Diagnostic-Code: smtp; 550 5.7.1 Blocked, see 5.1.1',
      ],
    ),
  },
  {
    name: 'time that ran out',
    says: 'BOUNCED ap@acme.example 4.4.7',
    lines: report(
      'MAILER-DAEMON@mx.acme.example',
      ['Expired.'],
      ['Reporting-MTA: dns;mx', '', 'Final-Recipient: rfc822; ap@acme.example', 'Action: failed', 'Status: 4.4.7'],
    ),
  },
  {
    name: 'several recipients, of whom one was reached',
    says: 'BOUNCED ap@acme.example 5.1.1 hard, DELIVERED cc@acme.example 2.0.0',
    lines: report(
      'MAILER-DAEMON@mx.acme.example',
      ['Partly.'],
      [
        'Reporting-MTA: dns;mx',
        '',
        'Final-Recipient: rfc822; ap@acme.example',
        'Action: failed',
        'Status: 5.1.1',
        '',
        'Final-Recipient: rfc822; cc@acme.example',
        'Action: delivered',
        'Status: 2.0.0',
      ],
    ),
  },
  {
    name: 'a forwarded mailbox: the address that was written to counts',
    says: 'BOUNCED ap@acme.example 5.1.1 hard',
    lines: report(
      'MAILER-DAEMON@mx.other.example',
      ['Unknown.'],
      [
        'Reporting-MTA: dns;mx.other.example',
        '',
        'Original-Recipient: rfc822;ap@acme.example',
        'Final-Recipient: rfc822;private@other.example',
        'Action: failed',
        'Status: 5.1.1',
      ],
    ),
  },
  {
    name: 'qmail, in plain words',
    says: null,
    lines: plain(
      ['From: MAILER-DAEMON@qmail.acme.example', 'Subject: failure notice'],
      [
        'Hi. This is the qmail-send program at qmail.acme.example.',
        "I'm afraid I wasn't able to deliver your message to the following addresses.",
        '',
        '<ap@acme.example>:',
        'Sorry, no mailbox here by that name. (#5.1.1)',
      ],
    ),
  },
  {
    name: 'a vacation notice',
    says: null,
    lines: plain(
      ['From: ap@acme.example', 'Subject: Out of office', 'Auto-Submitted: auto-replied (vacation)'],
      ['I am away until Monday. Final-Recipient: rfc822; ap@acme.example'],
    ),
  },
  {
    name: 'a receipt (MDN)',
    says: null,
    lines: [
      `To: ${PATH}`,
      'MIME-Version: 1.0',
      'Content-Type: multipart/report; report-type=disposition-notification; boundary="=_m"',
      '',
      '--=_m',
      'Content-Type: text/plain',
      '',
      'Read.',
      '--=_m',
      'Content-Type: message/disposition-notification',
      '',
      'Final-Recipient: rfc822; ap@acme.example',
      'Disposition: manual-action/MDN-sent-manually; displayed',
      '',
      '--=_m--',
    ],
  },
  {
    name: 'a complaint',
    says: 'COMPLAINED ap@acme.example - hard',
    lines: feedback(
      ['Feedback-Type: abuse', 'Original-Rcpt-To: <ap@acme.example>', `Original-Mail-From: <${PATH}>`],
      ORIGINAL,
    ),
  },
  {
    name: 'a complaint with the recipient taken out',
    says: 'COMPLAINED ap@acme.example - hard',
    lines: feedback(['Feedback-Type: abuse', 'Original-Rcpt-To: redacted'], ORIGINAL),
  },
  {
    name: 'a report of no spam',
    says: '',
    lines: feedback(['Feedback-Type: not-spam', 'Original-Rcpt-To: ap@acme.example'], ORIGINAL),
  },
  { name: 'nothing', says: null, lines: [] },
];

/** As it is on the wire; another return path and recipient can be put in. */
export function sampleMail(name: string, { path = PATH, to = 'ap@acme.example' } = {}): Buffer {
  const sample = SAMPLES.find((one) => one.name === name);
  if (!sample) throw new Error(`There is no sample ${name}.`);
  return Buffer.from(sample.lines.join('\r\n').replaceAll(PATH, path).replaceAll('ap@acme.example', to));
}
