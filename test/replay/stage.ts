import { expect } from 'vitest';
import { REMINDER_RUN } from '../../contracts/engine.js';
import { createMailer } from '../../worker/create-mailer.js';
import { createHarness, type Harness } from '../support/harness.js';
import { loopback } from '../support/mail-connections.js';
import { createWorkflow, ladderOf, overdueLadder, put } from '../support/scenario.js';
import { startFaultServer } from '../support/smtp/fault-server.js';
import { until } from '../support/until.js';
import { testVault } from '../support/vault.js';

type Fields = Record<string, unknown>;
type Run = Record<string, any>;

const DAY_MS = 86_400_000;

/** What one situation plays on: the product on the wall clock, with a customer, an invoice and workflows of its own. */
export interface Stage {
  h: Harness;
  /** `{kind}_{situation}`: ids that no other situation has. */
  id(kind: string): string;
  /** An ACTIVE workflow for this customer alone. Answers its id. */
  workflow(fields: Fields): Promise<string>;
  /** The same, an overdue ladder in days. */
  ladder(...days: number[]): Promise<string>;
  /** Stores the customer, the invoice; fields given before stay. */
  customer(fields?: Fields): Promise<void>;
  invoice(fields: Fields): Promise<void>;
  /** The due date with which the step that many days after it comes in so many seconds. */
  due(days: number, seconds: number): { due_date: string };
  /**
   * Waits until the run stands like this (fields of the API, and `ladder` as `ladderOf` tells it) and its execution has nothing
   * more to do at the moment.
   */
  reaches(like: Fields): Promise<Run>;
}

/** How one mail server answers to all situations: by the local part of the address. Real ones repeat the address. */
function answerTo(address: string, times: number): string {
  if (address.startsWith('bounced')) return `550 5.7.1 <${address}> is not wanted here`;
  if (address.startsWith('retried') && times === 1) return `450 4.2.0 <${address}> try again later`;
  return '250 2.1.5 ok';
}

/** Opens one product for all situations, and gives each its own stage on it. */
export async function openStages(): Promise<{ h: Harness; stage(name: string): Stage; close(): Promise<void> }> {
  const seen = new Map<string, number>();
  const server = await startFaultServer({
    rcpt(address) {
      seen.set(address, (seen.get(address) ?? 0) + 1);
      return answerTo(address, seen.get(address) ?? 0);
    },
  });
  const mailer = createMailer({
    smtpUrl: server.url,
    testSmtpUrl: server.url,
    from: { name: 'Test', email: 'billing@test.example' },
    vault: testVault,
    networks: loopback,
  });
  const h = await createHarness({ mailer: () => mailer, webhookRetryMs: 1 });
  return {
    h,
    stage: (name) => createStage(h, name),
    async close() {
      await h.stop();
      await mailer.close();
      await server.close();
    },
  };
}

function createStage(h: Harness, name: string): Stage {
  const slug = name.replaceAll('-', '_');
  let customer: Fields = { email: `${name}@acme.example`, timezone: 'UTC', locale: 'en' };
  let invoice: Fields = { customer_id: `cust_${slug}`, status: 'FINAL' };
  const stage: Stage = {
    h,
    id: (kind) => `${kind}_${slug}`,
    workflow: (fields) => createWorkflow(h, { reference: name, customer_ids: [stage.id('cust')], ...fields }),
    ladder: (...days) => stage.workflow(overdueLadder(name, days)),
    async customer(fields = {}) {
      customer = { ...customer, ...fields };
      await put(h, `customers/${stage.id('cust')}`, customer);
    },
    async invoice(fields) {
      invoice = { ...invoice, ...fields };
      await put(h, `invoices/${stage.id('inv')}`, invoice);
    },
    due: (days, seconds) => ({ due_date: new Date(Date.now() - days * DAY_MS + seconds * 1_000).toISOString() }),
    async reaches(like) {
      let last: Run | undefined;
      const run = await until(`${name} reaches ${JSON.stringify(like)}`, async () => {
        const { body } = await h.call('GET', `/v1/workflow-runs?customer_id=${stage.id('cust')}`);
        const [run] = body.data as Run[];
        last = run && { ...run, ladder: ladderOf(run) };
        return last?.engine === 'TOLD' && matches(last, like) ? last : null;
      }).catch((error: unknown) => {
        throw new Error(`${String(error)}; it stands like ${JSON.stringify(last)}`);
      });
      await restOf(h, run.engine_workflow_id as string);
      return run;
    },
  };
  return stage;
}

/** Its execution has taken up everything it was told, and sleeps or has ended. */
async function restOf(h: Harness, workflowId: string): Promise<void> {
  await until(`${workflowId} is at rest`, async () => {
    const { raw } = await h.engine.client.workflow.getHandle(workflowId).describe();
    expect(raw.workflowExecutionInfo?.type?.name).toBe(REMINDER_RUN);
    return !raw.pendingWorkflowTask && !raw.pendingActivities?.length;
  });
}

function matches(run: Run, like: Fields): boolean {
  return Object.entries(like).every(([field, value]) => JSON.stringify(run[field]) === JSON.stringify(value));
}
