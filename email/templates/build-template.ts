import type { Template } from '../template.js';
import { fillLayout } from './html-layout.js';
import { PALETTE } from './palette.js';
import { phrases } from './phrases.js';
import { summaryRows, type SummaryRow } from './summary.js';
import type { BuiltInMail, Language } from './texts.js';

/** Puts a built-in mail's texts into the compiled layout and into plain text: the same words twice, in one Template. */
export function buildTemplate(mail: BuiltInMail, language: Language, layout: string): Template {
  const words = mail.texts[language];
  const shared = phrases[language];
  const rows = summaryRows(mail.summary, shared);
  const attached = mail.button ? [`{% if invoice.pdf_attached %}${shared.attached}{% endif %}`] : [];
  const afterwards = [...attached, ...words.afterwards];
  const button = `{% if invoice.settled %}${shared.view}{% else %}${shared.viewAndPay}{% endif %}`;
  const html = fillLayout(layout, {
    language,
    heading: words.heading,
    body: `<p>${shared.greeting}</p>${htmlParagraphs(words.paragraphs)}`,
    rows: rows.map(htmlRow).join(''),
    button,
    afterwards: htmlParagraphs(afterwards),
    closing: shared.closing,
    automatic: shared.automatic,
  });
  const text = [
    shared.greeting,
    ...words.paragraphs.map(textParagraph),
    rows.map((row) => textRow(row, shared.colon)).join(''),
    mail.button ? `{% if invoice.pay_url %}${button}${shared.colon}\n{{ invoice.pay_url }}{% endif %}` : '',
    ...afterwards,
    `${shared.closing}\n{{ sender.title }}`,
    shared.automatic,
  ];
  return { subject: words.subject, preheader: words.preheader, html, text: text.join('\n\n') };
}

/** Sentences that depend on missing values leave blanks; a paragraph of nothing else is left out. One that begins with a word is never that. */
function htmlParagraphs(paragraphs: readonly string[]): string {
  const shown = "{% assign words = words | strip %}{% if words != '' %}<p>{{ words | raw }}</p>{% endif %}";
  return paragraphs
    .map((paragraph) => (paragraph.startsWith('{%') ? captured(paragraph) + shown : `<p>${paragraph}</p>`))
    .join('');
}

/** As in HTML; the empty lines that remain are the renderer's to tidy. */
function textParagraph(paragraph: string): string {
  return paragraph.startsWith('{%') ? `${captured(paragraph)}{{ words | strip }}` : paragraph;
}

function captured(paragraph: string): string {
  return `{% capture words %}${paragraph}{% endcapture %}`;
}

/** The label's column is as wide as its longest word: MJML's `word-break` would cut German labels in two on a telephone. */
function htmlRow({ label, value, shown, strong }: SummaryRow): string {
  const weight = strong ? 'font-weight:bold;' : '';
  return (
    `{% if ${value} %}<tr><th scope="row" width="40%" style="padding:5px 12px 5px 0;text-align:left;vertical-align:top;font-weight:normal;word-break:normal;color:${PALETTE.light.quiet};">${label}</th>` +
    `<td style="padding:5px 0;vertical-align:top;${weight}">${shown}</td></tr>{% endif %}`
  );
}

function textRow({ label, value, shown }: SummaryRow, colon: string): string {
  return `{% if ${value} %}${label}${colon} ${shown}\n{% endif %}`;
}
