import { createHash } from 'node:crypto';
import type { Logger } from '../contracts/logger.js';
import { readReport, type MailedReport } from '../email/read-report.js';
import type { ReturnPaths } from '../email/return-path.js';
import type { Database } from '../store/database.js';
import { recipientsOfDelivery, recordReports, type MailReport } from '../store/delivery-events.js';
import { addressKey } from '../store/suppressions.js';

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
  const delivery = deliveryId === null ? null : await recipientsOfDelivery(db, deliveryId);
  if (report === null || deliveryId === null || delivery === null) {
    log.info({ delivery: deliveryId, report: report?.source ?? null }, 'a mail to a return path says nothing to us');
    return 'ignored';
  }
  const hash = createHash('sha256').update(raw).digest('hex');
  const reports = reportsOf(report, deliveryId, delivery.addresses, hash);
  if (reports.length === 0) return 'ignored';
  await db.transaction((tx) => recordReports(tx, delivery.platformId, reports));
  log.info({ delivery: deliveryId, report: report.source, recipients: reports.length }, 'a report was recorded');
  return 'recorded';
}

/** Of the addresses that each may mean the first that the mail went to. */
function reportsOf(
  { source, recipients }: MailedReport,
  deliveryId: string,
  addresses: readonly string[],
  hash: string,
): MailReport[] {
  const told = new Set<string>();
  return recipients.flatMap(({ kind, emails, statusCode, detail, hard }, index): MailReport[] => {
    const email = emails.map((one) => addressKey(one).address).find((one) => addresses.includes(one));
    // Each once: who got a mail may send a report of it that names its recipient thousands of times.
    if (email === undefined || told.has(email)) return [];
    told.add(email);
    const suppress = !hard ? null : kind === 'COMPLAINED' ? 'COMPLAINT' : 'HARD_BOUNCE';
    const sourceId = `${hash}.${String(index)}`;
    return [{ kind, email, at: Date.now(), source, statusCode, detail, sourceId, deliveryId, suppress }];
  });
}
