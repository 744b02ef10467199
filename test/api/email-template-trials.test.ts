import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApiKey } from '../../store/api-keys.js';
import { createPlatform } from '../../store/platforms.js';
import { callWith, type Call } from '../support/call.js';
import { createHarness, type Harness } from '../support/harness.js';
import { createWorkflow, onlyRun, overdueLadder, put } from '../support/scenario.js';
import { expectRefusal, type Json } from './support.js';

const PATH = '/v1/email-templates';
const plain = {
  locale: 'en',
  subject: 'About {{ invoice.number }}',
  html: '<p>{{ customer.name }}, {{ invoice.paid }}</p>',
};

describe('trying a template (S-E2)', { timeout: 60_000 }, () => {
  let h: Harness;
  beforeAll(async () => {
    h = await createHarness({ worker: false });
    await put(h, 'email-templates/dunning', plain);
    await put(h, 'email-templates/dunning', { ...plain, locale: 'nl', subject: 'Over {{ invoice.number }}' });
    await put(h, 'customers/cust_1', {
      email: 'ap@acme.example',
      organization: { legal_name: '<b>ACME</b>' },
      locale: 'nl-BE',
    });
    await createWorkflow(h, overdueLadder('overdue', [7]));
    await put(h, 'invoices/inv_1', {
      customer_id: 'cust_1',
      status: 'FINAL',
      due_date: '2990-01-10T00:00:00Z',
      invoice_number: '42',
    });
  });
  afterAll(() => h.stop());

  const preview = async (body?: Json, name = 'dunning'): Promise<Json> => {
    const answer = await h.call('POST', `${PATH}/${name}/preview`, body);
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    return answer.body as Json;
  };

  it('shows example facts, and names what had no value', async () => {
    expect(await preview()).toEqual({
      object_type: 'EMAIL_TEMPLATE_PREVIEW',
      subject: 'About 2026-0042',
      html: '<p>Zoë van Dijk, €400.00</p>',
      text: 'Zoë van Dijk, €400.00\n',
      locale: 'en',
      version: 1,
      missing: [],
      problem: null,
    });
    const other = await preview({ variant: 'WALLET_BALANCE', locale: 'nl-NL' });
    expect(other).toMatchObject({ subject: 'Over', locale: 'nl', missing: ['invoice.number', 'invoice.paid'] });
    expect(await preview({ locale: 'fr' }, 'overdue')).toMatchObject({ locale: 'fr', version: null, missing: [] });
  });

  it('shows the facts of a run or an invoice in its customer’s language, escaped', async () => {
    const shown = {
      subject: 'Over 42',
      html: '<p>&lt;b&gt;ACME&lt;/b&gt;, </p>',
      locale: 'nl',
      missing: ['invoice.paid'],
    };
    const { id } = await onlyRun(h);
    expect(await preview({ run_id: id })).toMatchObject(shown);
    expect(await preview({ invoice_id: 'inv_1' })).toMatchObject(shown);
    expect(await preview({ invoice_id: 'inv_1', locale: 'en' })).toMatchObject({ subject: 'About 42' });
    for (const [field, status] of Object.entries({ run_id: 404, invoice_id: 404, wallet_id: 404, payment_id: 404 })) {
      const answer = await h.call('POST', `${PATH}/dunning/preview`, { [field]: 'nope' });
      expectRefusal(answer, status, 'RESOURCE_NOT_FOUND', field);
    }
    const two = await h.call('POST', `${PATH}/dunning/preview`, { invoice_id: 'inv_1', run_id: id });
    expectRefusal(two, 400, 'INVALID_FIELD', 'run_id');
  });

  it('shows a draft, checked as if it were to be stored, and stores nothing', async () => {
    const draft = {
      subject: 'New {{ invoice.number }}',
      html: '<p>{{ invoice.paid }}</p>',
      required: ['invoice.paid'],
    };
    expect(await preview({ draft, invoice_id: 'inv_1' }, 'brand_new')).toMatchObject({
      subject: 'New 42',
      version: null,
      missing: ['invoice.paid'],
      problem: 'The template needs invoice.paid, and there is no value.',
    });
    expect((await h.call('GET', `${PATH}/brand_new`)).status).toBe(404);
    const wrong = await h.call('POST', `${PATH}/dunning/preview`, { draft: { ...draft, html: '{{ zap }}' } });
    expectRefusal(wrong, 400, 'INVALID_FIELD', 'html');
    expectRefusal(await h.call('POST', `${PATH}/brand_new/preview`), 404, 'RESOURCE_NOT_FOUND');
    expectRefusal(await h.call('POST', `${PATH}/_layout/preview`), 400, 'INVALID_OPERATION');
  });

  it('asks for the right to see what it shows', async () => {
    const reader = { 'x-api-key': await createApiKey(h.db, [h.platformId], 'reader', 'READ_ONLY') };
    expect((await h.call('POST', `${PATH}/dunning/preview`, {}, reader)).status).toBe(200);
    expectRefusal(await h.call('POST', `${PATH}/dunning/test-send`, {}, reader), 403, 'USER_NOT_ALLOWED');
  });

  it('renders a draft only for whoever may store one', async () => {
    const reader = { 'x-api-key': await createApiKey(h.db, [h.platformId], 'reader', 'READ_ONLY') };
    const answer = await h.call('POST', `${PATH}/dunning/preview`, { draft: { html: '{{ zap }}' } }, reader);
    expectRefusal(answer, 403, 'USER_NOT_ALLOWED');
    expect(answer.body).toMatchObject({ message: 'This needs the permission EMAIL_TEMPLATE.UPDATE.' });
  });

  it('sends one mail, marked as a test, and writes no delivery', async () => {
    const answer = await h.call('POST', `${PATH}/dunning/test-send`, { to: 'me@acme.example', locale: 'nl' });
    expect(answer.body).toEqual({
      object_type: 'EMAIL_TEMPLATE_TEST',
      sent: true,
      to: 'me@acme.example',
      subject: '[Test] Over 2026-0042',
      message: expect.stringMatching(/^250 /),
    });
    const [mail, second] = await h.mails();
    expect([mail?.Subject, mail?.To[0]?.Address, second]).toEqual([
      '[Test] Over 2026-0042',
      'me@acme.example',
      undefined,
    ]);
    expect(await h.db.rows('SELECT FROM deliveries')).toEqual([]);
  });

  describe('on a LIVE platform', () => {
    let live: Call;
    beforeAll(async () => {
      const { id } = await createPlatform(h.db, 'Live', 'LIVE');
      live = callWith(h.app, await createApiKey(h.db, [id], 'live'));
    });

    it('mails the platform’s sender and its allow list, and nobody else', async () => {
      const send = (body: Json) => live('POST', `${PATH}/overdue/test-send`, body);
      expectRefusal(await send({}), 400, 'MISSING_FIELD', 'to');
      expectRefusal(await send({ to: 'victim@other.example' }), 400, 'INVALID_FIELD', 'to');
      await live('PATCH', '/v1/platform', {
        sender: { email: 'billing@acme.example' },
        allow_list: ['qa@acme.example'],
      });
      expect((await send({})).body).toMatchObject({ sent: true, to: 'billing@acme.example' });
      expect((await send({ to: 'QA@acme.example' })).body).toMatchObject({ sent: true });
      expectRefusal(await send({ to: 'victim@other.example' }), 400, 'INVALID_FIELD', 'to');
      expectRefusal(await send({ integration_id: 'int_nope' }), 404, 'RESOURCE_NOT_FOUND', 'integration_id');
    });
  });
});
