import type { MailAttachment } from '../contracts/mail.js';
import type { ClaimedDelivery } from '../store/claim.js';
import { keepFetchedPdf, pdfForMail } from '../store/invoice-pdfs.js';
import type { LoadedRun } from '../store/run-context.js';
import type { ActivityPorts } from './ports.js';

/** What goes with a mail, or why it cannot go: `NONE` until somebody repairs it, `LATER` may help itself. */
type Attachments =
  | { kind: 'READY'; attachments: readonly MailAttachment[] }
  | { kind: 'NONE'; why: string }
  | { kind: 'LATER'; why: string; retryAfterMs: number | null };

/**
 * The invoice's PDF, when the action asks for it: as stored, else from the platform's billing source, and then kept for the next
 * attempt. After the claim and before the marker, so no transaction is open and nothing is on the wire (S-E4).
 */
export async function attachPdf(
  { db, fetchPdf }: Pick<ActivityPorts, 'db' | 'fetchPdf'>,
  { context, platform }: Pick<LoadedRun, 'context' | 'platform'>,
  { action }: Pick<ClaimedDelivery, 'action'>,
): Promise<Attachments> {
  const { invoice } = context.facts;
  if (!action.needsPdf || !invoice) return { kind: 'READY', attachments: [] };
  const ready = (content: Buffer, filename: string | null): Attachments => ({
    kind: 'READY',
    attachments: [
      { filename: filename ?? `invoice-${invoice.number ?? invoice.id}`, contentType: 'application/pdf', content },
    ],
  });
  const stored = await pdfForMail(db, platform.id, invoice.id);
  if (stored?.content) return ready(stored.content, stored.filename);
  const { invoice_pdf_source: source } = platform;
  if (!stored || !source) return { kind: 'NONE', why: 'The PDF was deleted a moment ago.' };
  const fetched = await fetchPdf(platform.id, source, invoice.id);
  if (fetched.kind !== 'PDF') return fetched;
  await keepFetchedPdf(db, platform.id, invoice.id, stored.invoiceUpdatedAt, fetched.content);
  return ready(fetched.content, null);
}
