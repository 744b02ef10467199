import PostalMime from 'postal-mime';
import { describe, expect, it } from 'vitest';
import type { MailFacts } from '../../contracts/mail.js';
import { templateExists } from '../../email/built-in-library.js';
import { createComposer } from '../../email/compose.js';
import { mailValues } from '../../email/mail-values.js';
import { LANGUAGES } from '../../email/templates/texts.js';
import { factsOf } from './facts-of.js';
import { sampleInvoice, samplePayment, sampleRequest, sampleWallet } from './sample-request.js';

const { compose } = createComposer({ mailDomain: 'mail.dunwell.example' });

const VARIANTS = [
  'TO_FINAL',
  'OVERDUE',
  'UPCOMING_PAYMENT_REMINDER',
  'FAILED_PAYMENT',
  'FREE_TRIAL_REMINDER',
  'WALLET_BALANCE',
] as const;

async function read(facts: Partial<MailFacts>): Promise<{ subject: string; text: string; html: string }> {
  const { subject = '', text = '', html = '' } = await PostalMime.parse((await compose(sampleRequest(facts))).raw);
  return { subject, text, html };
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

describe.each(VARIANTS)('%s', (variant) => {
  it.each(LANGUAGES)('reads well in %s, whatever is missing', { timeout: 30_000 }, async (locale) => {
    for (const facts of factsOf(variant, locale)) {
      const mail = await compose(sampleRequest({}, { facts }));
      const { subject, text = '', html = '' } = await PostalMime.parse(mail.raw);
      expect(mail.template.locale).toBe(locale);
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
    ['nl', 1, '1 dag geleden'],
    ['nl', 2, '2 dagen geleden'],
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
});

describe('the upcoming payment', () => {
  const upcoming = (locale: string, invoice: Partial<MailFacts['invoice']> = {}) =>
    read({
      variant: 'UPCOMING_PAYMENT_REMINDER',
      locales: [locale],
      invoice: { ...sampleInvoice, ...invoice },
    });

  it.each([
    ['en', -1, 'was scheduled for'],
    ['en', 0, 'is scheduled for today, 18'],
    ['en', 1, 'is scheduled for tomorrow, 18'],
    ['en', 3, ', in 3 days.'],
    ['nl', 1, 'staat gepland voor morgen, 18'],
    ['nl', 3, ', over 3 dagen.'],
    ['de', 1, 'ist für morgen, den 18. März 2026, vorgesehen.'],
    ['de', 3, 'ist für den 18. März 2026 vorgesehen, also in 3 Tagen.'],
    ['fr', 1, 'est prévu demain, le 18'],
    ['fr', 3, ', dans 3 jours.'],
    ['es', 1, 'está previsto para mañana, 18'],
    ['es', 3, 'está previsto para el 18 de marzo de 2026, dentro de 3 días.'],
  ])('in %s, %i days ahead, reads "%s"', async (locale, daysToCharge, words) => {
    const en = locale === 'en' ? 'en-GB' : locale;
    expect((await upcoming(en, { daysToCharge })).text).toContain(words);
  });

  it('names what will be charged and when, in the text, the summary and the line after the subject', async () => {
    const { subject, text, html } = await upcoming('en-GB');
    expect(subject).toBe('Upcoming payment for invoice INV-417 in 3 days');
    expect(text).toContain('The payment of €200.50 for invoice INV-417 is scheduled for 18 March 2026');
    expect(text).toContain('Payment date: 18 March 2026\n');
    expect(html).toContain('Amount: €200.50. Date: 18 March 2026.');
  });

  it.each(LANGUAGES)(
    'in %s says that nothing need be done only if payments are collected automatically',
    async (locale) => {
      const condition =
        /If your .* automat|Worden uw .* automat|Falls Ihre .* automat|Si vos .* automat|Si sus .* automát/;
      const { text } = await upcoming(locale);
      const nothing = /need not do|hoeft u niets|nichts weiter|rien à faire|no tiene que hacer nada/;
      expect(text.split('\n').filter((line) => nothing.test(line) && !condition.test(line))).toEqual([]);
      expect(text).toMatch(nothing);
    },
  );

  it.each(LANGUAGES)('in %s asks for nothing when nothing is left to pay', async (locale) => {
    const { subject, text, html } = await upcoming(locale, { open: { quantity: '0', currency: 'EUR' } });
    expect(subject).toMatch(/^Nothing left|^Niets meer|^Nichts mehr|^Plus rien|^Nada pendiente/);
    expect(`${subject}${text}${html}`).not.toMatch(/\b18\b|\b3 (days|dagen|Tagen|jours|días)/);
    expect(text).toMatch(/^Nothing is left|^Voor factuur|^für die Rechnung|^Il ne reste rien|^No queda nada/m);
    expect(text).not.toMatch(/grateful|in orde maken|veranlassen|règlement|agradecer/);
  });

  it('has no date and no days to a charge that will not happen', () => {
    const open = { quantity: '0.00', currency: 'EUR' };
    const values = (invoice: MailFacts['invoice']) => mailValues(sampleRequest({ invoice }).facts, 'en-GB').invoice;
    expect(values({ ...sampleInvoice, open })).toMatchObject({ charge_on: null, days_to_charge: null });
    expect(values(sampleInvoice)).toMatchObject({ charge_on: '18 March 2026', days_to_charge: 3 });
  });
});

describe('the failed payment', () => {
  it.each([
    ['en', 'Your payment of €200.50 for invoice INV-417 could not be collected on March 14, 2026.'],
    ['nl', 'Uw betaling van €\u00a0200,50 voor factuur INV-417 kon op 14 maart 2026 niet worden geïnd.'],
    [
      'de',
      'Ihre Zahlung in Höhe von 200,50\u00a0€ für die Rechnung INV-417 konnte am 14. März 2026 nicht durchgeführt werden.',
    ],
    ['fr', 'Votre paiement de 200,50\u00a0€ pour la facture INV-417 n’a pas pu être encaissé le 14 mars 2026.'],
    ['es', 'El 14 de marzo de 2026 no se pudo cobrar su pago de 200,50\u00a0€ correspondiente a la factura INV-417.'],
  ])('in %s says which payment: %s', async (locale, sentence) => {
    const { text } = await read({ variant: 'FAILED_PAYMENT', locales: [locale], payment: samplePayment });
    expect(text.replace(/\n/g, ' ')).toContain(sentence);
  });

  it('names the payment alone when its invoice is unknown', async () => {
    const facts = { variant: 'FAILED_PAYMENT', payment: samplePayment, invoice: null } as const;
    const { subject, text, html } = await read(facts);
    expect(subject).toBe('Your payment could not be collected');
    expect(text).toContain('Payment: €200.50\n');
    expect(`${text}${html}`).not.toMatch(/invoice|link below/);
  });
});

describe('the wallet', () => {
  it.each([
    ['en', '1', '1 credit.'],
    ['en', '1.0', '1 credit.'],
    ['en', '1.5', '1.5 credits.'],
    ['en', '12345678901234567.891', '12,345,678,901,234,567.891 credits.'],
    ['nl', '1', '1 credit.'],
    ['nl', '1250.50', '1.250,5 credits.'],
    ['de', '0', '0 Credits.'],
    ['es-MX', '1250.50', '1,250.5 créditos.'],
    ['fr', '1.5', '1,5 crédit.'],
    ['fr', '1250', '1\u00a0250 crédits.'],
    ['es', '1', '1 crédito.'],
    ['es', '12500', '12.500 créditos.'],
  ])('in %s shows %s credits as "%s"', async (locale, credits, words) => {
    const wallet = { ...sampleWallet, balance: { credits } };
    const { text } = await read({ variant: 'WALLET_BALANCE', locales: [locale], invoice: null, wallet });
    expect(text).toContain(` ${words}`);
  });

  it('shows money as money, and each figure in its own unit', async () => {
    const balance = { money: { quantity: '12.5', currency: 'EUR' } };
    const wallet = { ...sampleWallet, balance };
    const { subject, text } = await read({ variant: 'WALLET_BALANCE', invoice: null, wallet });
    expect(subject).toBe('Your “API calls” balance is low');
    expect(text).toContain('It now stands at €12.50.');
    expect(text).toContain('Balance: €12.50\nCredited: 10,000 credits\n');
  });

  it('refuses to guess at a balance that is none', async () => {
    const wallet = { ...sampleWallet, balance: { credits: 'some' } };
    await expect(read({ variant: 'WALLET_BALANCE', wallet })).rejects.toMatchObject({
      code: 'facts_invalid',
      field: 'wallet.balance',
    });
  });
});

describe('every mail', () => {
  it.each(VARIANTS)('never threatens: %s', async (variant) => {
    const late = { ...sampleInvoice, daysOverdue: 400, daysToCharge: -400 };
    const facts = { variant, invoice: late, payment: samplePayment, wallet: sampleWallet };
    for (const locale of LANGUAGES) {
      const { subject, text } = await read({ ...facts, locales: [locale] });
      expect(`${subject}\n${text}`).not.toMatch(
        /legal|court|collection|\bfees?\b|interest|incasso|rente|Mahn|Inkasso|Zinsen|huissier|intérêt|judicial|recargo/i,
      );
      expect(`${subject}\n${text}`).not.toMatch(
        /suspen|block|\bfault|insufficient|onvoldoende|blokke|schuld|sperr|ausreichend|bloqu|insuffisant|insuficiente/i,
      );
    }
  });

  it.each([
    ['TO_FINAL', true],
    ['OVERDUE', true],
    ['UPCOMING_PAYMENT_REMINDER', true],
    ['FAILED_PAYMENT', true],
    ['FREE_TRIAL_REMINDER', false],
    ['WALLET_BALANCE', false],
  ] as const)('%s has the link to pay: %s', async (variant, button) => {
    const { text, html } = await read({ variant, payment: samplePayment, wallet: sampleWallet });
    expect(text.includes(sampleInvoice.payUrl ?? '?')).toBe(button);
    expect(html.includes('View and pay invoice')).toBe(button);
  });
});

describe('templateExists', () => {
  it('knows the built-in names', () => {
    expect(VARIANTS.map((variant) => variant.toLowerCase()).every(templateExists)).toBe(true);
    expect(['TO_FINAL', 'wallet', 'constructor', ''].some(templateExists)).toBe(false);
  });
});
