import mjml2html from 'mjml';

/** Slots of the layout; each is filled with Liquid once per template, after MJML has been compiled. */
const SLOTS = ['language', 'heading', 'body', 'rows', 'button', 'afterwards', 'closing', 'automatic'] as const;

export type Slots = Record<(typeof SLOTS)[number], string>;

/**
 * The shared layout in MJML, which makes the nested tables that old Outlook needs. Its tags for Liquid are ordinary text
 * to MJML: inside `mj-raw` between components, or inside texts. `[[slot]]` is filled by `fillLayout`.
 */
const LAYOUT = `
<mjml lang="[[language]]">
  <mj-head>
    <mj-title>[[heading]]</mj-title>
    <mj-preview>{{ preheader }}</mj-preview>
    <mj-attributes>
      <mj-all font-family="Helvetica Neue, Helvetica, Arial, sans-serif" />
      <mj-text font-size="15px" line-height="23px" color="#27303f" padding="0 32px" />
    </mj-attributes>
    <mj-style>
      .texts p { margin: 0 0 14px; }
      .rows td { padding: 5px 0; vertical-align: top; }
    </mj-style>
  </mj-head>
  <mj-body background-color="#f2f4f7" width="600px">
    <mj-section padding="28px 0 12px">
      <mj-column>
        <mj-text font-size="15px" font-weight="bold" color="#5b6575">{{ sender.title }}</mj-text>
      </mj-column>
    </mj-section>
    <mj-section background-color="#ffffff" border-radius="8px" padding="30px 0 22px">
      <mj-column>
        <mj-text font-size="22px" line-height="29px" font-weight="bold" color="#151b26" padding-bottom="16px">[[heading]]</mj-text>
        <mj-text css-class="texts">[[body]]</mj-text>
        <mj-raw>{% capture rows %}[[rows]]{% endcapture %}{% assign rows = rows | strip %}{% if rows != '' %}</mj-raw>
        <mj-table css-class="rows" container-background-color="#f7f8fa" padding="12px 32px" font-size="14px" line-height="20px" color="#27303f">{{ rows | raw }}</mj-table>
        <mj-spacer height="18px" />
        <mj-raw>{% endif %}</mj-raw>
        [[button]]
        <mj-text css-class="texts">[[afterwards]]</mj-text>
        <mj-text padding-top="6px">[[closing]]<br />{{ sender.title }}</mj-text>
      </mj-column>
    </mj-section>
    <mj-section padding="16px 0 32px">
      <mj-column>
        <mj-text font-size="12px" line-height="18px" color="#6b7585">[[automatic]]</mj-text>
      </mj-column>
    </mj-section>
  </mj-body>
</mjml>`;

const BUTTON = `
        <mj-raw>{% if invoice.pay_url %}</mj-raw>
        <mj-button href="{{ invoice.pay_url }}" align="left" background-color="#1f5fd0" color="#ffffff" font-size="15px" font-weight="bold" border-radius="6px" inner-padding="12px 22px" padding="0 32px 22px">[[button]]</mj-button>
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
