import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testVault } from '../support/vault.js';
import { createApi, type Api } from './api.js';
import { integrationHelpers, LOGIN, SECRET } from './integration-support.js';
import { refuses, type Json } from './support.js';

describe('integrations', () => {
  let h: Api;
  beforeAll(async () => {
    h = await createApi();
  });
  afterAll(() => h.stop());
  const { body, create, credentials, mailgun, path, smtp } = integrationHelpers(() => h);

  it('need only reference and type, and are drafts then', async () => {
    const row = await create(body({ reference: 'minimal' }));
    expect(row).toEqual({
      object_type: 'INTEGRATION',
      id: expect.stringMatching(/^int_[A-Za-z0-9]{20}$/),
      reference: 'minimal',
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
    [
      'a limit of nothing',
      { email_provider: { variant: 'SYSTEM', rate_limit: { count: 0, per: 'SECOND' } }, authentication: null },
      'INVALID_FIELD',
      'email_provider.rate_limit.count',
    ],
    [
      'a limit per day',
      { email_provider: { variant: 'SYSTEM', rate_limit: { count: 1, per: 'DAY' } }, authentication: null },
      'INVALID_FIELD',
      'email_provider.rate_limit.per',
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
});
