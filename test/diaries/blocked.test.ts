import { describe, expect, it } from 'vitest';
import { openDiary, type Diary } from './diary.js';

type Json = Record<string, any>;

interface Cause {
  reason: string;
  /** What the action asks for, besides. */
  action?: Json;
  facts?: Json;
  breaks: (diary: Diary) => Promise<unknown>;
  mends: (diary: Diary) => Promise<unknown>;
}

const actionOf = async (diary: Diary): Promise<string> => {
  const [action] = (await diary.h.call<Json[]>('GET', '/v1/workflow-actions')).body;
  return `/v1/workflow-actions/${String(action?.id)}`;
};
const integration = (status: string) => async (diary: Diary) => {
  const [own] = (await diary.ok('GET', '/v1/integrations')).data as Json[];
  const path = `/v1/integrations/${String(own?.id)}`;
  return status === 'ACTIVE' ? diary.ok('POST', `${path}/activate`) : diary.ok('PATCH', path, { status });
};
const link = { pay_invoice_link: { url: 'https://pay.acme.example/1' } };

/** Everything that can keep a mail from being sent and that somebody can repair (S-R2). */
const CAUSES: Cause[] = [
  {
    reason: 'no_recipient',
    breaks: (diary) => diary.customer({ email: null }),
    mends: (diary) => diary.customer({ email: 'new@acme.example' }),
  },
  {
    reason: 'no_action',
    breaks: async (diary) => diary.ok('PATCH', await actionOf(diary), { status: 'INACTIVE' }),
    mends: async (diary) => diary.ok('PATCH', await actionOf(diary), { status: 'ACTIVE' }),
  },
  {
    reason: 'on_hold',
    breaks: (diary) => diary.invoice({ on_hold: true }),
    mends: (diary) => diary.invoice({ on_hold: false }),
  },
  {
    reason: 'no_payment_link',
    action: { invoice: { include_payment_link: true } },
    facts: link,
    breaks: (diary) => diary.invoice({ pay_invoice_link: null }),
    mends: (diary) => diary.invoice(link),
  },
  {
    reason: 'provider_not_active',
    action: { integration_id: 'smtp' },
    breaks: integration('TESTING'),
    mends: integration('ACTIVE'),
  },
  {
    reason: 'no_pdf',
    breaks: async (diary) =>
      diary.ok('PATCH', await actionOf(diary), { send_email_to_customer: { invoice: { include_pdf: true } } }),
    mends: async (diary) =>
      diary.ok('PATCH', await actionOf(diary), { send_email_to_customer: { invoice: { include_pdf: false } } }),
  },
];

/** 7 and 10 days after 10 January, UTC: the 17th and the 20th, so a mail has three days to be repaired (S-T7). */
describe('a mail that cannot be sent', () => {
  async function open({ action, facts }: Cause): Promise<Diary> {
    const diary = await openDiary('2026-01-01T08:00:00Z', 'UTC');
    await diary.ladderOf([7, 10]);
    if (action?.integration_id) {
      const { id } = await diary.ok('POST', '/v1/integrations', {
        reference: 'smtp',
        type: 'EMAIL_PROVIDER',
        status: 'ACTIVE',
        authentication: { username_password: { username: 'mailer', password: 'n0ne' } },
        email_provider: { variant: 'SMTP', smtp: { host: '127.0.0.1', port: 25, tls: 'NONE' } },
      });
      action = { integration_id: id };
    }
    if (action) await diary.ok('PATCH', await actionOf(diary), { send_email_to_customer: action });
    await diary.invoice({ due_date: '2026-01-10T00:00:00Z', ...facts });
    return diary;
  }

  it.each(CAUSES)('$reason: repaired in time, it goes by itself at that moment', async (cause) => {
    const diary = await open(cause);
    await diary.on('2026-01-16', 'broken', () => cause.breaks(diary));
    await diary.on('2026-01-18T09:00:00Z', 'repaired', () => cause.mends(diary));
    await diary.until('2026-03-01');
    expect(await diary.story()).toEqual([
      '2026-01-16T00:00 * broken',
      `2026-01-17T00:00 blocked 7-DAY ${cause.reason}`,
      '2026-01-18T09:00 * repaired',
      '2026-01-18T09:00 mail 7-DAY',
      '2026-01-20T00:00 mail 10-DAY',
      '2026-01-20T00:00 completed',
    ]);
  });

  it.each(CAUSES)(
    '$reason: not repaired, it is skipped when the next is due, and that one after a week',
    async (cause) => {
      const diary = await open(cause);
      await diary.on('2026-01-16', 'broken', () => cause.breaks(diary));
      await diary.on('2026-01-27', 'repaired too late', () => cause.mends(diary));
      await diary.until('2026-03-01');
      expect(await diary.story()).toEqual([
        '2026-01-16T00:00 * broken',
        `2026-01-17T00:00 blocked 7-DAY ${cause.reason}`,
        '2026-01-20T00:00 skipped 7-DAY delivery_window_passed',
        `2026-01-20T00:00 blocked 10-DAY ${cause.reason}`,
        '2026-01-27T00:00 completed',
        '2026-01-27T00:00 skipped 10-DAY delivery_window_passed',
        '2026-01-27T00:00 * repaired too late',
      ]);
    },
  );

  it('since its subject would have ten megabytes: it waits like any other, and goes with a shorter one', async () => {
    const diary = await open({ reason: '', breaks: () => Promise.resolve(), mends: () => Promise.resolve() });
    const subject = async (text: string) =>
      diary.ok('PATCH', await actionOf(diary), { send_email_to_customer: { subject: text } });
    await diary.on('2026-01-16', 'long', () => subject(`{% for i in (1..50000) %}${'x'.repeat(200)}{% endfor %}`));
    await diary.on('2026-01-17T05:00:00Z', 'short', () => subject('{% for i in (1..3) %}x{% endfor %}'));
    await diary.until('2026-01-17T05:30:00Z');
    expect(await diary.story()).toEqual([
      '2026-01-16T00:00 * long',
      '2026-01-17T00:00 blocked 7-DAY template_missing',
      '2026-01-17T05:00 * short',
      '2026-01-17T05:00 mail 7-DAY',
    ]);
  });

  it('for one reason and then for another: it goes when both are repaired', async () => {
    const diary = await open({ reason: '', breaks: () => Promise.resolve(), mends: () => Promise.resolve() });
    await diary.on('2026-01-16', 'on hold, no address', async () => {
      await diary.invoice({ on_hold: true });
      await diary.customer({ email: null });
    });
    await diary.on('2026-01-18', 'no longer on hold', () => diary.invoice({ on_hold: false }));
    await diary.on('2026-01-19', 'an address', () => diary.customer({ email: 'ap@acme.example' }));
    await diary.until('2026-01-19T01:00:00Z');
    expect(await diary.story()).toEqual([
      '2026-01-16T00:00 * on hold, no address',
      '2026-01-17T00:00 blocked 7-DAY on_hold',
      '2026-01-18T00:00 * no longer on hold',
      '2026-01-18T00:00 blocked 7-DAY no_recipient',
      '2026-01-19T00:00 * an address',
      '2026-01-19T00:00 mail 7-DAY',
    ]);
  });

  it('whose invoice is paid before anybody repaired it: it never goes', async () => {
    const diary = await open({ reason: '', breaks: () => Promise.resolve(), mends: () => Promise.resolve() });
    await diary.on('2026-01-16', 'no address', () => diary.customer({ email: null }));
    await diary.on('2026-01-18', 'paid', () => diary.invoice({ paid: true }));
    await diary.on('2026-01-19', 'an address', () => diary.customer({ email: 'ap@acme.example' }));
    await diary.until('2026-03-01');
    expect(await diary.story()).toEqual([
      '2026-01-16T00:00 * no address',
      '2026-01-17T00:00 blocked 7-DAY no_recipient',
      '2026-01-18T00:00 * paid',
      '2026-01-18T00:00 stopped paid',
      '2026-01-18T00:00 skipped 7-DAY paid',
      '2026-01-18T00:00 skipped 10-DAY paid',
      '2026-01-19T00:00 * an address',
    ]);
  });
});
