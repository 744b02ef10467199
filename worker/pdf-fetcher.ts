import type { ActivityPorts } from '../activities/ports.js';
import type { Networks } from '../contracts/networks.js';
import { pdfSourceContext } from '../store/platforms.js';
import type { Vault } from '../store/vault.js';
import { fetchPdf } from '../webhooks/fetch-pdf.js';

export interface PdfFetcherOptions {
  /** Opens the header's value. */
  vault: Vault;
  /** Private networks that may be called. */
  networks: Networks;
  /** Default: 10 MiB. */
  mostBytes?: number | undefined;
}

const MOST_BYTES = 10_485_760;

/** Gets PDFs of invoices from the billing source of their platform. */
export function createPdfFetcher({
  vault,
  networks,
  mostBytes = MOST_BYTES,
}: PdfFetcherOptions): ActivityPorts['fetchPdf'] {
  return (platformId, { url, header }, invoiceId) => {
    let headers: Record<string, string>;
    try {
      headers = header ? { [header.name]: vault.open(header.sealed, pdfSourceContext(platformId)) } : {};
    } catch {
      const why = 'The header for the billing source of invoice PDFs cannot be opened: ENCRYPTION_KEYS lacks its key.';
      return Promise.resolve({ kind: 'NONE', why });
    }
    const address = url.replaceAll('{invoice_id}', encodeURIComponent(invoiceId));
    return fetchPdf(address, headers, { allowedNetworks: networks, mostBytes });
  };
}
