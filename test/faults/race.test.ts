import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { Database } from '../../store/database.js';
import { raceAgainstClaims, tally, WITHOUT_LOCKS, type Round } from '../support/faults/race.js';
import { createLadder, inSeconds, invoiceIds, putCustomer, putInvoices } from '../support/faults/scenario.js';
import { createHarness, type Harness } from '../support/harness.js';

const DUE = inSeconds(-3_600);
/** Nobody listens there: these races are between the API, the claim and Postgres alone. */
const NO_TEMPORAL = { worker: false, tellSoon: false, temporalAddress: '127.0.0.1:1' };

describe('a change of facts against a step that is due', { timeout: 120_000 }, () => {
  let h: Harness;

  beforeAll(async () => {
    h = await createHarness(NO_TEMPORAL);
    await createLadder(h);
    for (const id of ['cust_1', 'cust_2']) await putCustomer(h, id);
  });
  afterAll(async () => {
    const name = new URL(h.databaseUrl).pathname.slice(1);
    await h.stop();
    // Counted when a connection ends. A deadlock is repeated by the store and so would go unseen.
    const admin = new Database(inject('databaseUrl'), { maxConnections: 1 });
    const row = await admin.row<{ deadlocks: number }>('SELECT deadlocks FROM pg_stat_database WHERE datname = $1', [
      name,
    ]);
    await admin.close();
    expect(row?.deadlocks).toBe(0);
  });

  const invoice = { customer_id: 'cust_1', status: 'FINAL', due_date: DUE };
  const due = async (prefix: string, count: number, customerId = 'cust_1'): Promise<string[]> => {
    const ids = invoiceIds(count, prefix);
    await putInvoices(h, ids, { due_date: DUE }, customerId);
    return ids;
  };
  const change = (body: Record<string, unknown>) => (id: string) => h.call('PUT', `/v1/invoices/${id}`, body);
  /** Both orders must have happened, or the race was none. */
  const expectContested = (what: string, rounds: Round[]): void => {
    const counts = tally(rounds);
    process.stdout.write(`  measured: ${what}: ${JSON.stringify(counts)}\n`);
    expect(counts.claimed).toBeGreaterThan(rounds.length / 20);
    expect(counts.refused).toBeGreaterThan(rounds.length / 20);
    expect(counts.slowestMs, 'a round hung').toBeLessThan(5_000);
  };

  it('paid: once the PUT has answered, nothing is claimed', async () => {
    const rounds = await raceAgainstClaims(h, await due('paid', 500), change({ ...invoice, paid: true }));
    expect(rounds.filter((round) => round.claimedAfterAnswer)).toEqual([]);
    expectContested('paid', rounds);
    const refused = rounds.filter(({ claim }) => claim.deliveries.length === 0);
    expect([...new Set(refused.map(({ claim }) => `${claim.waits.status} ${String(claim.waits.reason)}`))]).toEqual([
      'STOPPED paid',
    ]);
  });

  it('due date moved: once the PUT has answered, nothing is claimed for the old one', async () => {
    const later = change({ ...invoice, due_date: inSeconds(86_400) });
    const rounds = await raceAgainstClaims(h, await due('moved', 150), later);
    expect(rounds.filter((round) => round.claimedAfterAnswer)).toEqual([]);
    expectContested('due date moved', rounds);
  });

  it('invoice moved to another customer: a later claim is about the new one', async () => {
    const rounds = await raceAgainstClaims(h, await due('sold', 150), change({ ...invoice, customer_id: 'cust_2' }));
    const to = ({ claim }: Round): string => claim.loaded.context.customer.id;
    const late = rounds.filter((round) => round.claimedAfterAnswer);
    expect(late.filter((round) => to(round) !== 'cust_2')).toEqual([]);
    process.stdout.write(`  measured: sold: ${JSON.stringify({ ...tally(rounds), slowestMs: undefined })}\n`);
    expect(late.length, 'no round had the change first').toBeGreaterThan(0);
    expect(rounds.length - late.length, 'no round had the claim first').toBeGreaterThan(0);
  });

  it('address changed: a later claim writes to the new one', async () => {
    const ids = invoiceIds(100, 'mail');
    for (const id of ids) await putCustomer(h, `of_${id}`);
    for (const id of ids) await putInvoices(h, [id], { due_date: DUE }, `of_${id}`);
    const body = { email: 'new@acme.example', locale: 'en' };
    const rounds = await raceAgainstClaims(h, ids, (id) => h.call('PUT', `/v1/customers/of_${id}`, body));
    const late = rounds.filter((round) => round.claimedAfterAnswer);
    expect(late.filter(({ claim }) => claim.loaded.context.customer.email !== 'new@acme.example')).toEqual([]);
    expect(late.length, 'no round had the change first').toBeGreaterThan(0);
  });
});

describe('CONTROL: the same race without the locks', { timeout: 120_000 }, () => {
  it('claims after the PUT has answered', async () => {
    const h = await createHarness(NO_TEMPORAL);
    await createLadder(h);
    await putCustomer(h, 'cust_1');
    await h.db.rowsOnce(WITHOUT_LOCKS);
    let late = 0;
    for (let batch = 0; late === 0 && batch < 20; batch += 1) {
      const ids = invoiceIds(100, `batch${String(batch)}`);
      await putInvoices(h, ids, { due_date: DUE });
      const paid = { customer_id: 'cust_1', status: 'FINAL', due_date: DUE, paid: true };
      late = tally(await raceAgainstClaims(h, ids, (id) => h.call('PUT', `/v1/invoices/${id}`, paid))).late;
    }
    await h.stop();
    process.stdout.write(`  measured: without locks: ${String(late)} claims after the answer\n`);
    expect(late).toBeGreaterThan(0);
  });
});
