import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApi, type Api } from './api.js';
import { created, createLadder, refuses, stored, type Json } from './support.js';

const DAY = (value: number): Json => ({ type: 'DAY', value });

describe('workflow actions', () => {
  let h: Api;
  let count = 0;
  beforeAll(async () => {
    h = await createApi();
  });
  afterAll(() => h.stop());

  const ladder = (more: Json = {}): Promise<Json> =>
    createLadder(h, `ladder-${String((count += 1))}`, [7, 15, 30], more);
  const minimal = (workflow: Json, more: Json = {}): Json => ({
    workflow_id: workflow.id as string,
    type: 'SEND_EMAIL_TO_CUSTOMER',
    status: 'ACTIVE',
    ...more,
  });
  const email = (workflow: Json, block: unknown): Json => minimal(workflow, { send_email_to_customer: block });
  const path = (action: Json): string => `/v1/workflow-actions/${action.id as string}`;

  it('needs only its workflow, type and status (S-W11)', async () => {
    const workflow = await ladder();
    const row = await created(h, '/v1/workflow-actions', minimal(workflow));
    expect(row).toMatchObject({ ...minimal(workflow), object_type: 'WORKFLOW_ACTION', description: null, steps: null });
    expect(row.id).toMatch(/^wact_[A-Za-z0-9]{20}$/);
    expect((await h.call('GET', path(row))).body).toEqual(row);
    expect((await h.call('GET', '/v1/workflow-actions')).body).toContainEqual(row);
  });

  it('belongs to a workflow that is named by its reference too', async () => {
    const workflow = await ladder();
    const row = await created(h, '/v1/workflow-actions', { ...minimal(workflow), workflow_id: workflow.reference });
    expect(row.workflow_id).toBe(workflow.id);
  });

  it('takes everything of the contract, and leaves out what was null', async () => {
    const block = {
      subject: 'Zahlungserinnerung – Rechnung 5 € 💸',
      from: { name: 'Accounts', email: 'ar@acme.example' },
      reply_to: { email: 'help@acme.example' },
      cc_recipients: ['a@x.example', 'b@x.example'],
      bcc_recipients: [],
      variant: 'INVOICE',
      invoice: {
        type: 'OVERDUE',
        include_pdf: true,
        include_payment_link: false,
        include_customer_contacts_as_cc: true,
      },
    };
    const workflow = await ladder();
    const nulls = { payment: null, pricing_plan_subscription: null, template_name: null, integration_id: null };
    const row = await created(h, '/v1/workflow-actions', email(workflow, { ...block, ...nulls }));
    expect(row.send_email_to_customer).toEqual(block);
  });

  it.each([
    { subject: 'Only this' },
    { cc_recipients: ['a@x.example'] },
    { from: { email: 'a@x.example' } },
    { invoice: { include_pdf: true } },
    { variant: 'INVOICE' },
    {},
  ])('takes any field alone: %j (S-D8)', async (block) => {
    expect((await created(h, '/v1/workflow-actions', email(await ladder(), block))).send_email_to_customer).toEqual(
      block,
    );
  });

  const AT = 'send_email_to_customer';
  it.each<[string, unknown, string]>([
    ['a subject that is no Liquid', { subject: 'Pay {{ invoice.number' }, `${AT}.subject`],
    ['a filter there is not', { subject: '{{ invoice.number | bogus }}' }, `${AT}.subject`],
    ['a line break in the subject', { subject: 'Hi\r\nBcc: x@y.example' }, `${AT}.subject`],
    ['a line break in the sender’s name', { from: { name: 'A\nB', email: 'a@x.example' } }, `${AT}.from.name`],
    ['a line break in an address', { from: { email: 'a@x.example\r\nBcc: x@y.example' } }, `${AT}.from.email`],
    ['two addresses in one', { reply_to: { email: 'a@x.example,b@x.example' } }, `${AT}.reply_to.email`],
    ['a name in an address', { cc_recipients: ['ok@x.example', 'A <a@x.example>'] }, `${AT}.cc_recipients[1]`],
    ['no address', { bcc_recipients: ['nobody'] }, `${AT}.bcc_recipients[0]`],
    ['51 copies', { cc_recipients: Array<string>(51).fill('a@x.example') }, `${AT}.cc_recipients`],
    ['a variant of another type', { variant: 'PAYMENT' }, `${AT}.variant`],
    ['a block of another type', { payment: {} }, `${AT}.payment`],
    ['another invoice variant', { invoice: { type: 'TO_FINAL' } }, `${AT}.invoice.type`],
    ['an unknown template', { template_name: 'no-such-template' }, `${AT}.template_name`],
    ['an unknown integration', { integration_id: 'int_unknown' }, `${AT}.integration_id`],
    ['a switch that is no boolean', { invoice: { include_pdf: 'yes' } }, `${AT}.invoice.include_pdf`],
    ['a block that is a list', [], AT],
  ])('refuses %s and stores nothing', async (_what, block, field) =>
    refuses(h, ['POST', '/v1/workflow-actions', email(await ladder(), block)], 400, 'INVALID_FIELD', field),
  );

  it('names every problem of the block at once', async () => {
    const block = { variant: 'PAYMENT', payment: {}, invoice: { type: 'TO_FINAL' } };
    const answer = await h.call('POST', '/v1/workflow-actions', email(await ladder(), block));
    expect(answer.body.problems.map((problem: Json) => problem.field)).toEqual([
      `${AT}.variant`,
      `${AT}.payment`,
      `${AT}.invoice.type`,
    ]);
  });

  it('attaches a PDF only where the contract allows it', async () => {
    const upcoming = { variant: 'UPCOMING_PAYMENT_REMINDER', upcoming_payment: { periods: [DAY(3)] } };
    const workflow = await ladder({ invoice: upcoming });
    for (const field of ['include_pdf', 'include_payment_link']) {
      const action = email(workflow, { invoice: { [field]: true } });
      await refuses(h, ['POST', '/v1/workflow-actions', action], 400, 'INVALID_FIELD', `${AT}.invoice.${field}`);
    }
  });

  it.each<[string, Json, number, string, string]>([
    ['no workflow', { workflow_id: null }, 400, 'MISSING_FIELD', 'workflow_id'],
    ['an unknown workflow', { workflow_id: 'wkfl_unknown' }, 404, 'RESOURCE_NOT_FOUND', 'workflow_id'],
    ['no type', { type: undefined }, 400, 'MISSING_FIELD', 'type'],
    ['another type', { type: 'CALL_WEBHOOK' }, 400, 'INVALID_FIELD', 'type'],
    ['no status', { status: null }, 400, 'MISSING_FIELD', 'status'],
    ['ARCHIVED', { status: 'ARCHIVED' }, 400, 'INVALID_FIELD', 'status'],
    ['a step the workflow lacks', { steps: [DAY(7), DAY(8)] }, 400, 'INVALID_FIELD', 'steps[1]'],
    ['an empty list of steps', { steps: [] }, 400, 'INVALID_FIELD', 'steps'],
  ])('refuses %s', async (_what, more, status, code, field) =>
    refuses(h, ['POST', '/v1/workflow-actions', minimal(await ladder(), more)], status, code, field),
  );

  it('keeps at most ten that are not archived, however many come at once (S-D1)', async () => {
    const workflow = await ladder();
    const create = () => h.call('POST', '/v1/workflow-actions', minimal(workflow));
    const answers = await Promise.all(Array.from({ length: 15 }, create));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(10);
    await refuses(h, ['POST', '/v1/workflow-actions', minimal(workflow)], 400, 'INVALID_OPERATION');
    await h.call('DELETE', path(answers.find(({ status }) => status === 201)?.body ?? {}));
    expect((await create()).status).toBe(201);
  });

  it('cannot be added to an archived workflow', async () => {
    const workflow = await ladder();
    await h.call('POST', `/v1/workflows/${workflow.id as string}/archive`);
    await refuses(h, ['POST', '/v1/workflow-actions', minimal(workflow)], 400, 'INVALID_OPERATION', 'workflow_id');
  });

  it('of an archived workflow is changed no more', async () => {
    const workflow = await ladder();
    const row = await created(h, '/v1/workflow-actions', minimal(workflow));
    await h.call('POST', `/v1/workflows/${workflow.id as string}/archive`);
    await refuses(h, ['PATCH', path(row), { description: 'x' }], 400, 'INVALID_OPERATION', 'workflow_id');
  });

  it('can be told off an archived workflow all the same', async () => {
    const workflow = await ladder();
    const row = await created(h, '/v1/workflow-actions', minimal(workflow));
    await h.call('POST', `/v1/workflows/${workflow.id as string}/archive`);
    expect((await h.call('DELETE', path(row))).body.status).toBe('ARCHIVED');
  });

  describe('PATCH', () => {
    it('changes one field and leaves the others', async () => {
      const block = { subject: 'Old', from: { name: 'A', email: 'a@x.example' } };
      const row = await created(h, '/v1/workflow-actions', email(await ladder(), block));
      const renamed = await h.call('PATCH', path(row), { send_email_to_customer: { from: { name: 'B' } } });
      expect([renamed.status, renamed.body.send_email_to_customer]).toEqual([
        200,
        { subject: 'Old', from: { name: 'B', email: 'a@x.example' } },
      ]);
      const cleared = await h.call('PATCH', path(row), { send_email_to_customer: { subject: null } });
      expect(cleared.body.send_email_to_customer).not.toHaveProperty('subject');
      expect((await h.call('PATCH', path(row), { send_email_to_customer: null })).body).not.toHaveProperty(AT);
    });

    it('names unknown fields', async () => {
      const row = await created(h, '/v1/workflow-actions', minimal(await ladder()));
      const change = { retries: 3, send_email_to_customer: { subject: 'x', colour: 'red' } };
      const answer = await h.call('PATCH', path(row), change);
      expect([answer.status, answer.headers['dunwell-ignored-fields']]).toEqual([
        200,
        'retries, send_email_to_customer.colour',
      ]);
    });

    it('does nothing when nothing changes', async () => {
      const row = await created(h, '/v1/workflow-actions', minimal(await ladder()));
      const before = await stored(h);
      expect((await h.call('PATCH', path(row), { status: 'ACTIVE' })).body).toEqual(row);
      expect(await stored(h)).toEqual(before);
    });

    it('stays with its workflow', async () => {
      const row = await created(h, '/v1/workflow-actions', minimal(await ladder()));
      const other = await ladder();
      await refuses(h, ['PATCH', path(row), { workflow_id: other.id }], 400, 'INVALID_FIELD', 'workflow_id');
    });

    it('is checked like a create', async () => {
      const row = await created(h, '/v1/workflow-actions', minimal(await ladder()));
      await refuses(h, ['PATCH', path(row), { steps: [DAY(8)] }], 400, 'INVALID_FIELD', 'steps[0]');
      await refuses(h, ['PATCH', path(row), { [AT]: { variant: 'WALLET' } }], 400, 'INVALID_FIELD', `${AT}.variant`);
      await refuses(
        h,
        ['PATCH', path(row), { [AT]: { from: { name: 'A' } } }],
        400,
        'MISSING_FIELD',
        `${AT}.from.email`,
      );
      await refuses(h, ['PATCH', path(row), { status: 'DRAFT' }], 400, 'INVALID_OPERATION', 'status');
    });
  });

  it('is archived by DELETE, once and for all (S-D7)', async () => {
    const row = await created(h, '/v1/workflow-actions', minimal(await ladder()));
    const deleted = await h.call('DELETE', path(row));
    expect([deleted.status, deleted.body.status]).toEqual([200, 'ARCHIVED']);
    const before = await stored(h);
    expect((await h.call('DELETE', path(row))).body).toEqual(deleted.body);
    expect((await h.call('PATCH', path(row), { status: 'ARCHIVED' })).body).toEqual(deleted.body);
    expect(await stored(h)).toEqual(before);
    await refuses(h, ['PATCH', path(row), { status: 'ACTIVE' }], 400, 'INVALID_OPERATION', 'status');
    await refuses(
      h,
      ['PATCH', path(row), { status: 'ARCHIVED', description: 'x' }],
      400,
      'INVALID_OPERATION',
      'status',
    );
  });

  it('is warned of, and can still be archived, when a change of the periods takes its step away (S-D9)', async () => {
    const workflow = await ladder();
    const row = await created(h, '/v1/workflow-actions', minimal(workflow, { steps: [DAY(7), DAY(30)] }));
    const change = { invoice: { overdue: { periods: [DAY(7), DAY(14)] } } };
    const answer = await h.call('PATCH', `/v1/workflows/${workflow.id as string}`, change);
    expect([answer.status, answer.body.problems]).toEqual([
      200,
      expect.arrayContaining([
        { code: 'INVALID_FIELD', field: 'steps', message: expect.stringMatching(`${row.id as string}.*30 days`) },
      ]),
    ]);
    expect((await h.call('DELETE', path(row))).body.status).toBe('ARCHIVED');
    const again = await h.call('PATCH', `/v1/workflows/${workflow.id as string}`, { name: 'New' });
    expect((again.body.problems as Json[]).map(({ field }) => field as string)).toEqual(['calendar.send_at']);
  });

  it.each(['GET', 'PATCH', 'DELETE'])('knows no unknown action: %s', (method) => {
    const unknown = [method, '/v1/workflow-actions/wact_unknown', method === 'PATCH' ? {} : undefined] as const;
    return refuses(h, unknown, 404, 'RESOURCE_NOT_FOUND');
  });
});
