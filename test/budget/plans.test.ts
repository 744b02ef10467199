import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fillWithFinishedRuns } from '../../bench/million.js';
import { openAmong, overdueRuns } from '../../store/engine-state.js';
import { explainAsked } from '../../store/explained.js';
import { listPage } from '../../store/lists.js';
import { runConditions, SELECT_RUNS } from '../../store/runs.js';
import { fanOutPage, touchRuns } from '../../store/touch-runs.js';
import { runsOfTriggers } from '../../store/triggers.js';
import { createTestDatabase } from '../support/database.js';
import { claimStep } from '../support/ledger.js';
import { scanned, WatchedDatabase } from '../support/watched-database.js';

const TABLES = ['runs', 'run_steps', 'deliveries', 'workflow_triggers'];
const FIRST = { page: 1, limit: 20, orderBy: 'created_at', descending: true };

describe('among many finished runs no table of runs is read from end to end', () => {
  let db: WatchedDatabase;
  let platform: string;
  let run: Record<'id' | 'trigger_id' | 'resource_id' | 'customer_id' | 'workflow_id' | 'engine_workflow_id', string>;

  beforeAll(async () => {
    const { db: plain, url } = await createTestDatabase();
    const filled = await fillWithFinishedRuns(plain, 10_000);
    const rows = await plain.rowsOnce<typeof run>('SELECT * FROM runs ORDER BY number LIMIT 1 OFFSET 5000');
    await plain.close();
    platform = filled.platformId;
    db = new WatchedDatabase(url);
    if (!rows[0]) throw new Error('nothing was filled');
    run = rows[0];
  }, 180_000);
  afterAll(() => db.close());

  const scans = async (work: () => Promise<unknown>): Promise<string[]> => {
    db.statements.length = 0;
    await work();
    expect(db.statements).not.toHaveLength(0);
    return db.statements.flatMap(({ text, plans }) =>
      plans.flatMap((plan) => scanned(plan, TABLES).map((table) => `${table}: ${text}`)),
    );
  };

  it('sees a scan where there is one', async () => {
    expect(await scans(() => db.rows('SELECT count(*) FROM runs WHERE zone = $1', ['UTC']))).not.toEqual([]);
  });

  it.each<[string, () => Promise<unknown>]>([
    ['explain an invoice', () => explainAsked(db, platform, { kind: 'INVOICE', id: run.resource_id }, ['INVOICE'])],
    ['explain a customer', () => explainAsked(db, platform, { kind: 'CUSTOMER', id: run.customer_id }, ['INVOICE'])],
    ['list runs', () => listPage(db, SELECT_RUNS, runConditions(platform, {}), FIRST, 'runs')],
    [
      'list blocked runs',
      () => listPage(db, SELECT_RUNS, runConditions(platform, { status: 'BLOCKED' }), FIRST, 'runs'),
    ],
    [
      'list runs of a customer',
      () => listPage(db, SELECT_RUNS, runConditions(platform, { customer_id: run.customer_id }), FIRST, 'runs'),
    ],
    ['runs of a trigger', () => runsOfTriggers(db, [run.trigger_id])],
    ['claim', () => claimStep(db, run.id, '7-DAY', 1, () => null)],
    ['look for overdue runs', () => overdueRuns(db, 60_000, '', 100)],
    ['look for runs that ended on the engine', () => openAmong(db, [run.engine_workflow_id])],
    ['change an invoice', () => touchRuns(db, platform, { kind: 'INVOICE', id: run.resource_id })],
    ['change a workflow', () => fanOutPage(db, platform, { kind: 'WORKFLOW', id: run.workflow_id }, '', 100)],
  ])('%s', async (_, work) => {
    expect(await scans(work)).toEqual([]);
  });
});
