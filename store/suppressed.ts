import { readContact, type ContactFacts, type FactBody } from '../domain/facts.js';
import type { Sql } from './database.js';

/** The contacts of the customer `c` as facts, in order of creation. */
export const CONTACTS_OF_CUSTOMER = `coalesce((
  SELECT jsonb_agg(t.body ORDER BY t.created_at, t.id) FROM contacts t
  WHERE t.platform_id = c.platform_id AND t.customer_id = c.id AND t.body ->> 'email' IS NOT NULL), '[]')`;

/** Whether the address `e.email` is suppressed on the platform of the run `r`, however it is spelled (S-E6). */
export const IS_SUPPRESSED = isSuppressed('r.platform_id');

function isSuppressed(platform: string): string {
  return `EXISTS (SELECT FROM suppressions u WHERE u.platform_id = ${platform} AND u.address = lower(btrim(e.email)))
    OR EXISTS (SELECT FROM suppressions u WHERE u.platform_id = ${platform} AND u.unicode_address = lower(btrim(e.email)))`;
}

/** Without locks, for telling: a customer's contacts, and which of their addresses and the given ones are suppressed. */
export async function readReachable(
  sql: Sql,
  platformId: string,
  customerId: string,
  addresses: readonly string[],
): Promise<{ contacts: ContactFacts[]; suppressed: string[] }> {
  const known = await sql.row<{ contacts: FactBody[] }>(
    `SELECT ${CONTACTS_OF_CUSTOMER} AS contacts FROM customers c WHERE c.platform_id = $1 AND c.id = $2`,
    [platformId, customerId],
  );
  const contacts = (known?.contacts ?? []).flatMap((body) => readContact(body) ?? []);
  const rows = await sql.rows<{ email: string }>(
    `SELECT e.email FROM unnest($2::text[]) AS e (email) WHERE ${isSuppressed('$1')}`,
    [platformId, [...addresses, ...contacts.map(({ email }) => email)]],
  );
  return { contacts, suppressed: rows.map(({ email }) => email) };
}
