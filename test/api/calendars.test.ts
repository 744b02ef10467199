import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApi, type Api } from './api.js';
import { createLadder, put, refuses, runsOf, type Json } from './support.js';

const WHOLE: Json = {
  send_at: '09:00',
  weekdays: ['MON', 'TUE', 'WED', 'THU'],
  business_days_only: true,
  holidays: { countries: ['NL', 'DE-BY'], dates: ['2026-12-24', '2028-02-29'] },
  quiet_hours: { from: '20:00', to: '08:00' },
  shift: 'PREVIOUS',
};

const WRONG: [string, Json, string][] = [
  ['a time of one digit', { send_at: '9:00' }, 'send_at'],
  ['a time that does not exist', { send_at: '24:00' }, 'send_at'],
  ['a time with seconds', { send_at: '09:00:00' }, 'send_at'],
  ['no weekday at all', { weekdays: [] }, 'weekdays'],
  ['an unknown weekday', { weekdays: ['MON', 'MONDAY'] }, 'weekdays[1]'],
  ['a weekday twice', { weekdays: ['MON', 'TUE', 'MON'] }, 'weekdays[2]'],
  ['an unknown country', { holidays: { countries: ['NL', 'XX'] } }, 'holidays.countries[1]'],
  ['an unknown region', { holidays: { countries: ['DE-XX'] } }, 'holidays.countries[0]'],
  ['a date that does not exist', { holidays: { dates: ['2027-02-29'] } }, 'holidays.dates[0]'],
  ['an instant for a date', { holidays: { dates: ['2026-12-24T00:00:00Z'] } }, 'holidays.dates[0]'],
  ['more dates than a year has', { holidays: { dates: Array(367).fill('2026-12-24') } }, 'holidays.dates'],
  ['quiet hours of a whole day', { quiet_hours: { from: '08:00', to: '08:00' } }, 'quiet_hours.to'],
  [
    'a time that does not exist in the quiet hours',
    { quiet_hours: { from: '20:60', to: '08:00' } },
    'quiet_hours.from',
  ],
  ['sending in the quiet hours', { send_at: '07:59', quiet_hours: { from: '20:00', to: '08:00' } }, 'send_at'],
  ['sending as the quiet hours begin', { send_at: '12:00', quiet_hours: { from: '12:00', to: '13:00' } }, 'send_at'],
  ['business days at the weekend only', { business_days_only: true, weekdays: ['SUN', 'SAT'] }, 'weekdays'],
  ['an unknown direction', { shift: 'NEAREST' }, 'shift'],
  ['a calendar that is none', [], ''],
];

const at = (path: string): string => (path ? `calendar.${path}` : 'calendar');

describe('the calendar of a workflow (S-T3)', () => {
  let h: Api;
  beforeAll(async () => {
    h = await createApi();
  });
  afterAll(() => h.stop());

  it('is given back as it came, and null where there is none', async () => {
    expect(await createLadder(h, 'with', [7], { calendar: WHOLE })).toMatchObject({ calendar: WHOLE });
    expect((await h.call('GET', '/v1/workflows/with')).body.calendar).toEqual(WHOLE);
    expect(await createLadder(h, 'without')).toMatchObject({ calendar: null });
    expect(await createLadder(h, 'any-time', [7], { calendar: { send_at: null } })).toMatchObject({ calendar: {} });
  });

  it('takes sending at the very end of the quiet hours', () =>
    createLadder(h, 'at-eight', [7], { calendar: { send_at: '08:00', quiet_hours: { from: '20:00', to: '08:00' } } }));

  it.each(WRONG)('refuses %s, on create and on change', async (_what, calendar, path) => {
    const code = 'INVALID_FIELD';
    const body = { name: 'x', type: 'INVOICE', reference: 'x', status: 'DRAFT', calendar };
    await refuses(h, ['POST', '/v1/workflows', body], 400, code, at(path));
    await refuses(h, ['PATCH', '/v1/workflows/without', { calendar }], 400, code, at(path));
  });

  it('is merged by a PATCH, and the whole is judged (S-W10)', async () => {
    await createLadder(h, 'merged', [7], { calendar: { send_at: '09:00', holidays: { countries: ['NL'] } } });
    const patch = (calendar: unknown) => h.call('PATCH', '/v1/workflows/merged', { calendar });
    expect((await patch({ holidays: { dates: ['2026-12-24'] }, shift: 'NEXT' })).body.calendar).toEqual({
      send_at: '09:00',
      holidays: { countries: ['NL'], dates: ['2026-12-24'] },
      shift: 'NEXT',
    });
    const quiet = { quiet_hours: { from: '08:00', to: '10:00' } };
    await refuses(h, ['PATCH', '/v1/workflows/merged', { calendar: quiet }], 400, 'INVALID_FIELD', 'calendar.send_at');
    expect((await patch({ send_at: null, holidays: null, ...quiet })).body.calendar).toEqual({
      shift: 'NEXT',
      ...quiet,
    });
    expect((await patch({ colour: 1 })).headers['dunwell-ignored-fields']).toBe('calendar.colour');
    expect((await patch(null)).body.calendar).toBeNull();
  });

  it('makes a new version when it changes, and none when it is given again', async () => {
    await createLadder(h, 'versions', [7], { calendar: WHOLE });
    const version = async (change: Json): Promise<number> =>
      ((await h.call('PATCH', '/v1/workflows/versions', change)).body as { version: number }).version;
    expect(await version({ calendar: WHOLE, description: 'Again' })).toBe(1);
    expect(await version({ calendar: { send_at: '10:00' } })).toBe(2);
    expect(await version({ calendar: null })).toBe(3);
    expect(await version({ description: 'Other' })).toBe(3);
  });
});

describe('the calendar of the platform (S-W12)', () => {
  let h: Api;
  beforeAll(async () => {
    h = await createApi();
  });
  afterAll(() => h.stop());
  const patch = (calendar: unknown, more: Json = {}) => h.call('PATCH', '/v1/platform', { calendar, ...more });

  it('is kept, merged, judged whole and cleared', async () => {
    expect((await h.call('GET', '/v1/platform')).body.calendar).toBeNull();
    expect((await patch(WHOLE)).body.calendar).toEqual(WHOLE);
    expect((await h.call('PATCH', '/v1/platform', { name: 'Other' })).body.calendar).toEqual(WHOLE);
    expect((await patch({ quiet_hours: { to: '07:00' }, shift: null })).body.calendar).toEqual({
      ...WHOLE,
      quiet_hours: { from: '20:00', to: '07:00' },
      shift: undefined,
    });
    const early = { calendar: { send_at: '06:00' } };
    await refuses(h, ['PATCH', '/v1/platform', early], 400, 'INVALID_FIELD', 'calendar.send_at');
    expect((await patch({ colour: 1 }, { shape: 1 })).headers['dunwell-ignored-fields']).toBe('calendar.colour, shape');
    expect((await patch(null)).body.calendar).toBeNull();
  });

  it.each(WRONG)('refuses %s', async (_what, calendar, path) => {
    await patch(null);
    await refuses(h, ['PATCH', '/v1/platform', { calendar }], 400, 'INVALID_FIELD', at(path));
  });

  it('refuses half of the quiet hours', () =>
    refuses(
      h,
      ['PATCH', '/v1/platform', { calendar: { quiet_hours: { from: '20:00' } } }],
      400,
      'MISSING_FIELD',
      'calendar.quiet_hours.to',
    ));

  it('is the default of its workflows, pinned when a run begins (S-D6)', async () => {
    await patch({ send_at: '09:00' });
    await put(h, 'customers/cust_1', { email: 'ap@acme.example', timezone: 'UTC' });
    await createLadder(h, 'default', [7]);
    await createLadder(h, 'own', [7], { calendar: { send_at: '17:00' } });
    await createLadder(h, 'any-time', [7], { calendar: {} });
    await put(h, 'invoices/inv_1', { customer_id: 'cust_1', status: 'FINAL', due_date: '2990-01-31T00:00:00Z' });

    const plans = async (): Promise<string[]> => {
      const names = new Map(
        ((await h.call('GET', '/v1/workflows')).body.data as Json[]).map((w) => [w.id, w.reference]),
      );
      const runs = await runsOf(h, 'order_by=id');
      return runs.map(({ workflow_id, steps }) => `${names.get(workflow_id)} ${steps[0].planned_at}`).sort();
    };
    const planned = [
      'any-time 2990-02-07T00:00:00.000Z',
      'default 2990-02-07T09:00:00.000Z',
      'own 2990-02-07T17:00:00.000Z',
    ];
    expect(await plans()).toEqual(planned);

    await patch({ send_at: '11:00' });
    await h.call('PATCH', '/v1/workflows/own', { calendar: { send_at: '18:00' } });
    await h.call('PATCH', '/v1/workflows/any-time', { calendar: null });
    await put(h, 'invoices/inv_1', { customer_id: 'cust_1', status: 'FINAL', due_date: '2990-02-01T00:00:00Z' });
    expect(await plans()).toEqual(planned.map((line) => line.replace('02-07', '02-08')));
  });

  it('says each move of a step, and which holiday', async () => {
    await patch(null);
    const calendar = { send_at: '09:00', business_days_only: true, holidays: { countries: ['NL'] } };
    await createLadder(h, 'christmas', [15], { calendar });
    // In 2989 the 25th of December is a Friday.
    await put(h, 'invoices/inv_2', { customer_id: 'cust_1', status: 'FINAL', due_date: '2989-12-10T00:00:00Z' });
    const run = (await runsOf(h, 'resource_id=inv_2')).find(({ steps }) => steps[0].id === '15-DAY');
    expect(run?.steps[0]).toMatchObject({
      raw_at: '2989-12-25T00:00:00.000Z',
      planned_at: '2989-12-28T09:00:00.000Z',
      shifts: [
        { from: '2989-12-25T00:00:00.000Z', to: '2989-12-25T09:00:00.000Z', reason: 'send_at' },
        {
          from: '2989-12-25T09:00:00.000Z',
          to: '2989-12-26T09:00:00.000Z',
          reason: 'holiday',
          detail: 'Christmas Day, NL',
        },
        { from: '2989-12-26T09:00:00.000Z', to: '2989-12-28T09:00:00.000Z', reason: 'weekend' },
      ],
    });
  });
});
