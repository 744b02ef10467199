import { Database } from '../../store/database.js';

/** One step of a plan, as EXPLAIN (FORMAT JSON) says it. */
export interface PlanNode {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Total Cost': number;
  'Actual Rows'?: number;
  Plans?: PlanNode[];
}

/** A statement that was run, with its plan. */
export interface WatchedStatement {
  text: string;
  /** As planned for its values; of a prepared one also as planned for any (plan_cache_mode). */
  plans: PlanNode[];
}

type Explained = { 'QUERY PLAN': { Plan: PlanNode }[] }[];

/**
 * A database that notes the plan of each statement before it runs it. One connection, and no transactions: each statement is one of
 * its own. Statements inside of SQL functions are not seen.
 */
export class WatchedDatabase extends Database {
  readonly statements: WatchedStatement[] = [];

  constructor(url: string) {
    super(url, { maxConnections: 1 });
  }

  override async rows<Row>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    const generic = await super.rowsOnce<Explained[number]>(`EXPLAIN (GENERIC_PLAN, FORMAT JSON) ${text}`);
    await this.note(text, values, plansOf(generic));
    return super.rows<Row>(text, values);
  }

  override async row<Row>(text: string, values: readonly unknown[] = []): Promise<Row | null> {
    return (await this.rows<Row>(text, values))[0] ?? null;
  }

  override async rowsOnce<Row>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    await this.note(text, values, []);
    return super.rowsOnce<Row>(text, values);
  }

  override transaction<Result>(work: (tx: Database) => Promise<Result>): Promise<Result> {
    return work(this);
  }

  private async note(text: string, values: readonly unknown[], generic: PlanNode[]): Promise<void> {
    const own = await super.rowsOnce<Explained[number]>(`EXPLAIN (FORMAT JSON) ${text}`, values);
    this.statements.push({ text, plans: [...plansOf(own), ...generic] });
  }
}

function plansOf(rows: Explained): PlanNode[] {
  return rows.flatMap((row) => row['QUERY PLAN'].map(({ Plan }) => Plan));
}

/** The tables among these that a plan reads from end to end. */
export function scanned(plan: PlanNode, tables: readonly string[]): string[] {
  const below = (plan.Plans ?? []).flatMap((node) => scanned(node, tables));
  const name = plan['Relation Name'];
  return plan['Node Type'] === 'Seq Scan' && name !== undefined && tables.includes(name) ? [name, ...below] : below;
}
