import { describe, expect, it } from 'vitest';
import type { Platform } from '../../store/platforms.js';
import { acceptTrigger, type TriggerRequest } from '../../store/triggers.js';
import { overdueLadder } from '../support/scenario.js';
import { openDiary, type Diary } from './diary.js';

type Json = Record<string, any>;

describe('mails with what a call of the workflow gave for the template (S-Z4)', { timeout: 60_000 }, () => {
  /** A workflow of one action, whose mails are made from this template; answers its id. */
  async function begin(template: Json, action: Json = {}): Promise<{ diary: Diary; workflowId: string }> {
    const diary = await openDiary('2026-01-01T08:00:00Z', 'UTC');
    const whole = { locale: 'en', subject: 'S', html: '<p>-</p>', ...template };
    await diary.put('email-templates/dunning', whole);
    const { id: workflowId } = await diary.ok('POST', '/v1/workflows', {
      ...overdueLadder('overdue', [7]),
      name: 'Overdue',
      status: 'ACTIVE',
    });
    await diary.ok('POST', '/v1/workflow-actions', {
      workflow_id: workflowId,
      type: 'SEND_EMAIL_TO_CUSTOMER',
      status: 'ACTIVE',
      send_email_to_customer: { template_name: 'dunning', ...action },
    });
    return { diary, workflowId: workflowId as string };
  }

  /** As a call by number does, at 20 January, when the step of seven days is due at once. */
  async function call({ diary, workflowId }: Awaited<ReturnType<typeof begin>>, variables: Json): Promise<void> {
    await diary.ok('PATCH', `/v1/workflows/${workflowId}`, { status: 'INACTIVE' });
    await diary.invoice({ due_date: '2026-01-10T00:00:00Z', invoice_number: '42' });
    await diary.until('2026-01-20');
    await diary.ok('PATCH', `/v1/workflows/${workflowId}`, { status: 'ACTIVE' });
    const platform = await diary.h.db.row<Platform>('SELECT * FROM platforms WHERE id = $1', [diary.h.platformId]);
    if (!platform) throw new Error('no platform');
    const request: TriggerRequest = {
      type: 'MANUAL',
      workflowId,
      customerId: null,
      variant: null,
      targetType: 'INVOICE',
      resource: { type: 'INVOICE', id: 'inv_1', field: 'invoice_id' },
      subscriptionId: null,
      walletTypeId: null,
      period: { type: 'DAY', value: 7 },
      trialEndAt: null,
      call: { variables, userId: 'key_1' },
      target: { invoice: { invoice_id: 'inv_1' } },
      variantField: 'variant',
      periodField: 'period',
    };
    await diary.h.db.transaction((tx) => acceptTrigger(tx, platform, request));
    await diary.rest();
  }

  async function mail(diary: Diary): Promise<{ Subject: string; HTML: string; Text: string }> {
    const [first, ...more] = await diary.h.mails();
    expect(more).toEqual([]);
    return (await (await fetch(`${diary.h.mailboxUrl}/api/v1/message/${first?.ID ?? ''}`)).json()) as never;
  }

  it('show it in subject and body, escaped, and keep it as evidence', async () => {
    const words =
      '{{ parameters.note }}|{{ parameters.count | count: "seat", "seats" }}|{{ parameters.on | date: "short" }}|';
    const begun = await begin(
      {
        html: `<p>${words}{{ parameters.at | date }}|{{ parameters.urgent }}|{% for item in parameters.theItems %}{{ item.name }};{% endfor %}</p>`,
        text: words,
      },
      { subject: 'For {{ parameters.note }} of {{ invoice.number }}' },
    );
    const variables = {
      note: '<script>alert(1)</script> & {{ customer.name }}\u202e',
      count: 2,
      on: '2026-03-02',
      at: '2026-03-02T10:30:00',
      urgent: false,
      theItems: [{ name: '"one"' }, { name: '<b>' }],
    };
    await call(begun, variables);
    const { Subject, HTML, Text } = await mail(begun.diary);
    expect(Subject).toBe('For <script>alert(1)</script> & {{ customer.name }} of 42');
    expect(HTML.trim()).toBe(
      '<p>&lt;script&gt;alert(1)&lt;/script&gt; &amp; {{ customer.name }}|2 seats|02/03/2026|2 March 2026|false|&#34;one&#34;;&lt;b&gt;;</p>',
    );
    expect(Text.trim()).toBe('<script>alert(1)</script> & {{ customer.name }}|2 seats|02/03/2026|');
    const { data } = await begun.diary.ok('GET', '/v1/deliveries');
    const { facts } = await begun.diary.ok('GET', `/v1/deliveries/${(data as Json[])[0]?.id as string}`);
    expect((facts as Json).parameters).toEqual(variables);
  });

  it('are not sent with a line break in the subject: nobody adds a header by a parameter', async () => {
    const begun = await begin({ subject: '{{ parameters.note }}', html: '<p>{{ parameters.note }}</p>' });
    await call(begun, { note: 'Hello\r\nBcc: everybody@acme.example' });
    expect(await begun.diary.run()).toMatchObject({ status: 'BLOCKED', reason: 'template_missing' });
    expect(await begun.diary.h.mails()).toEqual([]);
  });

  it('are blocked without one that the template cannot do without', async () => {
    const begun = await begin({ subject: '{{ parameters.note }}', required: ['parameters.note'] });
    await call(begun, { other: 'x', note: '  ' });
    expect(await begun.diary.run()).toMatchObject({ status: 'BLOCKED', reason: 'variable_missing' });
  });

  it('go with one that lies inside of another', async () => {
    const begun = await begin({ subject: '{{ parameters.order.id }}', required: ['parameters.order.id'] });
    await call(begun, { order: { id: 'A-7' } });
    expect((await mail(begun.diary)).Subject).toBe('A-7');
  });

  it('say what the template says without it when nobody called', async () => {
    const { diary } = await begin({
      subject: 'A{% if parameters.note %}B{% endif %}{{ parameters.note }} {{ parameters.x | default: "friend" }}',
      html: '<p>{{ parameters.deep.inside }}{% for one in parameters.items %}!{% endfor %}.</p>',
    });
    await diary.invoice({ due_date: '2026-01-10T00:00:00Z', invoice_number: '42' });
    await diary.until('2026-01-18T01:00:00Z');
    const { Subject, HTML } = await mail(diary);
    expect([Subject, HTML.trim()]).toEqual(['A friend', '<p>.</p>']);
  });

  it('look like this in a preview: with those of the run, or others to try', async () => {
    const begun = await begin({ subject: '{{ parameters.note }}, {{ parameters.other }}' });
    await call(begun, { note: 'from the call' });
    const { id } = await begun.diary.run();
    const preview = (body: Json): Promise<Json> => begun.diary.ok('POST', '/v1/email-templates/dunning/preview', body);
    expect(await preview({ run_id: id })).toMatchObject({
      subject: 'from the call,',
      missing: ['parameters.other'],
    });
    const parameters = { note: 'N', other: 'O' };
    expect(await preview({ run_id: id, parameters })).toMatchObject({ subject: 'N, O', missing: [] });
    expect(await preview({ parameters })).toMatchObject({ subject: 'N, O', missing: [] });
  });
});
