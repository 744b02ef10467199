import { readFile } from 'node:fs/promises';
import type { WorkflowExecutionDescription } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SEARCH_ATTRIBUTES } from '../../contracts/search-attributes.js';
import { put } from '../support/scenario.js';
import { until } from '../support/until.js';
import { openStages, type Stage } from '../replay/stage.js';

type Described = WorkflowExecutionDescription;

const page = await readFile(new URL('../../docs/operations.md', import.meta.url), 'utf8');

/** Query column of the table "Saved queries for the Temporal UI". */
const savedQueries = [
  ...(page.split('### Saved queries')[1]?.split('\n#')[0] ?? '').matchAll(/^\|[^|]*\| `([^`]+)`/gm),
].map(([, query = '']) => query);

/** What people see of a run in the Temporal UI, in the API's words. */
describe('a run is visible on the engine', () => {
  let stages: Awaited<ReturnType<typeof openStages>>;
  beforeAll(async () => {
    stages = await openStages();
  });
  afterAll(() => stages.close());

  /** Once it stands like this in the API. */
  async function described(stage: Stage, like: Record<string, unknown>): Promise<Described> {
    const run = await stage.reaches(like);
    return stages.h.engine.client.workflow.getHandle(run.engine_workflow_id as string).describe();
  }
  const attributesOf = ({ typedSearchAttributes }: Described) =>
    Object.fromEntries(
      typedSearchAttributes
        .getAll()
        .filter(({ key }) => key.name.startsWith('Dunwell'))
        .map(({ key, value }) => [key.name, value]),
    );
  const detailsOf = async ({ workflowId }: Described): Promise<string> => {
    const query = stages.h.engine.client.workflow
      .getHandle(workflowId)
      .query<Record<string, unknown>>('__temporal_workflow_metadata');
    return String((await query).currentDetails);
  };
  /** The ids of a query's executions, once the list, which is written a little later, has this one. */
  const untilListed = (query: string, workflowId: string): Promise<boolean> =>
    until(`${workflowId} is found by ${query}`, async () => {
      for await (const execution of stages.h.engine.client.workflow.list({ query })) {
        if (execution.workflowId === workflowId) return true;
      }
      return false;
    });

  it('PAUSED, held and cancelled: what an operator did, in the same words', async () => {
    const stage = stages.stage('visible-paused');
    await stage.ladder(7);
    await stage.customer();
    await stage.invoice(stage.due(0, 0));
    const { id } = await stage.reaches({ status: 'WAITING' });
    const operate = (operation: string) => stages.h.call('POST', `/v1/workflow-runs/${String(id)}/${operation}`, {});
    await operate('pause');
    expect(attributesOf(await described(stage, { status: 'PAUSED' }))).toMatchObject({ DunwellStatus: 'PAUSED' });
    await operate('resume');
    await stages.h.call('POST', '/v1/holds', { invoice_id: stage.id('inv'), reason: 'DISPUTE' });
    const held = await described(stage, { status: 'WAITING', reason: 'held' });
    expect(attributesOf(held)).toMatchObject({ DunwellStatus: 'WAITING', DunwellReason: 'held' });
    expect(await detailsOf(held)).toContain('`held`: The customer or the invoice is held.');
    await operate('cancel');
    const cancelled = await described(stage, { status: 'STOPPED' });
    expect(attributesOf(cancelled)).toMatchObject({
      DunwellStatus: 'STOPPED',
      DunwellReason: 'cancelled_by_operator',
    });
  });

  it('WAITING: whose, what about, until when, and the whole ladder', async () => {
    const stage = stages.stage('visible-waiting');
    await stage.ladder(7, 14);
    await stage.customer();
    await stage.invoice(stage.due(0, 0));
    const execution = await described(stage, { status: 'WAITING' });
    const { steps } = await stage.reaches({});
    expect(attributesOf(execution)).toEqual({
      DunwellPlatform: stages.h.platformId,
      DunwellWorkflow: 'visible-waiting',
      DunwellCustomer: 'cust_visible_waiting',
      DunwellResource: 'inv_visible_waiting',
      DunwellVariant: 'OVERDUE',
      DunwellStatus: 'WAITING',
      DunwellNextStepAt: new Date(steps[0].planned_at as string),
    });
    // It has not begun: nobody would answer a query.
    expect(await execution.staticSummary()).toMatch(
      /^OVERDUE inv_visible_waiting: step 1 of 2: 7 days overdue, \d+ \w+ \d{4} .* UTC$/,
    );
    expect(await execution.staticDetails()).toMatch(
      /\*\*WAITING\*\*[^]*7 days overdue[^]*PLANNED[^]*14 days overdue[^]*PLANNED/,
    );
    await untilListed(`DunwellStatus="WAITING" AND DunwellCustomer="cust_visible_waiting"`, execution.workflowId);
  });

  it('WAITING for the second step: what has gone, and what comes', async () => {
    const stage = stages.stage('visible-second');
    await stage.ladder(7, 14);
    await stage.customer();
    await stage.invoice(stage.due(7, 1));
    const execution = await described(stage, {
      status: 'WAITING',
      ladder: ['7-DAY DONE', '14-DAY PLANNED'],
    });
    expect(await execution.staticSummary()).toMatch(
      /^OVERDUE inv_visible_second from \d+ \w{3,4} \d{4}$|^OVERDUE inv_visible_second from \d{4}-\d\d-\d\d$/,
    );
    expect(await detailsOf(execution)).toMatch(
      /\*\*WAITING\*\*[^]*7 days overdue[^]*DONE[^]*14 days overdue[^]*PLANNED/,
    );
  });

  it('BLOCKED: the reason, which goes once it is repaired; then COMPLETED', async () => {
    const stage = stages.stage('visible-blocked');
    await stage.ladder(7);
    await stage.customer({ email: null });
    await stage.invoice(stage.due(7, 1));
    const blocked = await described(stage, { status: 'BLOCKED' });
    expect(attributesOf(blocked)).toMatchObject({ DunwellStatus: 'BLOCKED', DunwellReason: 'no_recipient' });
    expect(await detailsOf(blocked)).toContain('`no_recipient`: The customer has no usable e-mail address.');
    await untilListed(`DunwellStatus="BLOCKED" AND DunwellReason="no_recipient"`, blocked.workflowId);

    await stage.customer({ email: 'repaired@acme.example' });
    const completed = await described(stage, { status: 'COMPLETED' });
    expect(completed.status.name).toBe('COMPLETED');
    expect(attributesOf(completed)).toMatchObject({ DunwellStatus: 'COMPLETED' });
    expect(attributesOf(completed)).not.toHaveProperty('DunwellReason');
    expect(attributesOf(completed)).not.toHaveProperty('DunwellNextStepAt');
    await untilListed(`DunwellStatus="COMPLETED" AND DunwellReason IS NULL`, blocked.workflowId);
  });

  it('STOPPED: the execution is over, and still says why', async () => {
    const stage = stages.stage('visible-stopped');
    await stage.ladder(7);
    await stage.customer();
    await stage.invoice(stage.due(0, 0));
    await stage.reaches({ status: 'WAITING' });
    await stage.invoice({ paid: true });
    const execution = await described(stage, { status: 'STOPPED' });
    expect(execution.status.name).toBe('COMPLETED');
    expect(attributesOf(execution)).toMatchObject({ DunwellStatus: 'STOPPED', DunwellReason: 'paid' });
    expect(attributesOf(execution)).not.toHaveProperty('DunwellNextStepAt');
    expect(await detailsOf(execution)).toMatch(/\*\*STOPPED\*\* · `paid`[^]*SKIPPED \| paid/);
    await untilListed(`DunwellStatus="STOPPED" AND DunwellReason="paid"`, execution.workflowId);
  });

  it('a step that FAILED: the table says so, though the run is COMPLETED', async () => {
    const stage = stages.stage('visible-failed-step');
    await stage.ladder(7);
    await stage.customer({ email: 'bounced@acme.example' });
    await stage.invoice(stage.due(7, 1));
    const execution = await described(stage, { status: 'COMPLETED', ladder: ['7-DAY FAILED rejected'] });
    expect(await detailsOf(execution)).toContain('| FAILED | rejected |');
  });

  it('a wait for facts: the reason without an instant', async () => {
    const stage = stages.stage('visible-undated');
    await stage.ladder(7);
    await stage.customer();
    await stage.invoice(stage.due(0, 0));
    await stage.reaches({ status: 'WAITING' });
    await put(stages.h, `invoices/${stage.id('inv')}`, { customer_id: stage.id('cust'), status: 'FINAL' });
    const execution = await described(stage, { status: 'WAITING', reason: 'no_anchor' });
    expect(attributesOf(execution)).toMatchObject({ DunwellStatus: 'WAITING', DunwellReason: 'no_anchor' });
    expect(attributesOf(execution)).not.toHaveProperty('DunwellNextStepAt');
  });

  it('docs/operations.md offers queries', () => {
    expect(savedQueries.length).toBeGreaterThan(10);
  });

  it.each(savedQueries)('the server understands %s', async (query) => {
    const known = [...query.matchAll(/Dunwell\w+/g)].map(([name]) => name);
    expect(Object.keys(SEARCH_ATTRIBUTES)).toEqual(expect.arrayContaining(known));
    for await (const execution of stages.h.engine.client.workflow.list({ query })) {
      expect(execution.workflowId).toBeTruthy();
      break;
    }
  });

  it('the server does not understand just anything (control)', async () => {
    const list = stages.h.engine.client.workflow.list({ query: 'DunwellMood="BLOCKED"' });
    await expect(list[Symbol.asyncIterator]().next()).rejects.toThrow();
  });
});
