import PostalMime from 'postal-mime';
import { describe, expect, it } from 'vitest';
import type { MailFacts, MailInvoice } from '../../contracts/mail.js';
import { templateExists } from '../../email/built-in-library.js';
import { createComposer } from '../../email/compose.js';
import { LANGUAGES } from '../../email/templates/texts.js';
import { sampleInvoice, sampleRequest, sampleTrial } from './sample-request.js';

const { compose } = createComposer({ mailDomain: 'mail.dunwell.example' });

const nobody = { name: null, email: 'billing@acme.example.com' };
const amounts: Pick<MailInvoice, 'total' | 'open' | 'paid'>[] = [
  { total: null, open: null, paid: null },
  { total: sampleInvoice.total, open: null, paid: null },
  { total: null, open: sampleInvoice.open, paid: { quantity: '0', currency: 'EUR' } },
  { total: sampleInvoice.total, open: sampleInvoice.open, paid: sampleInvoice.paid },
];
const dues: Pick<MailInvoice, 'dueOn' | 'daysOverdue'>[] = [
  { dueOn: null, daysOverdue: null },
  { dueOn: null, daysOverdue: 40 },
  ...[null, -3, 0, 1, 12, 40].map((daysOverdue) => ({ dueOn: sampleInvoice.dueOn, daysOverdue })),
];

/** Every combination of what may be missing from an invoice, a trial and around them. */
function* factsOf(variant: MailFacts['variant'], locale: string): Generator<MailFacts> {
  const base = { variant, locales: [locale] };
  if (variant === 'FREE_TRIAL_REMINDER') {
    for (const trial of [null, ...[-1, 0, 1, 3].map((daysLeft) => ({ ...sampleTrial, daysLeft }))]) {
      for (const subscriptionName of [null, 'Analytics Pro']) {
        yield {
          ...base,
          sender: nobody,
          customerName: null,
          invoice: null,
          trial: trial && { ...trial, subscriptionName },
        };
      }
    }
    return;
  }
  yield { ...base, sender: nobody, customerName: null, invoice: null, trial: null };
  for (const amount of amounts) {
    for (const due of dues) {
      for (const bare of [true, false]) {
        const bareness = { number: null, purchaseOrderNumber: null, issuedOn: null, payUrl: null };
        const invoice = { ...sampleInvoice, ...amount, ...due, ...(bare ? bareness : {}) };
        yield {
          ...base,
          sender: bare ? nobody : { name: 'Acme', email: nobody.email },
          customerName: bare ? null : 'Zoë',
          invoice,
          trial: null,
        };
        if (bare)
          yield { ...base, sender: nobody, customerName: 'Zoë', invoice: { ...invoice, number: 'INV-1' }, trial: null };
        else yield { ...base, sender: nobody, customerName: null, invoice: { ...invoice, number: null }, trial: null };
      }
    }
  }
}

/** What no reader should ever see: programmers' words, leftovers of tags, holes where a value was missing. */
const BLEMISHES = [
  /null|undefined|NaN|\[object/i,
  /\{\{|\}\}|\{%|%\}|\[\[|\]\]/,
  / {2}/,
  /\( *\)/,
  / [.,;:!?]( |$)/m,
  /[.,]{2}/,
  /^ | $/m,
];

function flatText(html: string): string {
  const body = html.slice(html.indexOf('<body'));
  const words = body.replace(/<!--[\s\S]*?-->/g, '').replace(/<[^>]+>/g, '\n');
  return words
    .replace(/&nbsp;|&#8202;|&#847;|&zwnj;/g, '')
    .replace(/[ \t]*\n[ \t\n]*/g, '\n')
    .trim();
}

describe.each(['TO_FINAL', 'OVERDUE', 'FREE_TRIAL_REMINDER'] as const)('%s', (variant) => {
  it.each(LANGUAGES)('reads well in %s, whatever is missing', { timeout: 30_000 }, async (locale) => {
    for (const facts of factsOf(variant, locale)) {
      const mail = await compose(sampleRequest({}, { facts }));
      const { subject, text = '', html = '' } = await PostalMime.parse(mail.raw);
      expect(mail.locale).toBe(locale);
      for (const shown of [subject ?? '', text.trimEnd(), flatText(html)]) {
        for (const blemish of BLEMISHES) expect(shown).not.toMatch(blemish);
        expect(shown.length).toBeGreaterThan(10);
      }
      expect(text).not.toMatch(/\n{3}/);
      expect(html).toContain(`<html lang="${locale}"`);
    }
  });
});

describe('the reminder', () => {
  it.each([
    ['en', 1, '1 day overdue'],
    ['en', 2, '2 days overdue'],
    ['en', 0, 'due today'],
    ['nl', 1, '1 dag over'],
    ['nl', 2, '2 dagen over'],
    ['de', 1, '1 Tag überfällig'],
    ['de', 2, '2 Tagen überfällig'],
    ['fr', 1, '1 jour'],
    ['fr', 2, '2 jours'],
    ['es', 1, '1 día'],
    ['es', 1200, '1200 días'],
  ])('in %s counts %i as "%s"', async (locale, daysOverdue, words) => {
    const mail = await compose(sampleRequest({ locales: [locale], invoice: { ...sampleInvoice, daysOverdue } }));
    expect((await PostalMime.parse(mail.raw)).text).toContain(words);
  });

  it('never threatens, however late', async () => {
    for (const locale of LANGUAGES) {
      const mail = await compose(sampleRequest({ locales: [locale], invoice: { ...sampleInvoice, daysOverdue: 400 } }));
      const { text } = await PostalMime.parse(mail.raw);
      expect(text).not.toMatch(
        /legal|court|collection|\bfees?\b|interest|incasso|rente|Mahn|Inkasso|Zinsen|huissier|intérêt|judicial|recargo/i,
      );
    }
  });
});

describe('templateExists', () => {
  it('knows the built-in names', () => {
    expect(['to_final', 'overdue', 'free_trial_reminder'].every(templateExists)).toBe(true);
    expect(['TO_FINAL', 'wallet_balance', 'constructor', ''].some(templateExists)).toBe(false);
  });
});
