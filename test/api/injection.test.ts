import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApi, type Api } from './api.js';
import { createLadder, refuses, type Json } from './support.js';

/** What would be more than one mailbox, or more than a mailbox, once it stands in a header or an SMTP command (S-E1). */
const ADDRESSES = [
  'a@x.example, b@x.example',
  'a@x.example;b@x.example',
  'a@x.example\nBcc: b@x.example',
  'a@x.example\r\nRCPT TO:<b@x.example>',
  'group: a@x.example, b@x.example;',
  'Zoë <a@x.example>',
  'a@x.example (comment)',
  '"a b"@x.example',
  '"a@x.example,b"@x.example',
  'a\u202e@x.example',
  'a@[127.0.0.1]',
];
const ACTION = 'send_email_to_customer';

describe('what ends up in mail headers', () => {
  let h: Api;
  let workflow: Json;
  beforeAll(async () => {
    h = await createApi();
    workflow = await createLadder(h, 'ladder', [7]);
  });
  afterAll(() => h.stop());

  const action = (email: Json) =>
    [
      'POST',
      '/v1/workflow-actions',
      { workflow_id: workflow.id as string, type: 'SEND_EMAIL_TO_CUSTOMER', status: 'ACTIVE', [ACTION]: email },
    ] as const;

  it.each(ADDRESSES)('is one mailbox per address: %j', async (email) => {
    await refuses(h, ['PUT', '/v1/customers/cust_evil', { email }], 400, 'INVALID_FIELD', 'email');
    await refuses(h, action({ from: { email } }), 400, 'INVALID_FIELD', `${ACTION}.from.email`);
    await refuses(h, action({ reply_to: { email } }), 400, 'INVALID_FIELD', `${ACTION}.reply_to.email`);
    await refuses(h, action({ cc_recipients: [email] }), 400, 'INVALID_FIELD', `${ACTION}.cc_recipients[0]`);
    await refuses(
      h,
      action({ bcc_recipients: ['a@x.example', email] }),
      400,
      'INVALID_FIELD',
      `${ACTION}.bcc_recipients[1]`,
    );
    await refuses(h, ['PATCH', '/v1/platform', { sender: { email } }], 400, 'INVALID_FIELD', 'sender.email');
  });

  it.each(['a\r\nBcc: evil@x.example', 'a\nb', 'a\rb', 'a\u0001b'])('is one line: %j', async (text) => {
    await refuses(h, action({ subject: text }), 400, 'INVALID_FIELD', `${ACTION}.subject`);
    await refuses(
      h,
      action({ from: { name: text, email: 'a@x.example' } }),
      400,
      'INVALID_FIELD',
      `${ACTION}.from.name`,
    );
    await refuses(
      h,
      action({ reply_to: { name: text, email: 'a@x.example' } }),
      400,
      'INVALID_FIELD',
      `${ACTION}.reply_to.name`,
    );
    const sender = { name: text, email: 'a@x.example' };
    await refuses(h, ['PATCH', '/v1/platform', { sender }], 400, 'INVALID_FIELD', 'sender.name');
    const facts = [
      ['customers', { organization: { legal_name: text } }, 'organization.legal_name'],
      ['customers', { individual: { name: { first_name: text } } }, 'individual.name.first_name'],
      ['customers', { individual: { name: { infix: text } } }, 'individual.name.infix'],
      ['customers', { individual: { name: { last_name: text } } }, 'individual.name.last_name'],
      ['invoices', { invoice_number: text }, 'invoice_number'],
      ['invoices', { purchase_order_number: text }, 'purchase_order_number'],
      ['pricing-plan-subscriptions', { name: text }, 'name'],
      ['wallet-types', { name: text }, 'name'],
      ['wallets', { reference: text }, 'reference'],
    ] as const;
    for (const [kind, body, field] of facts) {
      const { status, body: answer } = await h.call('PUT', `/v1/${kind}/fact_evil`, body);
      expect(status).toBe(400);
      expect(answer.problems).toContainEqual(expect.objectContaining({ code: 'INVALID_FIELD', field }));
    }
  });

  it.each([
    '{% include "/etc/passwd" %}',
    '{% render "package.json" %}',
    '{% layout "x" %}',
    '{{ 1 | shell }}',
    '{% exec %}',
  ])('names no file and no command: %s', async (subject) => {
    await refuses(h, action({ subject }), 400, 'INVALID_FIELD', `${ACTION}.subject`);
  });

  it.each(['{{ __proto__ }}', '{{ constructor }}', '{{ customer.constructor }}', '{{ invoice["__proto__"] }}'])(
    'names none of the program’s insides: %s',
    async (subject) => {
      await refuses(h, action({ subject }), 400, 'INVALID_FIELD', `${ACTION}.subject`);
    },
  );
});
