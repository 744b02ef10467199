import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createPreview } from '../../cli/preview.js';
import { overdueLadder } from '../support/scenario.js';
import { startTestIssuer, type TestIssuer } from '../support/token-issuer.js';
import { createApi, type Api } from './api.js';
import { created, createLadder, expectRefusal, openInvoice, put, refuses, stored, type Json } from './support.js';

const SPAN = { from: '2026-01-01T00:00:00Z', to: '2026-06-01T00:00:00Z' };
const workflow = { name: 'L', status: 'ACTIVE', ...overdueLadder('inline', [7, 15, 30]) };
const customer = { email: 'ap@acme.example', timezone: 'Europe/Amsterdam', locale: 'en-GB' };
const invoice = { customer_id: 'cust_1', status: 'FINAL', due_date: '2026-01-10T00:00:00Z', invoice_number: '42' };
const inline = { workflow, customer, invoice, ...SPAN };

describe('POST /v1/simulations (S-R5)', () => {
  let issuer: TestIssuer;
  let h: Api;
  let before: Json;
  beforeAll(async () => {
    issuer = await startTestIssuer();
    const preview = createPreview({ name: 'Test', email: 'billing@test.example' });
    h = await createApi('TEST', { tokenIssuer: issuer, preview });
    await h.call('PATCH', '/v1/platform', { due_dates: 'DATE' });
    await put(h, 'customers/cust_1', { email: 'ap@acme.example', timezone: 'UTC' });
    const ladder = await createLadder(h, 'ladder');
    const action = { workflow_id: ladder.id as string, type: 'SEND_EMAIL_TO_CUSTOMER', status: 'ACTIVE' };
    await created(h, '/v1/workflow-actions', action);
    await put(h, 'invoices/inv_1', openInvoice('cust_1', { due_date: '2990-01-10T00:00:00Z' }));
    await createLadder(h, 'bare');
    await createLadder(h, 'draft', [7], { status: 'DRAFT' });
  });
  beforeEach(async () => {
    before = await stored(h);
  });
  afterAll(async () => {
    await h.stop();
    await issuer.stop();
  });

  const simulate = async (body: Json): Promise<Json> => {
    const answer = await h.call('POST', '/v1/simulations', body);
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    expect(await stored(h), 'a simulation stores nothing').toEqual(before);
    for (const line of (answer.body.text as string).split('\n')) expect(line.length, line).toBeLessThanOrEqual(100);
    return answer.body;
  };
  const locals = ({ mails }: Json): string[] =>
    (mails as Json[]).map(({ step, local }) => `${String(step)} ${String(local)}`);

  it('plays a told workflow for told facts, at local times with their reasons', async () => {
    const played = await simulate(inline);
    expect(locals(played)).toEqual(['7-DAY 17 Jan 2026 00:00', '15-DAY 25 Jan 2026 00:00', '30-DAY 9 Feb 2026 00:00']);
    expect(played).toMatchObject({ object_type: 'SIMULATION', matched: true, end: { status: 'COMPLETED' } });
    expect(played.mails[0]).toMatchObject({
      at: '2026-01-16T23:00:00.000Z',
      timezone: 'Europe/Amsterdam',
      why: '7 days after 10 Jan 2026 00:00 Europe/Amsterdam.',
      to: 'ap@acme.example',
      subject: null,
    });
  });

  it('follows facts that change on the way', async () => {
    const changes = [{ at: '2026-01-19T10:00:00Z', invoice: { paid: true } }];
    const played = await simulate({ ...inline, changes });
    expect(locals(played)).toEqual(['7-DAY 17 Jan 2026 00:00']);
    expect(played.skipped).toMatchObject([
      { step: '15-DAY', reason: 'paid', text: 'The invoice is paid.' },
      { step: '30-DAY', reason: 'paid' },
    ]);
    expect(played.end).toMatchObject({ status: 'STOPPED', stop_reason: 'paid' });
  });

  it('renders each mail as it would be at its moment', async () => {
    const played = await simulate({ ...inline, render: true });
    const texts = (played.mails as Json[]).map(({ subject, text, html, problem }) => {
      expect(problem).toBeNull();
      expect(html).toContain('<');
      return `${String(subject)} ${String(text)}`;
    });
    expect(texts.map((text) => /\b(\d+) days\b/.exec(text)?.[1])).toEqual(['7', '15', '30']);
    expect(texts[0]).toContain('42');
  });

  it('uses the actions of a stored workflow: with none, the run is blocked and told so', async () => {
    const asked = { invoice_id: 'inv_1', from: '2990-01-01T00:00:00Z', to: '2990-01-18T00:00:00Z' };
    expect(locals(await simulate({ ...asked, workflow_id: 'ladder' }))).toEqual(['7-DAY 17 Jan 2990 00:00']);
    const blocked = await simulate({ ...asked, workflow_id: 'bare' });
    expect(blocked).toMatchObject({ mails: [], end: { status: 'BLOCKED', reason: 'no_action' } });
    expect(blocked.text).toContain('The workflow has no active action.');
    const actions = [
      { type: 'SEND_EMAIL_TO_CUSTOMER', status: 'ACTIVE', send_email_to_customer: { subject: 'Hello' } },
    ];
    const tried = await simulate({ ...asked, workflow_id: 'bare', actions, render: true });
    expect(tried.mails).toMatchObject([{ subject: 'Hello' }]);
  });

  it('says that a workflow is no more than simulated as ACTIVE, and that a run is there already', async () => {
    const asked = { invoice_id: 'inv_1', from: '2990-01-01T00:00:00Z' };
    const draft = await simulate({ ...asked, workflow_id: 'draft' });
    expect(draft.notes).toEqual(['The workflow is DRAFT; it is simulated as if it were ACTIVE.']);
    const ladder = await simulate({ ...asked, workflow_id: 'ladder' });
    expect(ladder.notes).toEqual([expect.stringMatching(/^There is a run already \(run_/)]);
  });

  it('says why nothing would happen', async () => {
    const played = await simulate({ ...inline, invoice: { ...invoice, status: 'DRAFT' } });
    expect(played).toMatchObject({
      matched: false,
      not_matched_because: { code: 'not_eligible', text: expect.stringContaining('DRAFT') },
      mails: [],
    });
    expect(played.text).toContain('No run begins.');
  });

  it('plays all kinds of resources', async () => {
    const trial = { name: 'T', type: 'PRICING_PLAN_SUBSCRIPTION', reference: 't', status: 'ACTIVE' };
    const reminder_periods = [{ type: 'DAY', value: 3 }];
    const ends = await simulate({
      workflow: { ...trial, pricing_plan_subscription: { variant: 'FREE_TRIAL_REMINDER', reminder_periods } },
      customer,
      pricing_plan_subscription: { customer_id: 'cust_1' },
      pricing_plan_schedule: { pricing_plan_subscription_id: 'ppsu_1', type: 'TRIAL', end_at: '2026-02-01T00:00:00Z' },
      ...SPAN,
    });
    expect(locals(ends)).toEqual(['3-DAY 29 Jan 2026 00:00']);
    const failed = await simulate({
      workflow: {
        name: 'P',
        type: 'PAYMENT',
        reference: 'p',
        status: 'ACTIVE',
        payment: { variant: 'FAILED_PAYMENT' },
      },
      customer,
      invoice,
      payment: { customer_id: 'cust_1', invoice_id: 'inv_9', result: 'REFUSED' },
      ...SPAN,
    });
    expect(locals(failed)).toEqual(['anchor 1 Jan 2026 01:00']);
    const balance = (quantity: string): Json => ({ amount: { quantity, currency: 'EUR' } });
    const wallet_balance = { comparator: 'LESS_THAN', threshold: balance('10') };
    const low = await simulate({
      workflow: {
        name: 'W',
        type: 'WALLET',
        reference: 'w',
        status: 'ACTIVE',
        wallet: { variant: 'WALLET_BALANCE', wallet_balance },
      },
      customer,
      wallet: { customer_id: 'cust_1', open_balance: balance('50') },
      changes: [{ at: '2026-01-05T08:00:00Z', wallet: { open_balance: balance('5') } }],
      ...SPAN,
    });
    expect(locals(low)).toEqual(['anchor 5 Jan 2026 09:00']);
  });

  it.each<[string, Json, string, string | null]>([
    ['no workflow', { ...inline, workflow: null }, 'MISSING_FIELD', 'workflow_id'],
    ['two workflows', { ...inline, workflow_id: 'ladder' }, 'INVALID_FIELD', 'workflow'],
    [
      'an incomplete workflow',
      { ...inline, workflow: { ...workflow, invoice: null } },
      'MISSING_FIELD',
      'workflow.invoice',
    ],
    ['no resource', { ...inline, invoice: null }, 'MISSING_FIELD', 'invoice_id'],
    ['another kind of resource', { ...inline, wallet_id: 'w' }, 'INVALID_FIELD', 'wallet_id'],
    ['two resources', { ...inline, invoice_id: 'inv_1' }, 'INVALID_FIELD', 'invoice'],
    [
      'nobody to write to',
      { ...inline, customer: null, invoice: { ...invoice, customer_id: 'c' } },
      'MISSING_FIELD',
      'customer',
    ],
    ['an end before the beginning', { ...inline, to: '2025-01-01T00:00:00Z' }, 'INVALID_FIELD', 'to'],
    ['more than ten years', { ...inline, to: '2037-01-01T00:00:00Z' }, 'INVALID_FIELD', 'to'],
    ['another period', { ...inline, period: { type: 'DAY', value: 8 } }, 'INVALID_FIELD', 'period'],
    ['a change outside', { ...inline, changes: [{ at: '2025-01-01T00:00:00Z' }] }, 'INVALID_FIELD', 'changes[0].at'],
    [
      'a change that is no fact',
      { ...inline, changes: [{ at: SPAN.from, invoice: { status: 'X' } }] },
      'INVALID_FIELD',
      'changes[0].invoice.status',
    ],
    [
      'a change of what is not there',
      { ...inline, changes: [{ at: SPAN.from, wallet: {} }] },
      'INVALID_FIELD',
      'changes[0].wallet',
    ],
    [
      'an action that does not fit',
      {
        ...inline,
        actions: [{ type: 'SEND_EMAIL_TO_CUSTOMER', status: 'ACTIVE', steps: [{ type: 'DAY', value: 9 }] }],
      },
      'INVALID_FIELD',
      'actions[0].steps[0]',
    ],
  ])('refuses %s, naming the field', async (_, body, code, field) => {
    await refuses(h, ['POST', '/v1/simulations', body], 400, code, field);
  });

  it('knows no stored resource that is not there', async () => {
    const asked = { workflow_id: 'ladder', invoice_id: 'inv_x' };
    expectRefusal(await h.call('POST', '/v1/simulations', asked), 404, 'RESOURCE_NOT_FOUND', 'invoice_id');
    const workflowless = { ...asked, workflow_id: 'x' };
    expectRefusal(await h.call('POST', '/v1/simulations', workflowless), 404, 'RESOURCE_NOT_FOUND', 'workflow_id');
  });

  it('shows stored facts only to whoever may see them', async () => {
    const token = await issuer.sign({
      platform_ids: [h.platformId],
      permissions: ['WORKFLOW_RUN.VIEW', 'WORKFLOW.VIEW'],
    });
    const bearer = { authorization: `Bearer ${token}`, 'x-api-key': '' };
    const ask = (body: Json) => h.call('POST', '/v1/simulations', body, bearer);
    expect((await ask(inline)).status).toBe(200);
    const byId = await ask({ workflow_id: 'ladder', invoice_id: 'inv_1' });
    expectRefusal(byId, 403, 'USER_NOT_ALLOWED');
    expect(byId.body.message).toContain('INVOICE.VIEW');
    expectRefusal(await ask({ ...inline, customer: null }), 403, 'USER_NOT_ALLOWED');
  });

  it('renders nothing where no mail can be made', async () => {
    const bare = await createApi();
    const answer = await bare.call('POST', '/v1/simulations', { ...inline, render: true });
    expectRefusal(answer, 400, 'INVALID_OPERATION', 'render');
    await bare.stop();
  });
});
