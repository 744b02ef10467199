const LONGEST = 100;

/**
 * A name for a PDF that is safe as the name of a file, in a header and on a screen: no path, no control or formatting character
 * (U+202E turns `fdp.exe` round), nothing that shells or Windows refuse, at most 100 characters, and it ends in `.pdf`.
 */
export function pdfFileName(text: string): string {
  const clean = text
    .toWellFormed()
    .normalize('NFC')
    .replace(/\.pdf$/i, '')
    .replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '')
    .replace(/["%*/:<>?\\|;]+/g, '-')
    .replace(/\s+/g, ' ')
    .replace(/^[.\s-]+|[.\s-]+$/g, '');
  const short = [...clean]
    .slice(0, LONGEST - '.pdf'.length)
    .join('')
    .trim();
  return `${short === '' ? 'invoice' : short}.pdf`;
}
