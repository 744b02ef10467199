import { buffer } from 'node:stream/consumers';
import pino from 'pino';
import PostalMime from 'postal-mime';
import { createReturnPaths } from '../email/return-path.js';
import { Database } from '../store/database.js';
import { takeReport } from '../worker/take-report.js';
import { readBounceConfig, vaultOf } from './config.js';

/** sysexits.h: the mail server keeps the mail and tries again. */
const EX_TEMPFAIL = 75;

/** Where mail servers say whom a mail was delivered to; the last ones are anybody's, and the mark in the address proves it. */
const HEADERS = ['delivered-to', 'x-original-to', 'envelope-to', 'to'];

/** As long as addresses are (RFC 5321 §4.5.3.1), so that a header of one endless word is read in no time, too. */
const ADDRESS = /[^\s<>,;@]{1,64}@[^\s<>,;@]{1,255}/g;

/**
 * `dunwell bounce < message.eml`: one mail to a return path, from a mail server's pipe or a `.forward`. Exits 0 when it was recorded
 * or says nothing to us, 75 when it could not be kept; never answers.
 */
export async function bounceCommand(options: { recipient?: string }): Promise<void> {
  try {
    const config = readBounceConfig(process.env);
    const raw = await buffer(process.stdin);
    const vault = vaultOf(config.ENCRYPTION_KEYS);
    const returnPaths = createReturnPaths(config.BOUNCE_ADDRESS, (text) => vault.marks(text));
    const db = new Database(config.DATABASE_URL, { maxConnections: 1, applicationName: 'dunwell bounce' });
    try {
      const what = await takeReport(
        { db, returnPaths, log: pino({ level: config.LOG_LEVEL }) },
        raw,
        await recipientsOf(raw, options.recipient),
      );
      console.log(what);
    } finally {
      await db.close();
    }
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = EX_TEMPFAIL;
  }
}

async function recipientsOf(raw: Buffer, given: string | undefined): Promise<string[]> {
  const { ORIGINAL_RECIPIENT, RECIPIENT } = process.env;
  const told = [given, ORIGINAL_RECIPIENT, RECIPIENT].filter((address) => address !== undefined);
  const { headers } = await PostalMime.parse(raw).catch(() => ({ headers: [] }));
  const named = headers.filter(({ key }) => HEADERS.includes(key)).flatMap(({ value }) => value.match(ADDRESS) ?? []);
  return [...told, ...named];
}
