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
  // The preheader stands hidden at the top, padded with invisible characters; as text it would be said twice.
  return toText(html.replace(/<div style="display:none[^>]*>[\s\S]*?<\/div>/, '')).replace(
    /\u200b|\u200c|\u200d|\u034f|\ufeff/g,
    '',
  );
}
