import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Claim } from '../../store/claim.js';
import { claimStep } from '../support/ledger.js';
import { suppress } from '../../store/suppressions.js';
import { raceAgainstClaims, tally, type Round } from '../support/faults/race.js';
import { createLadder, inSeconds, invoiceIds, putInvoices } from '../support/faults/scenario.js';
import { createHarness, type Harness } from '../support/harness.js';
import { until } from '../support/until.js';

const DUE = inSeconds(-3_600);
/** Nobody listens there: these races are between the API, the claim and Postgres alone. */
const NO_TEMPORAL = { worker: false, tellSoon: false, temporalAddress: '127.0.0.1:1' };

/** As somebody would write it who thinks that reading is enough. */
const WITHOUT_LOCK = `CREATE OR REPLACE FUNCTION share_suppressions(platform text) RETURNS void LANGUAGE sql VOLATILE AS $$ SELECT $$`;

describe('an address that is suppressed while a step to it is due (S-E6)', { timeout: 120_000 }, () => {
  let h: Harness;
  beforeAll(async () => {
    h = await createHarness(NO_TEMPORAL);
    await createLadder(h);
  });
  afterAll(() => h.stop());

  const due = async (prefix: string, count: number): Promise<string[]> => {
    const ids = invoiceIds(count, prefix);
    for (const id of ids) await h.call('PUT', `/v1/customers/of_${id}`, { email: `${id}@acme.example` });
    for (const id of ids) await putInvoices(h, [id], { due_date: DUE }, `of_${id}`);
    return ids;
  };
  const post = async (id: string): Promise<{ status: number }> => {
    const { status } = await h.call('POST', '/v1/suppressions', { email: `${id}@ACME.example` });
    return { status: status === 201 ? 200 : status };
  };
  const claimOf = async (id: string): Promise<() => Promise<Claim | null>> => {
    const run = await h.db.row<{ id: string; next_step_id: string; plan_revision: number }>(
      'SELECT id, next_step_id, plan_revision FROM runs WHERE resource_id = $1',
      [id],
    );
    if (!run) throw new Error(`There is no run about ${id}.`);
    return () => claimStep(h.db, run.id, run.next_step_id, run.plan_revision, () => null);
  };
  const untilWaiting = () =>
    until('somebody waits for the lock', async () => {
      const rows = await h.db.rows(
        `SELECT 1 FROM pg_locks l JOIN pg_database d ON d.oid = l.database
         WHERE d.datname = current_database() AND l.locktype = 'advisory' AND NOT l.granted`,
      );
      return rows.length > 0;
    });

  it('is answered only after a claim that has not seen it has committed', async () => {
    const [id = ''] = await due('claimed', 1);
    const order: string[] = [];
    let posted: Promise<unknown> = Promise.resolve();
    await h.db.transaction(async (tx) => {
      await tx.rows('SELECT lock_claims(ARRAY[id], ARRAY[next_step_id]) FROM runs WHERE resource_id = $1', [id]);
      posted = post(id).then(() => order.push('answered'));
      await untilWaiting();
      order.push('claim commits');
    });
    await posted;
    expect(order).toEqual(['claim commits', 'answered']);
  });

  it('is seen by a claim that came while it was being written', async () => {
    const [id = ''] = await due('written', 1);
    const claim = await claimOf(id);
    let claimed: Promise<Claim | null> = Promise.resolve(null);
    await h.db.transaction(async (tx) => {
      await suppress(tx, h.platformId, [{ email: `${id}@acme.example`, reason: 'COMPLAINT', source: 'MAILGUN' }]);
      claimed = claim();
      await untilWaiting();
    });
    expect(await claimed).toMatchObject({ deliveries: [], waits: { status: 'BLOCKED', reason: 'suppressed' } });
  });

  it('once the POST has answered, no claim commits', async () => {
    const rounds = await raceAgainstClaims(h, await due('raced', 200), post);
    const counts = tally(rounds);
    process.stdout.write(`  measured: suppressed: ${JSON.stringify(counts)}\n`);
    expect(rounds.filter((round: Round) => round.claimedAfterAnswer)).toEqual([]);
    expect(counts.claimed, 'no round had the claim first').toBeGreaterThan(0);
    expect(counts.refused, 'no round had the suppression first').toBeGreaterThan(0);
  });

  it('CONTROL: without the lock a claim can go by what it read before', async () => {
    const [id = ''] = await due('control', 1);
    await h.db.rowsOnce(WITHOUT_LOCK);
    const claim = await claimOf(id);
    let claimed: Claim | null = null;
    await h.db.transaction(async (tx) => {
      await suppress(tx, h.platformId, [{ email: `${id}@acme.example`, reason: 'COMPLAINT', source: 'MAILGUN' }]);
      claimed = await claim();
    });
    expect(claimed).toMatchObject({ deliveries: [{ fence: 1 }] });
  });
});
