import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApi, type Api } from './api.js';
import { created, createLadder, expectRefusal, put, refuses, stored, stranger, type Json } from './support.js';

const PATH = '/v1/email-templates';
const html = '<p>{{ customer.name }}, {{ invoice.number }}</p>';
const plain = { locale: 'en', subject: 'About {{ invoice.number }}', html };

describe('e-mail templates (S-E2)', () => {
  let h: Api;
  beforeAll(async () => {
    h = await createApi();
  });
  afterAll(() => h.stop());

  const save = (name: string, body: Json = {}) => put(h, `email-templates/${name}`, { ...plain, ...body });
  const action = async (workflow: Json, template_name: string) =>
    created(h, '/v1/workflow-actions', {
      workflow_id: workflow.id as string,
      type: 'SEND_EMAIL_TO_CUSTOMER',
      status: 'ACTIVE',
      send_email_to_customer: { template_name },
    });
  const get = async (path: string): Promise<Json> => (await h.call('GET', `${PATH}/${path}`)).body as Json;

  it('are answered as they were given, with their version and what they name', async () => {
    const first = await h.call('PUT', `${PATH}/dunning`, { ...plain, required: ['invoice.number'] });
    expect(first.status).toBe(201);
    expect(first.body).toEqual({
      object_type: 'EMAIL_TEMPLATE',
      name: 'dunning',
      built_in: false,
      locales: [
        {
          locale: 'en',
          version: 1,
          default: true,
          subject: plain.subject,
          preheader: null,
          html,
          mjml: null,
          text: null,
          required: ['invoice.number'],
          variables: ['customer.name', 'invoice.number'],
          created_at: expect.any(String),
          updated_at: expect.any(String),
        },
      ],
    });
    expect(await get('dunning')).toEqual(first.body);
  });

  it('have a new version with every change, keep the old ones, and change nothing when nothing changes', async () => {
    await save('versions');
    const before = await stored(h);
    const again = await h.call('PUT', `${PATH}/versions`, plain);
    expect([again.status, again.body.locales[0].version]).toEqual([200, 1]);
    expect(await stored(h)).toEqual(before);
    await save('versions', { subject: 'Two' });
    expect((await get('versions?locale=en&version=1')).locales).toMatchObject([{ version: 1, subject: plain.subject }]);
    expect((await get('versions')).locales).toMatchObject([{ version: 2, subject: 'Two' }]);
    expect((await h.call('DELETE', `${PATH}/versions`)).body.locales).toEqual([]);
    expect((await h.call('GET', `${PATH}/versions`)).status).toBe(404);
    expect((await get('versions?locale=en&version=2')).locales).toMatchObject([{ subject: 'Two' }]);
    expect((await save('versions')).locales).toMatchObject([{ version: 3 }]);
    await refuses(h, ['GET', `${PATH}/versions?version=1`], 400, 'MISSING_FIELD', 'locale');
    await refuses(h, ['GET', `${PATH}/versions?locale=en&version=9`], 404, 'RESOURCE_NOT_FOUND');
  });

  it('have one default: the first locale, until another is made it', async () => {
    await save('greeting', { locale: 'nl_be' });
    await save('greeting', { locale: 'de' });
    const defaults = async () => (await get('greeting')).locales.map((one: Json) => [one.locale, one.default]);
    expect(await defaults()).toEqual([
      ['de', false],
      ['nl-BE', true],
    ]);
    await refuses(
      h,
      ['PUT', `${PATH}/greeting`, { ...plain, locale: 'nl-BE', default: false }],
      400,
      'INVALID_FIELD',
      'default',
    );
    await refuses(h, ['DELETE', `${PATH}/greeting?locale=nl-BE`], 400, 'INVALID_OPERATION', 'locale');
    await save('greeting', { locale: 'de', default: true });
    expect(await defaults()).toEqual([
      ['de', true],
      ['nl-BE', false],
    ]);
    expect((await h.call('DELETE', `${PATH}/greeting?locale=nl-BE`)).body.locales).toHaveLength(1);
  });

  it('stand before the built-in ones of their name and locale, whose default stays English', async () => {
    await save('overdue', { locale: 'nl' });
    const { locales, built_in } = await get('overdue');
    expect(built_in).toBe(true);
    expect(locales.map((one: Json) => [one.locale, one.version, one.default])).toEqual([
      ['de', null, false],
      ['en', null, true],
      ['es', null, false],
      ['fr', null, false],
      ['nl', 1, false],
    ]);
    const listed = await h.call('GET', `${PATH}?limit=100&order_by=name&order_direction=asc`);
    expect(listed.body.data.map((one: Json) => [one.name, one.built_in])).toEqual(
      expect.arrayContaining([
        ['_layout', true],
        ['dunning', false],
        ['overdue', true],
        ['wallet_balance', true],
      ]),
    );
    expect(listed.body.data.find((one: Json) => one.name === 'overdue').locales).toContainEqual({
      locale: 'nl',
      version: 1,
      default: false,
      updated_at: expect.any(String),
    });
    const pages = await Promise.all([1, 2].map((page) => h.call('GET', `${PATH}?limit=4&page=${String(page)}`)));
    const names = pages.flatMap(({ body }) => body.data.map((one: Json) => one.name as string));
    expect(new Set(names).size).toBe(8);
    expect((await h.call('DELETE', `${PATH}/overdue?locale=nl`)).status).toBe(200);
  });

  it.each([
    [{ locale: 'x' }, 'INVALID_FIELD', 'locale'],
    [{ subject: null }, 'MISSING_FIELD', 'subject'],
    [{ html: null }, 'MISSING_FIELD', 'html'],
    [{ mjml: '<mjml></mjml>' }, 'INVALID_FIELD', 'mjml'],
    [{ html: '{{ invoice.numbr }}' }, 'INVALID_FIELD', 'html'],
    [{ text: '{{ invoice.numbr }}' }, 'INVALID_FIELD', 'text'],
    [{ subject: '{{ invoice.numbr }}' }, 'INVALID_FIELD', 'subject'],
    [{ preheader: '{% if %}' }, 'INVALID_FIELD', 'preheader'],
    [{ required: ['invoice.numbr'] }, 'INVALID_FIELD', 'required'],
    [{ html: "{% include '/etc/passwd' %}" }, 'INVALID_FIELD', 'html'],
    [{ html: '{{ __proto__ }}' }, 'INVALID_FIELD', 'html'],
    [{ html: '{% for i in (1..10000000) %}x{% endfor %}' }, 'INVALID_FIELD', 'html'],
    [{ html: null, mjml: '<mjml><mj-body><mj-text>hi</mj-body></mjml>' }, 'INVALID_FIELD', 'mjml'],
    [
      { html: null, mjml: '<mjml><mj-body><mj-include path="/etc/passwd" /></mj-body></mjml>' },
      'INVALID_FIELD',
      'mjml',
    ],
    [
      {
        html: null,
        mjml: '<mjml><mj-body><mj-section><mj-column><mj-text>{{ zap }}</mj-text></mj-column></mj-section></mj-body></mjml>',
      },
      'INVALID_FIELD',
      'mjml',
    ],
  ])('are refused: %j', async (more, code, field) => {
    await refuses(h, ['PUT', `${PATH}/wrong`, { ...plain, ...more }], 400, code, field);
  });

  it('have names that could be directories', async () => {
    for (const name of ['a%2Fb', '..%2Fx', '__x', 'a b']) {
      await refuses(h, ['PUT', `${PATH}/${name}`, plain], 400, 'INVALID_FIELD', 'name');
    }
  });

  it('belong to their platform', async () => {
    await save('ours');
    const theirs = await stranger(h);
    expectRefusal(await h.call('GET', `${PATH}/ours`, undefined, theirs), 404, 'RESOURCE_NOT_FOUND');
  });

  it('must fit the variant of the mails that are made from them, whichever comes first', async () => {
    await save('low_balance', { subject: 'Low', html: '{{ wallet.balance }}' });
    const ladder = await createLadder(h, 'fit');
    const body = { workflow_id: ladder.id as string, type: 'SEND_EMAIL_TO_CUSTOMER', status: 'ACTIVE' };
    const named = (fields: Json): readonly [string, string, unknown] => [
      'POST',
      '/v1/workflow-actions',
      { ...body, send_email_to_customer: fields },
    ];
    await refuses(
      h,
      named({ template_name: 'low_balance' }),
      400,
      'INVALID_FIELD',
      'send_email_to_customer.template_name',
    );
    await refuses(h, named({ template_name: 'nowhere' }), 400, 'INVALID_FIELD', 'send_email_to_customer.template_name');
    await refuses(h, named({ template_name: '_layout' }), 400, 'INVALID_FIELD', 'send_email_to_customer.template_name');
    const partial = await h.call(...named({ template_name: '_layout' }));
    expect(partial.body.message).toMatch(/^_layout is a partial, .* and cannot be sent/);
    await refuses(h, named({ subject: '{{ invoice.numbr }}' }), 400, 'INVALID_FIELD', 'send_email_to_customer.subject');
    await refuses(h, named({ subject: '{{ wallet.name }}' }), 400, 'INVALID_FIELD', 'send_email_to_customer.subject');
    await save('fits');
    await action(ladder, 'fits');
    await refuses(h, ['PUT', `${PATH}/fits`, { ...plain, html: '{{ wallet.name }}' }], 400, 'INVALID_FIELD', 'html');
    await refuses(h, ['PUT', `${PATH}/overdue`, { ...plain, html: '{{ wallet.name }}' }], 400, 'INVALID_FIELD', 'html');
  });

  it('are not deleted while an action names them', async () => {
    await save('used');
    await save('used', { locale: 'nl' });
    const ladder = await createLadder(h, 'user');
    const { id } = await action(ladder, 'used');
    await refuses(h, ['DELETE', `${PATH}/used`], 400, 'INVALID_OPERATION');
    expect((await h.call('DELETE', `${PATH}/used?locale=nl`)).status).toBe(200);
    await refuses(h, ['DELETE', `${PATH}/used?locale=en`], 400, 'INVALID_OPERATION');
    await h.call('DELETE', `/v1/workflow-actions/${String(id)}`);
    expect((await h.call('DELETE', `${PATH}/used`)).status).toBe(200);
    await refuses(h, ['DELETE', `${PATH}/used`], 404, 'RESOURCE_NOT_FOUND');
  });

  it('share partials, whose change makes new versions of those that reach them', async () => {
    await refuses(h, ['PUT', `${PATH}/_foot`, plain], 400, 'INVALID_FIELD', 'subject');
    await refuses(
      h,
      ['PUT', `${PATH}/letter`, { ...plain, html: '{% render "_foot" %}' }],
      400,
      'INVALID_FIELD',
      'html',
    );
    const foot = (text: string) => put(h, 'email-templates/_foot', { locale: 'en', html: text });
    await foot('<i>one</i>');
    await save('letter', { html: '{% render "_foot" %}' });
    await foot('<i>{{ sender.title }}</i>');
    expect((await get('letter')).locales).toMatchObject([
      { version: 2, html: '{% render "_foot" %}', variables: ['invoice.number', 'sender.title'] },
    ]);
    await foot('<i>{{ sender.title }}</i>');
    expect((await get('letter')).locales).toMatchObject([{ version: 2 }]);
    await put(h, 'email-templates/_foot', { locale: 'nl', html: 'nl' });
    expect((await get('letter')).locales).toMatchObject([{ version: 2 }]);
    await refuses(h, ['PUT', `${PATH}/_foot`, { locale: 'en', html: '{{ zap }}' }], 400, 'INVALID_FIELD', 'html');
    await refuses(h, ['DELETE', `${PATH}/_foot`], 400, 'INVALID_OPERATION');
    await h.call('DELETE', `${PATH}/letter`);
    expect((await h.call('DELETE', `${PATH}/_foot`)).status).toBe(200);
  });

  it('are missed in the languages that customers have and they have not', async () => {
    for (const [id, locale] of Object.entries({ a: 'nl-BE', b: 'nl-BE', c: 'pl', d: 'en-GB', e: null })) {
      await put(h, `customers/${id}`, { email: `${id}@acme.example`, locale });
    }
    await save('english');
    const problems = (body: Json) => ((body.problems ?? []) as Json[]).map(({ field, message }) => [field, message]);
    const ladder = await createLadder(h, 'languages', [7], { calendar: { send_at: '09:00' } });
    const field = 'send_email_to_customer.template_name';
    const nl = [field, 'nl-BE: 2 customers get the text of english in en.'];
    const pl = [field, 'pl: 1 customer gets the text of english in en.'];
    expect(problems(await action(ladder, 'english'))).toEqual([nl, pl]);
    await h.call('POST', `/v1/workflows/${String(ladder.id)}/deactivate`);
    await save('english', { locale: 'nl' });
    const activated = await h.call('POST', `/v1/workflows/${String(ladder.id)}/activate`);
    expect(problems(activated.body)).toEqual([pl]);
    const narrowed = await h.call('PATCH', `/v1/workflows/${String(ladder.id)}`, { customer_ids: ['a', 'd'] });
    expect(problems(narrowed.body)).toEqual([]);
  });
});
