import type { Pace } from '../contracts/rate-limit.js';
import type { Sql } from './database.js';

/** Instants at which mails may go, taken from everybody's row for one worker. */
export interface Share {
  /** How many; 0 = none within the next second. */
  granted: number;
  /** When the first of them is, or would be; not above 0 = now. */
  startsInMs: number;
  /** From one to the next; 0 = there is no limit any more. */
  everyMs: number;
}

/** The limit as the integration says now; `$2` for a key that is none. */
const EVERY = `coalesce((
  SELECT coalesce(ceil(CASE g.email_provider #>> '{rate_limit,per}'
    WHEN 'SECOND' THEN 1000000 WHEN 'MINUTE' THEN 60000000 ELSE 3600000000 END
    / (g.email_provider #>> '{rate_limit,count}')::numeric), 0)
  FROM integrations g WHERE g.id = $1), $2)::bigint`;

/** The first free instant. A limit that was changed holds from now on: nobody waits for instants of the old one. */
const START = `greatest(excluded.from_at, CASE WHEN l.every_us = excluded.every_us THEN l.next_at
  ELSE least(l.next_at, excluded.from_at + excluded.every_us * interval '1 microsecond') END)`;

/** Those of the wanted ones that lie within a second from now. */
const GRANTED = `CASE WHEN excluded.every_us = 0 THEN $3::integer ELSE greatest(0, least($3::integer, ceil(
  (1000000 - extract(epoch FROM ${START} - excluded.from_at) * 1000000) / excluded.every_us)))::integer END`;

/**
 * Takes up to `wanted` instants of a pace, a second's worth at most, in one statement on the key's row. Every instant is given to
 * one worker only, and they are `everyUs` apart: so no mail waits in line for another worker longer than a second, and nobody
 * hoards. The clock is Postgres'.
 */
export async function takeShare(sql: Sql, { key, everyUs }: Pace, wanted: number): Promise<Share> {
  const row = await sql.row<Share>(
    `INSERT INTO rate_limits AS l (key, every_us, from_at, granted, next_at)
     SELECT $1, p.every_us, p.now, p.granted, p.now + p.granted * p.every_us * interval '1 microsecond'
     FROM (SELECT o.*, CASE WHEN o.every_us = 0 THEN $3::integer ELSE least($3::integer, ceil(1000000.0 / o.every_us))::integer END AS granted
       FROM (SELECT ${EVERY} AS every_us, clock_timestamp() AS now) o) p
     ON CONFLICT (key) DO UPDATE SET every_us = excluded.every_us, from_at = ${START}, granted = ${GRANTED},
       next_at = ${START} + ${GRANTED} * excluded.every_us * interval '1 microsecond'
     RETURNING granted, every_us / 1000.0::float8 AS "everyMs",
       (extract(epoch FROM from_at - clock_timestamp()) * 1000)::float8 AS "startsInMs"`,
    [key, everyUs, wanted],
  );
  if (!row) throw new Error('INSERT … RETURNING answered no row');
  return row;
}
