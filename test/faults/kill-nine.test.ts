import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isRunning } from '../../dev/processes.js';
import { deliveryOf } from '../support/faults/each-once.js';
import { livingServers, startDev, type DevProcess } from '../support/faults/dev-process.js';
import { measured } from '../support/faults/measured.js';
import { createLadder, inSeconds, invoiceIds, putCustomer, putInvoices } from '../support/faults/scenario.js';
import { until } from '../support/until.js';

const RUNS = 100;

describe('kill -9 of the whole product while reminders wait', { timeout: 240_000 }, () => {
  let dataDir: string;
  let dev: DevProcess | null = null;

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'dunwell-kill-nine-'));
  });
  afterAll(async () => {
    await dev?.stop();
    await rm(dataDir, { recursive: true, force: true });
  });

  it('is started again on the same data, and every reminder arrives once', async () => {
    dev = await startDev(dataDir);
    const first = dev;
    await createLadder(first);
    await putCustomer(first, 'cust_1');
    await putInvoices(first, invoiceIds(RUNS), { due_date: inSeconds(25) });
    await until('all runs wait on the engine', async () => (await statuses(first)).WAITING === RUNS);
    const orphans = livingServers(dataDir);
    expect(orphans.length).toBeGreaterThanOrEqual(2);

    dev = null;
    await first.killNine();
    const killedAt = performance.now();
    dev = await startDev(dataDir);
    const second = dev;
    measured('started again after kill -9', (performance.now() - killedAt) / 1_000, 's');
    expect(orphans.filter(isRunning), 'servers of the killed process').toEqual([]);
    expect(second.file.api_key).toBe(first.file.api_key);

    await until('all runs are COMPLETED', async () => (await statuses(second)).COMPLETED === RUNS, 120_000);
    const mails = (await mailsOf(second)).map(deliveryOf);
    expect(mails).toHaveLength(RUNS);
    expect(new Set(mails).size).toBe(RUNS);
    const runs = await second.call('GET', '/v1/workflow-runs?limit=100');
    const deliveries = runs.body.data.flatMap((run: Record<string, any>) => run.steps[0].delivery_ids as string[]);
    expect([...mails].sort()).toEqual([...deliveries].sort());

    const servers = livingServers(dataDir);
    dev = null;
    await second.stop();
    expect(servers.filter(isRunning), 'servers after an ordinary end').toEqual([]);
  });
});

async function statuses(dev: DevProcess): Promise<Record<string, number>> {
  const { body } = await dev.call('GET', '/v1/workflow-runs?limit=100');
  const counts: Record<string, number> = {};
  for (const { status } of body.data as { status: string }[]) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

async function mailsOf({ file }: DevProcess): Promise<{ MessageID: string }[]> {
  const response = await fetch(`${file.mailbox_url}/api/v1/messages?limit=1000`);
  return ((await response.json()) as { messages: { MessageID: string }[] }).messages;
}
