import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApi, type Api } from './api.js';
import { integrationHelpers, LOGIN } from './integration-support.js';
import { expectRefusal, openInvoice, put, refuses, stranger } from './support.js';

describe('integrations in use', () => {
  let h: Api;
  beforeAll(async () => {
    h = await createApi();
  });
  afterAll(() => h.stop());
  const { action, body, create, mailgun, move, path, smtp, use } = integrationHelpers(() => h);

  describe('actions', () => {
    const AT = 'send_email_to_customer.integration_id';
    it('name an integration of their platform', async () => {
      const row = await create(mailgun({ status: 'DRAFT' }));
      expect((await use(row)).send_email_to_customer).toEqual({ integration_id: row.id });
      await refuses(h, ['POST', '/v1/workflow-actions', await action('int_unknown')], 400, 'INVALID_FIELD', AT);
      const theirs = await h.call('POST', '/v1/integrations', mailgun(), await stranger(h));
      await refuses(h, ['POST', '/v1/workflow-actions', await action(theirs.body.id)], 400, 'INVALID_FIELD', AT);
    });

    it.each(['deprecate', 'archive'])('that name one keep it after %s; no other may name it', async (verb) => {
      const row = await create(mailgun());
      const own = await use(row);
      await move(row, verb);
      const change = { send_email_to_customer: { subject: 'Hello' } };
      expect((await h.call('PATCH', `/v1/workflow-actions/${own.id as string}`, change)).status).toBe(200);
      await refuses(h, ['POST', '/v1/workflow-actions', await action(row.id)], 400, 'INVALID_FIELD', AT);
    });

    it('keep an integration from being deleted while they are not archived', async () => {
      const row = await create(mailgun());
      const own = await use(row, 'DRAFT');
      const answer = await h.call('DELETE', path(row));
      expectRefusal(answer, 400, 'INVALID_OPERATION');
      expect(answer.body.message).toContain('1 action');
      await h.call('DELETE', `/v1/workflow-actions/${own.id as string}`);
      expect((await h.call('DELETE', path(row))).body).toMatchObject({ id: row.id, status: 'ARCHIVED' });
      expect((await h.call('DELETE', path(row))).status).toBe(200);
    });

    it('of many runs are looked at in the background when their integration is repaired', async () => {
      const row = await create(mailgun({ status: 'TESTING' }));
      const { workflow_id: workflowId } = await use(row);
      await put(h, 'customers/cust_1', { email: 'a@x.example' });
      const overdue = new Date(Date.now() - 8 * 86_400_000).toISOString();
      const ids = Array.from({ length: 101 }, (_, index) => `inv_${String(index)}`);
      await Promise.all(ids.map((id) => put(h, `invoices/${id}`, openInvoice('cust_1', { due_date: overdue }))));
      const waiting = (): Promise<unknown> =>
        h.db.row(`SELECT revision FROM outbox WHERE kind = 'WORKFLOW' AND subject_id = $1`, [workflowId]);
      expect(await waiting()).toBeNull();
      await move(row, 'activate');
      expect(await waiting()).not.toBeNull();
    });

    it('and a deletion at the same time: one of the two gives way', async () => {
      for (let round = 0; round < 5; round += 1) {
        const row = await create(mailgun());
        const [made, gone] = await Promise.all([
          h.call('POST', '/v1/workflow-actions', await action(row.id)),
          h.call('DELETE', path(row)),
        ]);
        expect([made.status, gone.status].sort()).toEqual(made.status === 201 ? [201, 400] : [200, 400]);
      }
    });
  });

  describe('test-connection', () => {
    const test = (query: string, given?: unknown) => h.call('POST', `/v1/integrations/test-connection${query}`, given);

    it('asks the provider, and answers what it said', async () => {
      const given = { ...LOGIN, email_provider: smtp({ host: '127.0.0.1', port: 1, tls: 'NONE' }) };
      const answer = await test('?integration_type=EMAIL_PROVIDER', given);
      expect(answer).toMatchObject({ status: 200, body: { successful: false } });
      expect(answer.body.message).toBe('127.0.0.1:1: the connection was refused.');
    });

    it('of a stored integration needs no body, and never takes another provider', async () => {
      const provider = smtp({ host: '127.0.0.1', port: 1, tls: 'NONE' });
      const row = await create(body({ email_provider: provider, authentication: LOGIN }));
      const query = `?integration_id=${row.id as string}`;
      expect((await test(query)).body.message).toBe('127.0.0.1:1: the connection was refused.');
      const other = { email_provider: provider };
      await refuses(
        h,
        ['POST', `/v1/integrations/test-connection${query}`, other],
        400,
        'INVALID_FIELD',
        'email_provider',
      );
      expectRefusal(await test('?integration_id=int_x'), 404, 'RESOURCE_NOT_FOUND', 'integration_id');
    });

    it('says that it cannot know the provider from the contract’s own body', async () => {
      for (const own of [LOGIN, {}, { api_key: null, client_credentials: null, username_password: null }]) {
        const answer = await h.call('POST', '/v1/integrations/test-connection?integration_type=EMAIL_PROVIDER', own);
        expect([answer.status, answer.body.successful]).toEqual([200, false]);
        expect(answer.body.message).toContain('email_provider');
      }
    });

    it.each<[string, string, unknown, string, string]>([
      ['another type', '?integration_type=E_INVOICING', {}, 'INVALID_FIELD', 'integration_type'],
      [
        'no password',
        '',
        { username_password: { username: 'a' }, email_provider: smtp() },
        'MISSING_FIELD',
        'username_password.password',
      ],
      [
        'a login that does not fit',
        '',
        { api_key: { value: 'a' }, email_provider: smtp() },
        'INVALID_FIELD',
        'api_key',
      ],
      [
        'a private host',
        '',
        { email_provider: smtp({ host: '10.0.0.1' }) },
        'INVALID_FIELD',
        'email_provider.smtp.host',
      ],
    ])('refuses %s', async (_what, query, given, code, field) => {
      expectRefusal(await test(query, given), 400, code, field);
    });

    it('has nothing to say about SYSTEM', async () => {
      expect((await test('', { email_provider: { variant: 'SYSTEM' } })).body.successful).toBeNull();
    });
  });

  it('know no default mandates', async () => {
    expect(await h.call('GET', '/v1/integrations/e-invoicing/default-mandates')).toMatchObject({
      status: 200,
      body: [],
    });
  });
});
