import type { SuppressionFacts } from '../domain/explain.js';
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

/** What suppresses these addresses. */
export function readSuppressions(
  sql: Sql,
  addresses: readonly { platformId: string; email: string }[],
): Promise<(SuppressionFacts & { platformId: string })[]> {
  const once = [...new Map(addresses.map((one) => [JSON.stringify([one.platformId, one.email]), one])).values()];
  if (once.length === 0) return Promise.resolve([]);
  // A query for each index: one condition on both spellings could use neither.
  return sql.rows(
    `SELECT e.platform_id AS "platformId", e.email, u.reason, u.source, u.status_code AS "statusCode", u.created_at AS at
     FROM unnest($1::text[], $2::text[]) AS e (platform_id, email), LATERAL (
       SELECT * FROM suppressions WHERE platform_id = e.platform_id AND address = lower(btrim(e.email))
       UNION ALL SELECT * FROM suppressions WHERE platform_id = e.platform_id AND unicode_address = lower(btrim(e.email))
       LIMIT 1) AS u`,
    [once.map(({ platformId }) => platformId), once.map(({ email }) => email)],
  );
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
