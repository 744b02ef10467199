import { createHash } from 'node:crypto';
import type { Logger } from '../contracts/logger.js';
import { parseAddress } from '../email/parse-address.js';
import { readReport, type MailedReport } from '../email/read-report.js';
import type { ReturnPaths } from '../email/return-path.js';
import type { Database } from '../store/database.js';
import { platformOfDelivery, recordReports, type MailReport } from '../store/delivery-events.js';

export interface ReportPorts {
  db: Database;
  returnPaths: ReturnPaths;
  log: Logger;
}

/**
 * Takes one mail that came to a return path, and answers in a word what was made of it. Whatever cannot be read with certainty, or
 * speaks of somebody the mail did not go to, changes nothing; nothing is ever answered (RFC 3834 §2). Throws when it could not be
 * kept: the mail is to be offered again.
 */
export async function takeReport(
  { db, returnPaths, log }: ReportPorts,
  raw: Uint8Array,
  recipients: readonly string[],
): Promise<'recorded' | 'ignored'> {
  const report = await readReport(raw).catch((error: unknown) => {
    log.warn({ error: String(error) }, 'a mail to a return path cannot be read');
    return null;
  });
  const paths = [...recipients, ...(report?.returnPaths ?? [])];
  const deliveryId = paths.map((path) => returnPaths.read(path)).find((id) => id !== null) ?? null;
  const platformId = deliveryId === null ? null : await platformOfDelivery(db, deliveryId);
  if (report === null || deliveryId === null || platformId === null) {
    log.info({ delivery: deliveryId, report: report?.source ?? null }, 'a mail to a return path says nothing to us');
    return 'ignored';
  }
  const reports = reportsOf(report, deliveryId, createHash('sha256').update(raw).digest('hex'));
  await db.transaction((tx) => recordReports(tx, platformId, reports, { recipientsOnly: true }));
  log.info({ delivery: deliveryId, report: report.source, recipients: reports.length }, 'a report was recorded');
  return 'recorded';
}

/** Each under every address that it may mean: only the one that the mail went to counts. */
function reportsOf({ source, recipients }: MailedReport, deliveryId: string, hash: string): MailReport[] {
  return recipients.flatMap(({ kind, emails, statusCode, detail, hard }, index) => {
    const named = emails.flatMap((email) => {
      const parsed = parseAddress(email);
      return 'email' in parsed ? [parsed.email.toLowerCase()] : [];
    });
    return [...new Set(named)].map((email): MailReport => ({
      kind,
      email,
      at: Date.now(),
      source,
      statusCode,
      detail,
      sourceId: `${hash}.${String(index)}.${email}`,
      deliveryId,
      suppress: hard ? (kind === 'COMPLAINED' ? 'COMPLAINT' : 'HARD_BOUNCE') : null,
    }));
  });
}
