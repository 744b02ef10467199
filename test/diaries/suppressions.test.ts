import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { openDiary, type Diary } from './diary.js';

type Json = Record<string, any>;

/** 7, 15 and 30 days after 10 January, UTC: the 17th, the 25th and 9 February. */
describe('an address that is suppressed (S-E6)', () => {
  async function begun(action: Json = {}): Promise<Diary> {
    const diary = await openDiary('2026-01-01T08:00:00Z', 'UTC');
    await diary.ladderOf([7, 15, 30]);
    const [own] = (await diary.h.call<Json[]>('GET', '/v1/workflow-actions')).body;
    await diary.ok('PATCH', `/v1/workflow-actions/${String(own?.id)}`, { send_email_to_customer: action });
    await diary.invoice({ due_date: '2026-01-10T00:00:00Z' });
    return diary;
  }
  const suppress = (diary: Diary, email = 'AP@acme.example') => diary.ok('POST', '/v1/suppressions', { email });
  const remove = (diary: Diary, email = 'ap@acme.example') => diary.ok('DELETE', `/v1/suppressions/${email}`);
  const addresses = async (diary: Diary): Promise<string[]> =>
    (await diary.h.mails()).map(({ To, Cc }) => [...To, ...Cc].map(({ Address }) => Address).join(' '));

  it('blocks the step; when it is removed the mail goes, within its window', async () => {
    const diary = await begun();
    await suppress(diary);
    await diary.until('2026-01-19');
    expect(await diary.run()).toMatchObject({ status: 'BLOCKED', reason: 'suppressed' });
    await diary.on('2026-01-20', 'removed', () => remove(diary));
    await diary.until('2026-01-21');
    expect(await diary.story()).toEqual([
      '2026-01-17T00:00 blocked 7-DAY suppressed',
      '2026-01-20T00:00 * removed',
      '2026-01-20T00:00 mail 7-DAY',
    ]);
  });

  it('lets the mail go when the customer gets another address', async () => {
    const diary = await begun();
    await suppress(diary);
    await diary.on('2026-01-18', 'a new address', () => diary.customer({ email: 'new@acme.example' }));
    await diary.until('2026-01-19');
    expect(await diary.story()).toEqual([
      '2026-01-17T00:00 blocked 7-DAY suppressed',
      '2026-01-18T00:00 * a new address',
      '2026-01-18T00:00 mail 7-DAY',
    ]);
    expect(await addresses(diary)).toEqual(['new@acme.example']);
  });

  it('skips what was never mended in its window, and blocks the next step', async () => {
    const diary = await begun();
    await suppress(diary);
    await diary.until('2026-01-26');
    expect(await diary.story()).toEqual([
      '2026-01-17T00:00 blocked 7-DAY suppressed',
      '2026-01-24T00:00 skipped 7-DAY delivery_window_passed',
      '2026-01-25T00:00 blocked 15-DAY suppressed',
    ]);
  });

  it('of a copy is left out, and noted', async () => {
    const diary = await begun({
      cc_recipients: ['cc@acme.example', 'gone@acme.example'],
      bcc_recipients: ['hidden@acme.example'],
    });
    for (const email of ['GONE@acme.example', 'hidden@acme.example']) await suppress(diary, email);
    await diary.until('2026-01-18');
    // On a TEST platform copies go to the mailbox, too.
    expect(await addresses(diary)).toEqual(['ap@acme.example cc@acme.example']);
    const [delivery] = await diary.h.db.rows<{ recipients: Json }>(
      'SELECT recipients FROM deliveries WHERE platform_id = $1',
      [diary.h.platformId],
    );
    expect(delivery?.recipients).toEqual({
      to: 'ap@acme.example',
      cc: ['cc@acme.example'],
      bcc: [],
      refused: [],
      suppressed: ['gone@acme.example', 'hidden@acme.example'],
      insteadOf: null,
    });
  });

  it('of the customer is replaced by the next contact where the action says so, and explain tells', async () => {
    const diary = await begun({ fallback_to_contacts: true });
    await diary.put('contacts/cont_off', {
      customer_id: 'cust_1',
      email: 'off@acme.example',
      notification_preferences: [{ type: 'INVOICE', channels: [{ type: 'EMAIL', enabled: false }] }],
    });
    await diary.put('contacts/cont_1', { customer_id: 'cust_1', email: 'cfo@acme.example', name: 'The CFO' });
    await suppress(diary);
    const explained = async (): Promise<string> => String((await diary.ok('GET', '/v1/explain?invoice_id=inv_1')).text);
    expect((await explained()).replaceAll(/\s+/g, ' ')).toContain(
      'It goes then, to cfo@acme.example (a contact, because the customer’s own address is suppressed).',
    );
    const simulated = await diary.ok('POST', '/v1/simulations', { workflow_id: 'overdue', invoice_id: 'inv_1' });
    expect((simulated.mails as Json[])[0]?.to).toBe('cfo@acme.example');
    await diary.until('2026-01-18');
    expect((await diary.h.mails()).map(({ To }) => To)).toEqual([[{ Name: 'The CFO', Address: 'cfo@acme.example' }]]);
    expect(await explained()).toMatch(/Sent [^.]* to cfo@acme.example \(a contact, because the customer’s own address/);
    const told = (await diary.ok('GET', '/v1/explain?invoice_id=inv_1')).resources as Json[];
    expect(told[0]?.runs[0].steps[0].deliveries[0].to).toBe('cfo@acme.example');
    const sent = await diary.ok('GET', '/v1/deliveries?status=SENT');
    expect((sent.data as Json[])[0]?.recipients).toMatchObject({ to: 'cfo@acme.example', instead_of: 'suppressed' });
    await suppress(diary, 'cfo@acme.example');
    await diary.until('2026-01-26');
    await diary.on('2026-01-27', 'a new contact', () =>
      diary.put('contacts/cont_2', { customer_id: 'cust_1', email: 'coo@acme.example' }),
    );
    await diary.until('2026-01-28');
    expect(await diary.story()).toEqual([
      '2026-01-17T00:00 mail 7-DAY',
      '2026-01-25T00:00 blocked 15-DAY suppressed',
      '2026-01-27T00:00 * a new contact',
      '2026-01-27T00:00 mail 15-DAY',
    ]);
  });

  it('by a complaint stops the mails of a run that waits', async () => {
    const diary = await begun();
    const { id } = await diary.ok('POST', '/v1/integrations', {
      reference: 'mailgun',
      type: 'EMAIL_PROVIDER',
      email_provider: { variant: 'MAILGUN' },
      authentication: { webhook_signing_key: 'key' },
    });
    await diary.on('2026-01-20', 'a complaint', () => {
      const timestamp = String(Math.floor(Date.now() / 1000));
      const signature = createHmac('sha256', 'key').update(`${timestamp}token`).digest('hex');
      return diary.ok('POST', `/intake/mailgun/${String(id)}`, {
        signature: { timestamp, token: 'token', signature },
        'event-data': { event: 'complained', recipient: 'ap@acme.example', id: 'event' },
      });
    });
    await diary.until('2026-01-26');
    expect(await diary.story()).toEqual([
      '2026-01-17T00:00 mail 7-DAY',
      '2026-01-20T00:00 * a complaint',
      '2026-01-25T00:00 blocked 15-DAY suppressed',
    ]);
    const explained = await diary.ok('GET', '/v1/explain?invoice_id=inv_1');
    expect(explained.text).toContain('or the suppression is removed');
    expect(String(explained.text).replaceAll(/\s+/g, ' ')).toMatch(
      /ap@acme.example is suppressed since [^:]*:\d\d: somebody complained, says MAILGUN\./,
    );
  });
});
