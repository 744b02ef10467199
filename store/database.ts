import { createHash } from 'node:crypto';
import pg from 'pg';
import type { Instant } from '../domain/types.js';

/** Runs statements, inside a transaction or outside of one. Every text is prepared once per connection under its own name. */
export interface Sql {
  /** All rows. `text` must be one of a bounded set of texts; build lists with `rowsOnce`. */
  rows<Row>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** The first row, or null. */
  row<Row>(text: string, values?: readonly unknown[]): Promise<Row | null>;
  /** As `rows`, for texts put together at run time: not prepared, so that they do not pile up in the connection. */
  rowsOnce<Row>(text: string, values?: readonly unknown[]): Promise<Row[]>;
}

/**
 * What is prepared is planned once per connection: planning what decides about a run takes longer than running it. The plan may be made
 * while tables are small and has to serve when they are large, so it goes by indexes. PostgreSQL compiles nothing that runs for
 * milliseconds. `rowsOnce` is planned as PostgreSQL would, for its values and the tables as they are.
 */
const ONCE = {
  plan_cache_mode: 'force_generic_plan',
  enable_seqscan: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
  jit: 'off',
};
const FOR_VALUES: typeof ONCE = {
  ...ONCE,
  plan_cache_mode: 'auto',
  enable_seqscan: 'on',
  enable_hashjoin: 'on',
  enable_mergejoin: 'on',
};
const planned = (set: 'SET' | 'SET LOCAL', how: typeof ONCE): string =>
  Object.entries(how)
    .map(([name, value]) => `${set} ${name} = ${value}`)
    .join('; ');
const AT_START = Object.entries(ONCE)
  .map(([name, value]) => `-c ${name}=${value}`)
  .join(' ');

/** A connection pool; the only thing that talks to Postgres. Timestamps are epoch milliseconds, bigint is number. */
export class Database implements Sql {
  private readonly pool: pg.Pool;

  constructor(url: string, options: { maxConnections?: number; applicationName?: string } = {}) {
    this.pool = new pg.Pool({
      connectionString: url,
      max: options.maxConnections ?? 20,
      application_name: options.applicationName ?? 'dunwell',
      connectionTimeoutMillis: 5_000,
      // A host that vanishes must not hold anybody for ever; the server gives up first, so that its error is the one seen.
      keepAlive: true,
      options: AT_START,
      statement_timeout: 25_000,
      query_timeout: 30_000,
      idle_in_transaction_session_timeout: 60_000,
      idleTimeoutMillis: 30_000,
      types: { getTypeParser },
    });
    // A connection that breaks while idle is replaced by the pool; the next statement tells whoever needs it.
    this.pool.on('error', () => undefined);
  }

  rows<Row>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    return run<Row>(this.pool, text, values);
  }

  async row<Row>(text: string, values: readonly unknown[] = []): Promise<Row | null> {
    return (await run<Row>(this.pool, text, values))[0] ?? null;
  }

  rowsOnce<Row>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    return this.onOne(async (client) => {
      await client.query(planned('SET', FOR_VALUES));
      try {
        return (await client.query(text, [...values])).rows as Row[];
      } finally {
        await client.query(planned('SET', ONCE));
      }
    });
  }

  /**
   * One transaction (READ COMMITTED). A deadlock, a serialization failure or a unique key that somebody else took meanwhile
   * repeats it, at most five times: `work` must have no effect but its statements, and look before it writes.
   */
  async transaction<Result>(work: (tx: Sql) => Promise<Result>): Promise<Result> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.once(work);
      } catch (error) {
        if (attempt >= 5 || !isRepeatable(error)) throw error;
      }
    }
  }

  async close(): Promise<void> {
    await this.pool.end();
  }

  private once<Result>(work: (tx: Sql) => Promise<Result>): Promise<Result> {
    return this.onOne(async (client) => {
      await client.query('BEGIN');
      const result = await work(new ClientSql(client));
      await client.query('COMMIT');
      return result;
    });
  }

  /** A connection that cannot be brought back to where it began is not used again. */
  private async onOne<Result>(work: (client: pg.PoolClient) => Promise<Result>): Promise<Result> {
    const client = await this.pool.connect();
    let broken: Error | undefined;
    try {
      return await work(client);
    } catch (error) {
      await client.query('ROLLBACK').catch((failure: unknown) => {
        broken = failure instanceof Error ? failure : new Error(String(failure));
      });
      throw error;
    } finally {
      client.release(broken);
    }
  }
}

class ClientSql implements Sql {
  constructor(private readonly client: pg.PoolClient) {}

  rows<Row>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    return run<Row>(this.client, text, values);
  }

  async row<Row>(text: string, values: readonly unknown[] = []): Promise<Row | null> {
    return (await run<Row>(this.client, text, values))[0] ?? null;
  }

  async rowsOnce<Row>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    await this.client.query(planned('SET LOCAL', FOR_VALUES));
    const { rows } = await this.client.query(text, [...values]);
    await this.client.query(planned('SET LOCAL', ONCE));
    return rows as Row[];
  }
}

/** A timestamptz parameter. */
export function at(instant: Instant): Date;
export function at(instant: Instant | null): Date | null;
export function at(instant: Instant | null): Date | null {
  return instant === null ? null : new Date(instant);
}

const names = new Map<string, string>();

async function run<Row>(target: pg.Pool | pg.PoolClient, text: string, values: readonly unknown[]): Promise<Row[]> {
  let name = names.get(text);
  if (name === undefined) {
    name = createHash('sha1').update(text).digest('hex');
    names.set(text, name);
  }
  return (await target.query({ name, text, values: [...values] })).rows as Row[];
}

function isRepeatable(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return code === '40P01' || code === '40001' || code === '23505';
}

const TIMESTAMPTZ = 1184;
const BIGINT = 20;

function getTypeParser(oid: number, format?: 'text' | 'binary'): unknown {
  if (oid === TIMESTAMPTZ) return (value: string) => Date.parse(value);
  if (oid === BIGINT) return Number;
  return pg.types.getTypeParser(oid, format);
}
