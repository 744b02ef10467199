import { isPublic, Networks } from '../../contracts/networks.js';
import { Refusal } from '../../contracts/refusal.js';
import { pdfSourceContext, type PdfSource, type Platform } from '../../store/platforms.js';
import { literalOf } from '../../webhooks/literal-of.js';
import type { ApiContext } from '../context.js';
import type { PdfSourcePatch } from '../schemas/pdf-source.js';

/** The billing source with the change merged into it (S-W10); undefined = not named. Throws when it is not whole. */
export function changedPdfSource(
  { id, invoice_pdf_source: stored }: Platform,
  patch: PdfSourcePatch | null | undefined,
  { vault, pdfNetworks = new Networks([]) }: Pick<ApiContext, 'vault' | 'pdfNetworks'>,
): PdfSource | null | undefined {
  if (patch == null) return patch;
  const url = patch.url ?? stored?.url;
  if (url === undefined) throw Refusal.missing('invoice_pdf_source.url', 'A billing source needs a URL.');
  checkUrl(url, pdfNetworks);
  return { url, header: header() };

  function header(): PdfSource['header'] {
    const given = patch?.header;
    const known = stored?.header ?? null;
    if (given === null || (given === undefined && known === null)) return null;
    const name = given?.name ?? known?.name;
    if (name === undefined) throw Refusal.missing('invoice_pdf_source.header.name', 'A header needs a name.');
    if (given?.value !== undefined) return { name, sealed: vault.seal(given.value, pdfSourceContext(id)) };
    if (!known) throw Refusal.missing('invoice_pdf_source.header.value', 'A header needs a value.');
    // Otherwise whoever may change settings could have the value sent to a server of their own.
    if (stored && new URL(stored.url).origin !== new URL(url ?? '').origin) {
      const message = 'Give the value again: a stored one is not sent to another server.';
      throw Refusal.missing('invoice_pdf_source.header.value', message);
    }
    return { name, sealed: known.sealed };
  }
}

/** As it is answered: without the header's value. */
export function shownPdfSource({ invoice_pdf_source: source }: Platform) {
  return source && { url: source.url, header: source.header && { name: source.header.name } };
}

/** Names are judged when they are looked up, at each request; literals say at once where they lead. */
function checkUrl(text: string, allowed: Networks): void {
  const url = new URL(text);
  const literal = literalOf(url);
  if (url.protocol === 'http:' && !(literal === null ? !allowed.isEmpty : allowed.has(literal))) {
    throw Refusal.invalid('invoice_pdf_source.url', 'PDFs are fetched by https only.');
  }
  if (literal === null || isPublic(literal) || allowed.has(literal)) return;
  const message = `${literal} is not an address of the public internet, and not in an allowed network.`;
  throw Refusal.invalid('invoice_pdf_source.url', message);
}
