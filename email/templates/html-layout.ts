import mjml2html from 'mjml';
import { PALETTE } from './palette.js';

/** Slots of the layout; each is filled with Liquid once per template, after MJML has been compiled. */
const SLOTS = ['language', 'heading', 'body', 'rows', 'button', 'afterwards', 'closing', 'automatic'] as const;

export type Slots = Record<(typeof SLOTS)[number], string>;

const { light, dark } = PALETTE;

/** Invisible characters behind the preview line: without them mail programs fill the line up with the mail's first words. */
const FILLER = '&#847;&zwnj;&nbsp;'.repeat(50);

/**
 * The shared layout in MJML, which makes the nested tables that old Outlook needs. Its tags for Liquid are ordinary text
 * to MJML: inside `mj-raw` between components, or inside texts. `[[slot]]` is filled by `fillLayout`. What is inline holds
 * everywhere; the style block only adds to it, for readers in the dark and on telephones.
 */
const LAYOUT = `
<mjml lang="[[language]]">
  <mj-head>
    <mj-title>[[heading]]</mj-title>
    <mj-preview>{{ preheader }}${FILLER}</mj-preview>
    <mj-raw>
      <meta name="color-scheme" content="light dark">
      <meta name="supported-color-schemes" content="light dark">
    </mj-raw>
    <mj-attributes>
      <mj-all font-family="Helvetica Neue, Helvetica, Arial, sans-serif" />
      <mj-text font-size="15px" line-height="23px" color="${light.text}" padding="0 32px" css-class="side" />
    </mj-attributes>
    <mj-style>
      :root { color-scheme: light dark; supported-color-schemes: light dark; }
      .texts p { margin: 0 0 14px; }
      @media (max-width: 479px) {
        .side { padding-left: 20px !important; padding-right: 20px !important; }
      }
      @media (prefers-color-scheme: dark) {
        .page, .page > div { background-color: ${dark.page} !important; }
        .card, .card > table { background: ${dark.card} !important; }
        .card div, .rows td { color: ${dark.text} !important; }
        .card h1 { color: ${dark.heading} !important; }
        .rows { background: ${dark.box} !important; }
        .quiet div, .rows th { color: ${dark.quiet} !important; }
        .button td, .button a { background: ${dark.button} !important; color: ${dark.buttonText} !important; }
      }
    </mj-style>
  </mj-head>
  <mj-body background-color="${light.page}" width="600px" css-class="page">
    <mj-section padding="28px 0 12px">
      <mj-column>
        <mj-text css-class="side quiet" font-weight="bold" color="${light.quiet}">{{ sender.title }}</mj-text>
      </mj-column>
    </mj-section>
    <mj-section css-class="card" background-color="${light.card}" border-radius="8px" padding="30px 0 22px">
      <mj-column>
        <mj-text padding-bottom="16px"><h1 style="margin:0;font-size:22px;line-height:29px;font-weight:bold;color:${light.heading};">[[heading]]</h1></mj-text>
        <mj-text css-class="side texts">[[body]]</mj-text>
        <mj-raw>{% capture rows %}[[rows]]{% endcapture %}{% assign rows = rows | strip %}{% if rows != '' %}</mj-raw>
        <mj-table css-class="side rows" container-background-color="${light.box}" padding="12px 32px" font-size="14px" line-height="20px" color="${light.text}">{{ rows | raw }}</mj-table>
        <mj-spacer height="18px" />
        <mj-raw>{% endif %}</mj-raw>
        [[button]]
        <mj-text css-class="side texts">[[afterwards]]</mj-text>
        <mj-text padding-top="6px">[[closing]]<br />{{ sender.title }}</mj-text>
      </mj-column>
    </mj-section>
    <mj-section padding="16px 0 32px">
      <mj-column>
        <mj-text css-class="side quiet" font-size="12px" line-height="18px" color="${light.quiet}">[[automatic]]</mj-text>
      </mj-column>
    </mj-section>
  </mj-body>
</mjml>`;

const BUTTON = `
        <mj-raw>{% if invoice.pay_url %}</mj-raw>
        <mj-button css-class="side button" href="{{ invoice.pay_url }}" align="left" background-color="${light.button}" color="${light.buttonText}" font-size="15px" font-weight="bold" border-radius="6px" inner-padding="12px 22px" padding="0 32px 22px">[[button]]</mj-button>
        <mj-raw>{% endif %}</mj-raw>`;

/** Compiles the layout, some 50 ms: once per kind and process. Fonts are the reader's own, nothing is fetched. */
export async function compileLayout(withButton: boolean): Promise<string> {
  const source = LAYOUT.replace('[[button]]', () => (withButton ? BUTTON : ''));
  const { html, errors } = await mjml2html(source, { fonts: {}, ignoreIncludes: true, validationLevel: 'strict' });
  if (errors.length > 0) throw new Error(`The mail layout is not valid MJML: ${errors[0]?.formattedMessage}`);
  return html.replace(/\n\s+/g, '\n'); // A third of it is indentation, and every mail would carry it.
}

export function fillLayout(html: string, slots: Slots): string {
  return SLOTS.reduce((filled, slot) => filled.replaceAll(`[[${slot}]]`, () => slots[slot]), html);
}
