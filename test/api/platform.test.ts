import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApi, type Api } from './api.js';
import { refuses, type Json } from './support.js';

describe('the platform (S-W12)', () => {
  let h: Api;
  beforeAll(async () => {
    h = await createApi();
  });
  afterAll(() => h.stop());

  const patch = (body: Json) => h.call('PATCH', '/v1/platform', body);

  it('shows itself', async () => {
    const answer = await h.call('GET', '/v1/platform');
    expect([answer.status, answer.body]).toEqual([
      200,
      {
        object_type: 'PLATFORM',
        id: h.platformId,
        name: 'Test',
        environment: 'TEST',
        timezone: null,
        locale: null,
        sender: null,
        due_dates: 'INSTANT',
        calendar: null,
        in_doubt: 'HOLD',
        allow_list: [],
        blast_limit: null,
        org_ids: [],
        invoice_pdf_source: null,
        created_at: expect.stringMatching(/Z$/),
        updated_at: expect.stringMatching(/Z$/),
      },
    ]);
  });

  it('keeps every setting', async () => {
    const settings = {
      name: 'Acme',
      timezone: 'Europe/Amsterdam',
      locale: 'nl-NL',
      sender: { name: 'Accounts', email: 'ar@acme.example' },
      due_dates: 'DATE',
      in_doubt: 'RESEND',
      allow_list: ['me@acme.example'],
      blast_limit: 0,
      org_ids: ['org_1'],
    };
    expect((await patch(settings)).body).toMatchObject(settings);
    expect((await patch({ blast_limit: null, timezone: null, allow_list: null, org_ids: null })).body).toMatchObject({
      ...settings,
      blast_limit: null,
      timezone: null,
      allow_list: [],
      org_ids: [],
    });
  });

  it('merges the sender, and clears it with null (S-W10)', async () => {
    await patch({ sender: { name: 'A', email: 'a@x.example' } });
    expect((await patch({ sender: { name: 'B' } })).body.sender).toEqual({ name: 'B', email: 'a@x.example' });
    expect((await patch({ sender: { name: null } })).body.sender).toEqual({ name: null, email: 'a@x.example' });
    expect((await patch({ sender: null })).body.sender).toBeNull();
    await refuses(h, ['PATCH', '/v1/platform', { sender: { name: 'B' } }], 400, 'MISSING_FIELD', 'sender.email');
  });

  it('keeps what several requests change at the same time', async () => {
    await patch({ calendar: null });
    const fields = [
      { send_at: '09:00' },
      { weekdays: ['MON', 'TUE'] },
      { business_days_only: true },
      { shift: 'NEXT' },
    ];
    await Promise.all(fields.map((calendar) => patch({ calendar })));
    const { calendar } = (await h.call('GET', '/v1/platform')).body as Json;
    expect(calendar).toMatchObject(Object.assign({}, ...fields) as Json);
    await patch({ calendar: null });
  });

  it('takes its environment again, and never another one', async () => {
    expect((await patch({ environment: 'TEST' })).status).toBe(200);
    await refuses(h, ['PATCH', '/v1/platform', { environment: 'LIVE' }], 400, 'INVALID_FIELD', 'environment');
  });

  it('names unknown fields', async () => {
    expect((await patch({ colour: 1 })).headers['dunwell-ignored-fields']).toBe('colour');
  });

  it.each<[string, Json, string]>([
    ['an unknown zone', { timezone: 'Amsterdam' }, 'timezone'],
    ['a negative limit', { blast_limit: -1 }, 'blast_limit'],
    ['half a limit', { blast_limit: 0.5 }, 'blast_limit'],
    ['a name of two lines', { name: 'A\nB' }, 'name'],
    ['a sender’s name with a header in it', { sender: { name: 'A\r\nBcc: x', email: 'a@x.example' } }, 'sender.name'],
    ['a sender that is no address', { sender: { email: 'A <a@x.example>' } }, 'sender.email'],
    ['an allowed address that is none', { allow_list: ['a@x.example', '*'] }, 'allow_list[1]'],
    ['an unknown policy', { in_doubt: 'ASK' }, 'in_doubt'],
  ])('refuses %s', (_what, body, field) => refuses(h, ['PATCH', '/v1/platform', body], 400, 'INVALID_FIELD', field));

  it('does not clear what must be there', async () => {
    for (const field of ['name', 'due_dates', 'in_doubt']) {
      await refuses(h, ['PATCH', '/v1/platform', { [field]: null }], 400, 'MISSING_FIELD', field);
    }
  });
});
