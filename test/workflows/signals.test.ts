import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHANGED_SIGNAL } from '../../contracts/engine.js';
import { createHarness, type Harness } from '../support/harness.js';
import { recordHistory } from '../support/history.js';
import { advance, createClock, createWorkflow, onlyRun, overdueLadder, put } from '../support/scenario.js';
import { until } from '../support/until.js';

describe('a run that hears very much', () => {
  let h: Harness;
  beforeAll(async () => {
    h = await createHarness();
  });
  afterAll(() => h.stop());

  it('continues as new between steps, and sends once', async () => {
    await createWorkflow(h, overdueLadder('noisy', [7]));
    const clock = await createClock(h, '2026-01-01T00:00:00Z');
    await put(h, 'customers/cust_1', { email: 'ap@acme.example', timezone: 'UTC', test_clock_id: clock });
    await put(h, 'invoices/inv_1', { customer_id: 'cust_1', status: 'FINAL', due_date: '2026-01-10T12:00:00Z' });
    const run = await until('the engine has it', async () => {
      const own = await onlyRun(h);
      return own.status === 'WAITING' ? own : null;
    });
    const handle = h.engine.client.workflow.getHandle(run.engine_workflow_id);
    const first = (await handle.describe()).runId;

    // The server suggests it from 4,096 events on; each signal costs a handful.
    let revision = run.revision as number;
    await until(
      'a second execution',
      async () => {
        const signals = Array.from({ length: 200 }, () => handle.signal(CHANGED_SIGNAL, { revision: (revision += 1) }));
        await Promise.all(signals);
        // A query is answered after what came before it; without a pause the server refuses to close the execution.
        await handle.query('__temporal_workflow_metadata');
        return (await handle.describe()).runId !== first;
      },
      150_000,
    );
    await recordHistory(h, run.engine_workflow_id, 'continued-as-new');
    await advance(h, clock, '2026-02-01T00:00:00Z');
    expect(await h.mails()).toHaveLength(1);
    expect(await onlyRun(h)).toMatchObject({ status: 'COMPLETED' });
  }, 180_000);

  it('ignores word of what it knows already', async () => {
    const run = await onlyRun(h);
    expect(run.status).toBe('COMPLETED');
    await put(h, 'customers/cust_1', { email: 'ap@acme.example', timezone: 'UTC', locale: 'de-DE' });
    expect(await onlyRun(h)).toMatchObject({ revision: run.revision, engine: 'TOLD' });
  });
});
