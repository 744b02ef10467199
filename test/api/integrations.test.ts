import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testVault } from '../support/vault.js';
import { createApi, type Api } from './api.js';
import { created, createLadder, expectRefusal, refuses, stranger, type Json } from './support.js';

const SECRET = 'Tr0ub4dor&3-never-shown';
const LOGIN = { username_password: { username: 'postmaster@mg.acme.example', password: SECRET } };

describe('integrations', () => {
  let h: Api;
  let count = 0;
  beforeAll(async () => {
    h = await createApi();
  });
  afterAll(() => h.stop());

  const body = (more: Json = {}): Json => ({
    reference: `int-${String((count += 1))}`,
    type: 'EMAIL_PROVIDER',
    ...more,
  });
  const mailgun = (more: Json = {}): Json =>
    body({
      name: 'Mailgun',
      status: 'ACTIVE',
      authentication: LOGIN,
      email_provider: { variant: 'MAILGUN', mailgun: { domain: 'mg.acme.example', region: 'EU' } },
      ...more,
    });
  const smtp = (more: Json = {}): Json => ({ variant: 'SMTP', smtp: { host: 'smtp.acme.example', ...more } });
  const create = (more: Json): Promise<Json> => created(h, '/v1/integrations', more);
  const path = ({ id }: Json, verb = ''): string => `/v1/integrations/${id as string}${verb}`;
  const move = (row: Json, verb: string) => h.call('POST', path(row, `/${verb}`));
  const patch = (row: Json, change: Json) => h.call('PATCH', path(row), change);
  const credentials = async ({ id }: Json): Promise<unknown> => {
    const row = await h.db.row<{ sealed: string | null }>(
      'SELECT sealed_authentication AS sealed FROM integrations WHERE id = $1',
      [id],
    );
    return row?.sealed ? JSON.parse(testVault.open(row.sealed, id as string)) : null;
  };
  /** An ACTIVE action that sends through it. */
  const use = async ({ id }: Json, status = 'ACTIVE'): Promise<Json> =>
    created(h, '/v1/workflow-actions', {
      workflow_id: (await createLadder(h, `ladder-${String((count += 1))}`)).id as string,
      type: 'SEND_EMAIL_TO_CUSTOMER',
      status,
      send_email_to_customer: { integration_id: id as string },
    });

  it('need only reference and type, and are drafts then', async () => {
    const row = await create(body());
    expect(row).toEqual({
      object_type: 'INTEGRATION',
      id: expect.stringMatching(/^int_[A-Za-z0-9]{20}$/),
      reference: `int-${String(count)}`,
      type: 'EMAIL_PROVIDER',
      status: 'DRAFT',
      message: null,
      created_at: expect.any(String),
      updated_at: expect.any(String),
    });
    expect((await h.call('GET', path(row))).body).toEqual(row);
  });

  it('give back everything but the credentials', async () => {
    const provider = {
      variant: 'MAILGUN',
      mailgun: { domain: 'mg.acme.example', region: 'US', plan: 'flex' },
      delivery_window: { type: 'DAY', value: 2 },
      use_localized_templates: false,
    };
    const linked = [
      { resource_type: 'CUSTOMER', link_details: [{ base_url: 'https://x.example', custom_field_reference: 'a' }] },
    ];
    const given = mailgun({ description: 'Ours', email_provider: provider, linked_resources_configurations: linked });
    const row = await create(given);
    expect(row).toMatchObject({ ...given, authentication: {} });
    expect(row.authentication).toEqual({});
    const list = await h.call('GET', '/v1/integrations?limit=100&order_by=reference');
    expect(list.body.data).toContainEqual(row);
  });

  it('are listed by reference, and no unknown order', async () => {
    await refuses(h, ['GET', '/v1/integrations?order_by=secret'], 400, 'INVALID_FIELD', 'order_by');
  });

  it('never show a credential: not in an answer, an error, a header, an idempotent replay or the database', async () => {
    const texts: string[] = [];
    const call = async (...request: Parameters<Api['call']>): Promise<Json> => {
      const answer = await h.call(...request);
      texts.push(JSON.stringify([answer.headers, answer.body]));
      return answer;
    };
    const given = mailgun();
    const key = { 'idempotency-key': 'secret-keeper' };
    const row = (await call('POST', '/v1/integrations', given, key)).body as Json;
    expect((await call('POST', '/v1/integrations', given, key)).headers['idempotent-replayed']).toBe('true');
    await call('POST', '/v1/integrations', given);
    await call('GET', path(row));
    await call('GET', '/v1/integrations?limit=100');
    await call('PATCH', path(row), { name: 'Other' });
    await call('PATCH', path(row), { email_provider: { variant: 'SENDGRID', mailgun: null } });
    await call('PATCH', path(row), { email_provider: { ...smtp(), mailgun: null } });
    await call('POST', `/v1/integrations/test-connection`, {
      ...LOGIN,
      email_provider: { variant: SECRET.slice(0, 3) },
    });
    await call('POST', '/v1/integrations', {
      ...given,
      authentication: { username_password: SECRET, api_key: [SECRET] },
    });
    await call('POST', '/v1/integrations', {
      ...given,
      authentication: { username_password: { username: 1, password: [SECRET] } },
    });
    await call('POST', path(row, '/deprecate'));
    await call('DELETE', path(row));
    const stored = await h.db.rowsOnce(
      'SELECT i::text AS text FROM integrations i UNION ALL SELECT k::text FROM idempotency_keys k',
    );
    expect(stored.length).toBeGreaterThan(1);
    for (const text of [...texts, JSON.stringify(stored)]) {
      expect(text).not.toContain('Tr0ub4dor');
      expect(text).not.toContain('postmaster@');
      expect(text).not.toContain(Buffer.from(SECRET).toString('base64').slice(0, 12));
    }
  });

  it('seal credentials for one row: they cannot be moved to another', async () => {
    const row = await create(mailgun());
    expect(await credentials(row)).toEqual(LOGIN);
    const sealed = await h.db.row<{ s: string }>('SELECT sealed_authentication AS s FROM integrations WHERE id = $1', [
      row.id,
    ]);
    expect(() => testVault.open(sealed?.s ?? '', `${row.id as string}x`)).toThrow();
  });

  it.each<[string, Json, string, string]>([
    ['no reference', { reference: null }, 'MISSING_FIELD', 'reference'],
    ['a reference with a space', { reference: 'a b' }, 'INVALID_FIELD', 'reference'],
    ['no type', { type: null }, 'MISSING_FIELD', 'type'],
    ['another type of the contract', { type: 'PAYMENT_GATEWAY' }, 'INVALID_FIELD', 'type'],
    ['an unknown type', { type: 'FAX' }, 'INVALID_FIELD', 'type'],
    ['ARCHIVED', { status: 'ARCHIVED' }, 'INVALID_FIELD', 'status'],
    ['PENDING', { status: 'PENDING' }, 'INVALID_FIELD', 'status'],
    ['a payment gateway', { payment_gateway: { variant: 'ADYEN' } }, 'INVALID_FIELD', 'payment_gateway'],
    ['e-invoicing', { e_invoicing: {} }, 'INVALID_FIELD', 'e_invoicing'],
    ['a data export', { data_export: {} }, 'INVALID_FIELD', 'data_export'],
    ['tax calculation', { tax_calculation: {} }, 'INVALID_FIELD', 'tax_calculation'],
    ['an ACTIVE one without a provider', { email_provider: null }, 'MISSING_FIELD', 'email_provider.variant'],
    [
      'MAILGUN without a domain',
      { email_provider: { variant: 'MAILGUN' } },
      'MISSING_FIELD',
      'email_provider.mailgun.domain',
    ],
    ['MAILGUN without a login', { authentication: null }, 'MISSING_FIELD', 'authentication.username_password.username'],
    [
      'MAILGUN without a password',
      { authentication: { username_password: { username: 'a' } } },
      'MISSING_FIELD',
      'authentication.username_password.password',
    ],
    [
      'MAILGUN with an API key',
      { authentication: { ...LOGIN, api_key: { value: 'x' } } },
      'INVALID_FIELD',
      'authentication.api_key',
    ],
    [
      'client credentials',
      { authentication: { ...LOGIN, client_credentials: { client_id: 'x' } } },
      'INVALID_FIELD',
      'authentication.client_credentials',
    ],
    [
      'a block of another variant',
      { email_provider: { variant: 'SYSTEM', mailgun: { domain: 'x.example' } }, authentication: null },
      'INVALID_FIELD',
      'email_provider.mailgun',
    ],
    [
      'SENDGRID without a key',
      { email_provider: { variant: 'SENDGRID' }, authentication: null },
      'MISSING_FIELD',
      'authentication.api_key.value',
    ],
    ['SMTP without a host', { email_provider: { variant: 'SMTP' } }, 'MISSING_FIELD', 'email_provider.smtp.host'],
    ['a host that is none', { email_provider: smtp({ host: 'a b' }) }, 'INVALID_FIELD', 'email_provider.smtp.host'],
    [
      'a host that is a URL',
      { email_provider: smtp({ host: 'smtp://x' }) },
      'INVALID_FIELD',
      'email_provider.smtp.host',
    ],
    [
      'a private host',
      { email_provider: smtp({ host: '169.254.169.254' }) },
      'INVALID_FIELD',
      'email_provider.smtp.host',
    ],
    [
      'a public host without TLS',
      { email_provider: smtp({ host: '8.8.8.8', tls: 'NONE' }) },
      'INVALID_FIELD',
      'email_provider.smtp.host',
    ],
    ['port 0', { email_provider: smtp({ port: 0 }) }, 'INVALID_FIELD', 'email_provider.smtp.port'],
    ['an unknown variant', { email_provider: { variant: 'PIGEON' } }, 'INVALID_FIELD', 'email_provider.variant'],
    [
      'a window of no time',
      { email_provider: { variant: 'SYSTEM', delivery_window: { type: 'DAY', value: 0 } }, authentication: null },
      'INVALID_FIELD',
      'email_provider.delivery_window.value',
    ],
  ])('refuse %s and store nothing', async (_what, more, code, field) =>
    refuses(h, ['POST', '/v1/integrations', mailgun(more)], 400, code, field),
  );

  it.each<[string, Json]>([
    ['SYSTEM', { email_provider: { variant: 'SYSTEM' } }],
    [
      'SENDGRID',
      {
        email_provider: { variant: 'SENDGRID', sendgrid: { region: 'EU' } },
        authentication: { api_key: { value: SECRET } },
      },
    ],
    ['SMTP without a login', { email_provider: smtp() }],
    ['SMTP with one', { email_provider: smtp({ port: 2525, tls: 'TLS' }), authentication: LOGIN }],
  ])('%s can be ACTIVE', async (_what, more) => {
    expect(await create(body({ status: 'ACTIVE', ...more }))).toMatchObject({
      status: 'ACTIVE',
      email_provider: more.email_provider,
    });
  });

  it('have a reference once', async () => {
    const row = await create(body());
    await refuses(
      h,
      ['POST', '/v1/integrations', body({ reference: row.reference })],
      409,
      'RESOURCE_ALREADY_EXISTS',
      'reference',
    );
    const other = await create(body());
    await refuses(h, ['PATCH', path(other), { reference: row.reference }], 409, 'RESOURCE_ALREADY_EXISTS', 'reference');
  });

  describe('PATCH', () => {
    it('keeps the credentials when it does not name them, and merges into them when it does', async () => {
      const row = await create(mailgun());
      expect((await patch(row, { name: null })).body).not.toHaveProperty('name');
      expect(await credentials(row)).toEqual(LOGIN);
      await patch(row, { authentication: { username_password: { username: 'new' } } });
      expect(await credentials(row)).toEqual({ username_password: { username: 'new', password: SECRET } });
      const draft = await create(mailgun({ status: 'DRAFT' }));
      expect((await patch(draft, { authentication: null })).body).not.toHaveProperty('authentication');
      expect(await credentials(draft)).toBeNull();
    });

    it('takes back what a GET answered, as no change', async () => {
      const row = await create(mailgun());
      const answer = await patch(row, (await h.call('GET', path(row))).body);
      expect(answer.body).toEqual(row);
    });

    it('leaves an ACTIVE one whole', async () => {
      const row = await create(mailgun());
      const change = { authentication: { username_password: { password: null } } };
      await refuses(h, ['PATCH', path(row), change], 400, 'MISSING_FIELD', 'authentication.username_password.password');
      await refuses(
        h,
        ['PATCH', path(row), { email_provider: { mailgun: null } }],
        400,
        'MISSING_FIELD',
        'email_provider.mailgun.domain',
      );
      await refuses(h, ['PATCH', path(row), { type: 'DATA_EXPORT' }], 400, 'INVALID_FIELD', 'type');
    });

    it('changes the variant once the credentials fit', async () => {
      const row = await create(mailgun());
      const provider = { variant: 'SENDGRID', mailgun: null };
      await refuses(
        h,
        ['PATCH', path(row), { email_provider: provider }],
        400,
        'INVALID_FIELD',
        'authentication.username_password',
      );
      const authentication = { username_password: null, api_key: { value: 'SG.x' } };
      expect((await patch(row, { email_provider: provider, authentication })).body.email_provider.variant).toBe(
        'SENDGRID',
      );
    });

    it('does not turn a stored password to another host: it must be given again', async () => {
      const row = await create(body({ status: 'ACTIVE', email_provider: smtp(), authentication: LOGIN }));
      const change = { email_provider: smtp({ host: 'smtp.evil.example' }) };
      await refuses(h, ['PATCH', path(row), change], 400, 'MISSING_FIELD', 'authentication.username_password');
      const again = { username_password: { username: 'a', password: 'b' } };
      expect((await patch(row, { ...change, authentication: again })).status).toBe(200);
      const gun = await create(mailgun());
      const away = { email_provider: { ...smtp(), mailgun: null } };
      await refuses(h, ['PATCH', path(gun), away], 400, 'MISSING_FIELD', 'authentication.username_password');
    });
  });

  describe('status', () => {
    it.each<[string, string[], string | null]>([
      ['DRAFT', ['activate'], 'ACTIVE'],
      ['TESTING', ['activate'], 'ACTIVE'],
      ['ACTIVE', ['activate'], 'ACTIVE'],
      ['ACTIVE', ['deprecate', 'deprecate'], 'DEPRECATED'],
      ['ACTIVE', ['deprecate', 'activate'], 'ACTIVE'],
      ['DRAFT', ['deprecate'], null],
      ['DRAFT', ['archive', 'archive'], 'ARCHIVED'],
      ['ACTIVE', ['archive', 'activate'], null],
      ['ACTIVE', ['archive', 'deprecate'], null],
    ])('%s: %j leads to %s', async (status, verbs, end) => {
      const row = await create(mailgun({ status }));
      let answer = await h.call('GET', path(row));
      for (const verb of verbs) answer = await move(row, verb);
      if (end === null) expectRefusal(answer, 400, 'INVALID_OPERATION', 'status');
      else expect([answer.status, answer.body.status]).toEqual([200, end]);
    });

    it.each(['PENDING', 'ERROR'])('cannot be asked to be %s', async (status) => {
      const row = await create(mailgun());
      await refuses(h, ['PATCH', path(row), { status }], 400, 'INVALID_OPERATION', 'status');
    });

    it('a draft that is not whole is not activated', async () => {
      const row = await create(body({ email_provider: { variant: 'MAILGUN' } }));
      const field = 'email_provider.mailgun.domain';
      await refuses(h, ['POST', path(row, '/activate')], 400, 'MISSING_FIELD', field);
      await refuses(h, ['PATCH', path(row), { status: 'ACTIVE' }], 400, 'MISSING_FIELD', field);
    });

    it('an archived one has forgotten its credentials and cannot be changed', async () => {
      const row = await create(mailgun());
      expect((await move(row, 'archive')).body).not.toHaveProperty('authentication');
      expect(await credentials(row)).toBeNull();
      await refuses(h, ['PATCH', path(row), { name: 'x' }], 400, 'INVALID_OPERATION', 'status');
    });
  });

  describe('actions', () => {
    const AT = 'send_email_to_customer.integration_id';
    const action = async (integrationId: unknown): Promise<Json> => ({
      workflow_id: (await createLadder(h, `ladder-${String((count += 1))}`)).id as string,
      type: 'SEND_EMAIL_TO_CUSTOMER',
      status: 'ACTIVE',
      send_email_to_customer: { integration_id: integrationId },
    });

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

    it.each<[string, string, unknown, string, string]>([
      ['another type', '?integration_type=E_INVOICING', {}, 'INVALID_FIELD', 'integration_type'],
      ['no provider', '', LOGIN, 'MISSING_FIELD', 'email_provider.variant'],
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
