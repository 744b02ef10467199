import { createHarness, type Harness } from '../harness.js';
import { createLadder, inSeconds, invoiceIds, putCustomer, putInvoices } from './scenario.js';

/** Due runs on no engine, as if their executions slept and the burst lane had to send them. */
export async function sleepingRuns(count: number): Promise<Harness> {
  const h = await createHarness({ worker: false, tellSoon: false, temporalAddress: '127.0.0.1:1' });
  await createLadder(h);
  await putCustomer(h, 'cust_1');
  await putInvoices(h, invoiceIds(count), { due_date: inSeconds(-60) });
  await h.db.rows(`UPDATE runs SET engine_started = true, status = 'WAITING', by_lane = true`);
  return h;
}
