import { caniemail } from 'caniemail';
import { load } from 'cheerio';
import PostalMime from 'postal-mime';
import { describe, expect, it } from 'vitest';
import { VARIANTS } from '../../domain/variants.js';
import { createComposer } from '../../email/compose.js';
import { LANGUAGES } from '../../email/templates/texts.js';
import { contrast, shownTexts } from './contrast.js';
import { sampleInvoice, sampleMail } from './sample-request.js';

const { compose } = createComposer({ mailDomain: 'mail.dunwell.example' });
const mails = VARIANTS.flatMap((variant) => LANGUAGES.map((language) => [variant, language] as const));

async function read(...mail: Parameters<typeof sampleMail>): Promise<{ subject: string; text: string; html: string }> {
  const { subject = '', text = '', html = '' } = await PostalMime.parse((await compose(sampleMail(...mail))).raw);
  return { subject, text, html };
}

/** WCAG 2 AA for text of this size. */
const ENOUGH = 4.5;

describe.each(mails)('%s in %s', (variant, language) => {
  it.each(['light', 'dark'] as const)('can be read in the %s', async (scheme) => {
    const { html } = await read(variant, language);
    const texts = shownTexts(html, scheme);
    expect(texts.length).toBeGreaterThan(8);
    expect(texts.filter(({ ratio }) => ratio < ENOUGH)).toEqual([]);
  });

  it('tells assistive technology what it is', async () => {
    const { html } = await read(variant, language);
    const page = load(html);
    expect(page('html').attr('lang')).toBe(language);
    expect(page('[role=article]').attr('lang')).toBe(language);
    expect(page('title').text()).toBe(page('h1').text());
    expect(page('h1')).toHaveLength(1);
    const tables = page('table')
      .toArray()
      .map((table) => page(table));
    expect(
      tables.filter((table) => table.attr('role') !== 'presentation').map((table) => table.find('th').length > 0),
    ).toEqual([true]);
    expect(page('th:not([scope=row])')).toHaveLength(0);
    expect(page('img')).toHaveLength(0);
  });

  it('shows nothing of itself behind the preview line', async () => {
    const { html } = await read(variant, language);
    const hidden = load(html)('body > div').first();
    expect(hidden.attr('style')).toContain('display:none');
    expect(hidden.text()).toMatch(/^\S.+\.[\u034f\u200c\u00a0]{140,}$/);
  });

  it('uses nothing more of HTML and CSS than is known to do no harm where it does not work', async () => {
    const { html } = await read(variant, language);
    expect(unsupported(html).filter((feature) => !HARMLESS.has(feature))).toEqual([]);
  });

  it('has a subject that fits into a list of mails', async () => {
    const { subject } = await read(variant, language);
    expect(subject.length).toBeLessThanOrEqual(64);
    expect(subject).not.toMatch(/!|€|\$|%|urgent|dringend|wichtig|important|final notice/i);
  });
});

/**
 * What caniemail.com says of the programs most mails are read in. Its newest data for Gmail’s old mobile page and for
 * Thunderbird have holes that this checker falls into.
 */
const READERS = [
  'gmail.desktop-webmail',
  'gmail.ios',
  'gmail.android',
  'outlook.*',
  'apple-mail.*',
  'samsung-email.*',
  'yahoo.*',
];

/** Where one of these is not known, the mail is plainer and still whole: MJML gives old Outlook tables of its own. */
const HARMLESS = new Set([
  '@media',
  'Chaining selectors',
  '<body> element',
  'aria-label attribute',
  'border-radius',
  'cursor',
  'height property',
  'opacity',
  'outline',
  'overflow',
  'role attribute',
  'table-layout',
  'target attribute',
  'transform', // It means text-transform, which is known everywhere.
  'word-break',
  'word-spacing',
]);

function unsupported(html: string): string[] {
  const { issues } = caniemail({ clients: READERS as Parameters<typeof caniemail>[0]['clients'], html });
  return [...new Set([...issues.errors.values()].flat().map(({ title }) => title))].sort();
}

describe('every mail', () => {
  it.each(VARIANTS)(
    'is far from the 102 KB at which Gmail cuts it off, however long its values: %s',
    async (variant) => {
      const long = 'Überweisungsempfänger & '.repeat(40);
      const facts = { customerName: long, sender: { name: long, email: 'a@b.example' } };
      const invoice = { ...sampleInvoice, number: long, purchaseOrderNumber: long, pdfAttached: true };
      const { html } = await read(variant, 'de', {
        ...facts,
        ...(variant.includes('TRIAL') || variant.includes('WALLET') ? {} : { invoice }),
      });
      expect(Buffer.byteLength(html)).toBeLessThan(100_000);
      expect(Buffer.byteLength((await read(variant, 'de')).html)).toBeLessThan(15_000);
    },
  );

  it.each(LANGUAGES)('says in %s that the invoice is attached, when it is', async (language) => {
    const attached = /attached|bijgevoegd|beigefügt|jointe|adjunta/;
    for (const variant of VARIANTS) {
      const aboutInvoice = sampleMail(variant, language).facts.invoice !== null;
      const invoice = { ...sampleInvoice, pdfAttached: true };
      const { text, html } = await read(variant, language, aboutInvoice ? { invoice } : {});
      expect([attached.test(text), attached.test(html)]).toEqual([aboutInvoice, aboutInvoice]);
      expect((await read(variant, language)).text).not.toMatch(attached);
    }
  });

  it('speaks formally to its reader', async () => {
    const familiar = {
      en: /$^/,
      nl: /\b(je|jij|jouw|jullie)\b/i,
      de: /\b(du|dein\w*|dir|dich|euch|euer)\b/i,
      fr: /\b(tu|ton|ta|tes|toi)\b/i,
      es: /\b(tú|tu|tus|te|ti|vuestr\w+)\b/i,
    };
    for (const [variant, language] of mails)
      expect((await read(variant, language)).text).not.toMatch(familiar[language]);
  });

  it('writes the first of a month as French does', async () => {
    expect((await read('OVERDUE', 'fr')).text).toContain('du 1er février 2026 ');
    expect((await read('OVERDUE', 'de')).text).toContain('vom 1. Februar 2026 ');
  });
});

describe('these checks', () => {
  it('would notice text that cannot be read', () => {
    const page = (css: string) =>
      `<style>@media (prefers-color-scheme: dark) { .a { ${css} } }</style><body class="a" style="color:#8a8f98;background:#ffffff">grey<p style="display:none;color:#fff">x</p></body>`;
    expect(contrast('#ffffff', '#000000')).toBeCloseTo(21);
    expect(contrast('#767676', '#ffffff')).toBeCloseTo(4.54, 2);
    expect(shownTexts(page(''), 'light')).toMatchObject([{ text: 'grey', color: '#8a8f98', background: '#ffffff' }]);
    expect(shownTexts(page(''), 'light')[0]?.ratio).toBeLessThan(ENOUGH);
    expect(shownTexts(page('background: #000000 !important'), 'dark')[0]?.ratio).toBeGreaterThan(ENOUGH);
    expect(shownTexts(page('background: #000000'), 'dark')[0]?.ratio).toBeLessThan(ENOUGH);
  });

  it('would notice HTML that mail programs cannot show', () => {
    const found = unsupported('<body><div style="display:flex"></div></body>');
    expect(found.filter((feature) => !HARMLESS.has(feature))).toEqual(['display:flex']);
  });
});
