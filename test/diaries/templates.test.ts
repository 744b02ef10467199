import { describe, expect, it } from 'vitest';
import { createWorkflow, overdueLadder } from '../support/scenario.js';
import { openDiary, type Diary } from './diary.js';

describe('mails made from stored templates (S-E2)', { timeout: 60_000 }, () => {
  const due = { due_date: '2026-01-10T00:00:00Z', invoice_number: '42' };
  const letter = (subject: string, more: object = {}) => ({
    locale: 'en',
    subject,
    html: '<p>{{ customer.name }}</p>',
    ...more,
  });

  async function begin(): Promise<Diary> {
    return openDiary('2026-01-01T08:00:00Z', 'UTC');
  }

  /** A ladder of 7 and 15 days whose action names a template. */
  async function ladder(diary: Diary, template_name: string, more: object = {}): Promise<void> {
    const workflow = await diary.ok('POST', '/v1/workflows', {
      ...overdueLadder('overdue', [7, 15]),
      name: 'Overdue',
      status: 'ACTIVE',
    });
    await diary.ok('POST', '/v1/workflow-actions', {
      workflow_id: workflow.id,
      type: 'SEND_EMAIL_TO_CUSTOMER',
      status: 'ACTIVE',
      send_email_to_customer: { template_name, ...more },
    });
  }

  async function subjects(diary: Diary): Promise<string[]> {
    return (await diary.h.mails()).map(({ Subject }) => Subject);
  }

  it('use what is stored at the send, also when it changed while the run waited', async () => {
    const diary = await begin();
    await diary.put('email-templates/dunning', letter('First {{ invoice.number }}'));
    await ladder(diary, 'dunning');
    await diary.invoice(due);
    await diary.until('2026-01-20');
    await diary.put('email-templates/dunning', letter('Second {{ invoice.number }}'));
    await diary.until('2026-01-30');
    expect(await subjects(diary)).toEqual(['First 42', 'Second 42']);
  });

  it('stand before the built-in ones, for the locales that are stored', async () => {
    const diary = await begin();
    await createWorkflow(diary.h, overdueLadder('overdue', [7, 15]));
    await diary.put('email-templates/overdue', letter('Van ons', { locale: 'nl' }));
    await diary.invoice(due);
    await diary.customer({ locale: 'nl-BE' });
    await diary.until('2026-01-20');
    await diary.customer({ locale: 'fi' });
    await diary.until('2026-01-30');
    expect(await subjects(diary)).toEqual(['Van ons', 'Reminder: invoice 42 is 15 days overdue']);
  });

  it('go by the locale chain: exact, language, the platform’s, the template’s own default', async () => {
    const diary = await begin();
    for (const locale of ['de', 'fr', 'nl', 'nl-BE']) {
      await diary.put('email-templates/dunning', letter(locale, { locale, default: locale === 'de' }));
    }
    await diary.ok('PATCH', '/v1/platform', { locale: 'fr-FR' });
    const workflow = { ...overdueLadder('overdue', [1, 2, 3, 4]), name: 'Overdue', status: 'ACTIVE' };
    const { id } = await diary.ok('POST', '/v1/workflows', workflow);
    const action = {
      type: 'SEND_EMAIL_TO_CUSTOMER',
      status: 'ACTIVE',
      send_email_to_customer: { template_name: 'dunning' },
    };
    await diary.ok('POST', '/v1/workflow-actions', { workflow_id: id, ...action });
    await diary.invoice(due);
    await diary.customer({ locale: 'nl_BE' });
    await diary.until('2026-01-11');
    await diary.customer({ locale: 'nl-NL' });
    await diary.until('2026-01-12');
    await diary.customer({ locale: 'pl' });
    await diary.until('2026-01-13');
    await diary.ok('PATCH', '/v1/platform', { locale: null });
    await diary.until('2026-01-14');
    expect(await subjects(diary)).toEqual(['nl-BE', 'nl', 'fr', 'de']);
  });

  it('wait for a value they cannot do without, and go as soon as the facts have it', async () => {
    const diary = await begin();
    await diary.put(
      'email-templates/dunning',
      letter('{{ invoice.purchase_order_number }}', { required: ['invoice.purchase_order_number'] }),
    );
    await ladder(diary, 'dunning');
    await diary.invoice(due);
    await diary.until('2026-01-18T01:00:00Z');
    expect(await diary.run()).toMatchObject({ status: 'BLOCKED', reason: 'variable_missing' });
    await diary.invoice({ invoice_number: '43' });
    await diary.rest();
    expect(await diary.run()).toMatchObject({ status: 'BLOCKED', reason: 'variable_missing' });
    await diary.invoice({ purchase_order_number: 'PO-1' });
    await diary.rest();
    expect(await diary.mailTimes()).toEqual(['2026-01-18T01:00']);
    expect(await subjects(diary)).toEqual(['PO-1']);
  });

  it('wait for the customer’s name, whose change otherwise wakes nobody', async () => {
    const diary = await begin();
    await diary.put('email-templates/dunning', letter('Hello {{ customer.name }}', { required: ['customer.name'] }));
    await ladder(diary, 'dunning');
    await diary.invoice(due);
    await diary.until('2026-01-18T01:00:00Z');
    expect(await diary.run()).toMatchObject({ status: 'BLOCKED', reason: 'variable_missing' });
    await diary.customer({ organization: { legal_name: 'ACME B.V.' } });
    await diary.rest();
    expect(await subjects(diary)).toEqual(['Hello ACME B.V.']);
    expect(await diary.mailTimes()).toEqual(['2026-01-18T01:00']);
  });

  it('go as soon as the template no longer asks for what is missing', async () => {
    const diary = await begin();
    await diary.put('email-templates/dunning', letter('A', { required: ['customer.name'] }));
    await ladder(diary, 'dunning');
    await diary.invoice(due);
    await diary.until('2026-01-18T01:00:00Z');
    await diary.put('email-templates/dunning', letter('B'));
    await diary.rest();
    expect(await subjects(diary)).toEqual(['B']);
    expect(await diary.mailTimes()).toEqual(['2026-01-18T01:00']);
  });

  it('wait while a template is gone, and go when it is stored again', async () => {
    const diary = await begin();
    await diary.put('email-templates/dunning', letter('A'));
    await ladder(diary, 'dunning');
    await diary.invoice(due);
    // Nobody can delete what an action names; an older release, or a hand in the database, could.
    await diary.h.db.rows('DELETE FROM email_templates WHERE platform_id = $1', [diary.h.platformId]);
    await diary.until('2026-01-18T01:00:00Z');
    expect(await diary.run()).toMatchObject({ status: 'BLOCKED', reason: 'template_missing' });
    await diary.put('email-templates/dunning', letter('Again'));
    await diary.rest();
    expect(await subjects(diary)).toEqual(['Again']);
  });

  it('show a partial that changed while the run waited', async () => {
    const diary = await begin();
    await diary.put('email-templates/_foot', { locale: 'en', html: '<i>one</i>' });
    await diary.put(
      'email-templates/dunning',
      letter('S', { html: '{% layout "_layout" %}{% block content %}{% render "_foot" %}{% endblock %}' }),
    );
    await ladder(diary, 'dunning');
    await diary.invoice(due);
    await diary.until('2026-01-20');
    await diary.put('email-templates/_foot', { locale: 'en', html: '<i>two</i>' });
    await diary.until('2026-01-30');
    const texts = await Promise.all(
      (await diary.h.mails()).map(async ({ ID }) => {
        const message = (await (await fetch(`${diary.h.mailboxUrl}/api/v1/message/${ID}`)).json()) as { Text: string };
        return message.Text.split(/\s+/)
          .filter((word) => word === 'one' || word === 'two')
          .join();
      }),
    );
    expect(texts).toEqual(['one', 'two']);
  });
});
