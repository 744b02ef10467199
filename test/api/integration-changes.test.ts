import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApi, type Api } from './api.js';
import { integrationHelpers, LOGIN, SECRET } from './integration-support.js';
import { expectRefusal, refuses } from './support.js';

describe('a change of an integration', () => {
  let h: Api;
  beforeAll(async () => {
    h = await createApi();
  });
  afterAll(() => h.stop());
  const { body, create, credentials, mailgun, move, patch, path, smtp } = integrationHelpers(() => h);

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
      await refuses(h, ['PATCH', path(row), change], 400, 'MISSING_FIELD', 'authentication.username_password.password');
      const renamed = { ...change, authentication: { username_password: { username: 'b' } } };
      const port = { email_provider: smtp({ port: 2525 }) };
      for (const other of [renamed, port]) {
        await refuses(
          h,
          ['PATCH', path(row), other],
          400,
          'MISSING_FIELD',
          'authentication.username_password.password',
        );
      }
      const again = { username_password: { username: 'a', password: 'b' } };
      expect((await patch(row, { ...change, authentication: again })).status).toBe(200);
      const gun = await create(mailgun());
      const away = { email_provider: { ...smtp(), mailgun: null } };
      await refuses(h, ['PATCH', path(gun), away], 400, 'MISSING_FIELD', 'authentication.username_password.password');
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
});
