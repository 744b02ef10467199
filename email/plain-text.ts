import { compile } from 'html-to-text';

const toText = compile({
  wordwrap: false,
  selectors: [
    { selector: 'a', options: { hideLinkHrefIfSameAsText: true, ignoreHref: false, linkBrackets: ['(', ')'] } },
    { selector: 'img', format: 'skip' },
    { selector: 'table', format: 'dataTable', options: { uppercaseHeaderCells: false, maxColumnWidth: 200 } },
    ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((selector) => ({ selector, options: { uppercase: false } })),
  ],
});

/** The plain text of a mail whose template has none of its own, from its HTML as rendered. */
export function plainText(html: string): string {
  return toText(withoutPreheader(html)).replace(/\u200b|\u200c|\u200d|\u034f|\ufeff/g, '');
}

/** It stands hidden at the top, padded with invisible characters; as text it would be said twice. */
function withoutPreheader(html: string): string {
  const from = html.indexOf('<div style="display:none');
  // Each looked for once: a regular expression would look again from every such <div>.
  const opened = from < 0 ? -1 : html.indexOf('>', from);
  const to = opened < 0 ? -1 : html.indexOf('</div>', opened);
  return to < 0 ? html : html.slice(0, from) + html.slice(to + '</div>'.length);
}
