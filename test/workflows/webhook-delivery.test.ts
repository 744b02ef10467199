import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FAILURE, webhookQueue } from '../../contracts/engine.js';
import { createWebhookPoster } from '../../cli/webhook-poster.js';
import { startWebhookDelivery } from '../../engine/executions.js';
import { closeFromEngine } from '../../store/engine-state.js';
import { createHarness, type Harness } from '../support/harness.js';
import { loopback } from '../support/mail-connections.js';
import { createWorkflow, onlyRun, overdueLadder, put } from '../support/scenario.js';
import { until } from '../support/until.js';
import { testVault } from '../support/vault.js';
import { signers, startReceiver, type Received, type Receiver } from '../support/webhooks/receiver.js';

type Json = Record<string, any>;

const DAY_MS = 86_400_000;
const ago = (days: number): string => new Date(Date.now() - days * DAY_MS).toISOString();

describe('a webhook is told when a run ends (S-A2)', { timeout: 60_000 }, () => {
  let h: Harness;
  let receiver: Receiver;
  beforeEach(async () => {
    receiver = await startReceiver();
    h = await createHarness({ worker: false });
    await createWorkflow(h, overdueLadder('overdue', [7]));
    await put(h, 'customers/cust_1', { email: 'ap@acme.example', timezone: 'UTC', locale: 'en' });
  });
  afterEach(async () => {
    await receiver.stop();
    await h.stop();
  });

  async function ok(method: string, path: string, body?: Json): Promise<Json> {
    const answer = await h.call(method, `/v1/${path}`, body);
    expect([200, 201], JSON.stringify(answer.body)).toContain(answer.status);
    return answer.body as Json;
  }
  const webhook = (fields: Json = {}): Promise<Json> =>
    ok('POST', 'webhooks', { name: 'Ours', reference: 'ours', url: receiver.url, ...fields });
  const invoice = (fields: Json, id = 'inv_1'): Promise<void> =>
    put(h, `invoices/${id}`, { customer_id: 'cust_1', status: 'FINAL', due_date: ago(0), ...fields });
  const pay = (): Promise<void> => invoice({ payment_status: 'PAID' });
  const outbox = async (): Promise<number> => {
    const rows = await h.db.rowsOnce<{ n: number }>(`SELECT count(*)::int AS n FROM outbox WHERE kind = 'RUN_ENDED'`);
    return rows[0]?.n ?? -1;
  };
  const told = (count: number): Promise<Received[]> =>
    until(`${String(count)} events`, () => receiver.received.length >= count && receiver.received);
  const events = (): Json[] => receiver.received.map(({ body }) => JSON.parse(body) as Json);
  /** The workflow that delivers the only event to this webhook. */
  const listed = (webhookId: string): Promise<string> =>
    until('the delivery is listed', async () => {
      const query = `WorkflowType = 'webhookDelivery' AND TaskQueue = '${h.taskQueue}'`;
      for await (const { workflowId } of h.engine.client.workflow.list({ query })) {
        if (workflowId.startsWith(`webhook/${webhookId}/`)) return workflowId;
      }
      return null;
    });
  /** How it ended, once it has. */
  async function outcome(webhookId: string): Promise<{ result: unknown } | { failure: Json }> {
    const id = await listed(webhookId);
    try {
      return { result: await h.engine.client.workflow.getHandle(id).result() };
    } catch (error) {
      return { failure: (error as Json).cause.cause as Json };
    }
  }
  const settled = (): Promise<boolean> => until('the outbox is empty', async () => (await outbox()) === 0);

  it('with the run as it can be got, signed, once', async () => {
    await h.startWorker();
    const { id, secret_key: secret } = await webhook();
    await invoice({});
    await pay();
    const [got] = await told(1);
    if (!got) throw new Error('nothing');
    const run = await onlyRun(h);
    expect(run).toMatchObject({ status: 'STOPPED', stop_reason: 'paid' });
    expect(JSON.parse(got.body)).toEqual({
      object_type: 'WEBHOOK_EVENT',
      id: expect.stringMatching(/^whev_[A-Za-z0-9]{20}$/),
      type: 'WORKFLOW_RUN.STOPPED',
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      platform_id: h.platformId,
      // The engine may be told of the end a moment later.
      data: { ...(await ok('GET', `workflow-runs/${String(run.id)}`)), engine: expect.any(String) },
    });
    expect(signers(got, [secret as string])).toEqual([secret]);
    expect(got.headers).toMatchObject({
      'dunwell-webhook-id': id,
      'dunwell-event-id': (JSON.parse(got.body) as Json).id,
    });
    expect(await outcome(id as string)).toEqual({ result: { status: 204 } });
    await settled();
    expect(receiver.received).toHaveLength(1);
  });

  it('for every end: COMPLETED, one that was over when it began, STOPPED, again when it was reopened, FAILED', async () => {
    await createWorkflow(h, { ...overdueLadder('fresh', [5]), late_policy: 'NONE' });
    await h.startWorker();
    await webhook();
    await invoice({ due_date: ago(8) });
    await until('the mail has gone', async () => (await onlyRun(h, '?status=COMPLETED')).id);
    await told(2);
    const never = await h.db.rowsOnce(`SELECT FROM runs WHERE status = 'COMPLETED' AND NOT engine_started`);
    expect(never).toHaveLength(1);
    await invoice({}, 'inv_2');
    await invoice({ payment_status: 'PAID' }, 'inv_2');
    await told(4);
    await invoice({ payment_status: 'UNPAID' }, 'inv_2');
    const { data: runs } = await ok('GET', 'workflow-runs?resource_id=inv_2');
    for (const { id } of runs as { id: string }[]) {
      await until('it has failed', async () => {
        const row = await h.db.row<{ id: string; executions: number; engine_started: boolean; status: string }>(
          'SELECT id, executions, engine_started, status FROM runs WHERE id = $1',
          [id],
        );
        // Nothing happens when its next execution was started meanwhile: then it is about that one.
        if (row?.engine_started) await closeFromEngine(h.db, row, { status: 'FAILED', reason: 'engine_failed' });
        return row?.status === 'FAILED';
      });
    }
    await told(6);
    const seen = events().map(({ type, data }) => `${(data as Json).resource_id as string} ${type as string}`);
    expect(seen.sort()).toEqual([
      'inv_1 WORKFLOW_RUN.COMPLETED',
      'inv_1 WORKFLOW_RUN.COMPLETED',
      'inv_2 WORKFLOW_RUN.FAILED',
      'inv_2 WORKFLOW_RUN.FAILED',
      'inv_2 WORKFLOW_RUN.STOPPED',
      'inv_2 WORKFLOW_RUN.STOPPED',
    ]);
    expect(new Set(events().map(({ id }) => id as string)).size).toBe(6);
  });

  it('again until it takes the event, which keeps its id', async () => {
    await h.startWorker({ webhookRetryMs: 1 });
    receiver.answer = (response) => response.writeHead(receiver.received.length < 3 ? 500 : 200).end();
    const { id } = await webhook();
    await invoice({});
    await pay();
    expect(await outcome(id as string)).toEqual({ result: { status: 200 } });
    const ids = receiver.received.map(({ headers }) => headers['dunwell-event-id']);
    expect(ids).toEqual([ids[0], ids[0], ids[0]]);
    expect(events()[2]).toEqual(events()[0]);
  });

  it('after a pause that grows with what the webhook refused, and with nothing else', async () => {
    const { id } = await webhook();
    await invoice({});
    await pay();
    receiver.answer = (response) => response.writeHead(503).end();
    const post = createWebhookPoster(testVault, { allowedNetworks: loopback });
    let attempts = 0;
    const retryMs = 1_500;
    await h.startWorker({
      webhookRetryMs: retryMs,
      postRunEvent: (event) => {
        attempts += 1;
        return attempts === 2 ? Promise.reject(new Error('Postgres is away')) : post(event);
      },
    });
    const pending = await until('it has been refused twice', async () => {
      const handle = h.engine.client.workflow.getHandle(await listed(id as string));
      const activity = (await handle.describe()).raw.pendingActivities?.[0];
      return activity?.attempt === 4 && activity;
    });
    expect(pending.lastFailure?.applicationFailureInfo?.type).toBe(FAILURE.WEBHOOK_NOT_TAKEN);
    expect(receiver.received).toHaveLength(2);
    const { seconds, nanos } = pending.currentRetryInterval ?? {};
    // The engine counts from a reading of its clock: some microseconds more.
    expect(Math.round(Number(seconds) * 1_000 + Number(nanos) / 1_000_000)).toBe(2 * retryMs);
  });

  it('also by the next worker, once more with the same id, when one dies after the event was taken', async () => {
    const { id } = await webhook();
    await invoice({});
    await pay();
    const post = createWebhookPoster(testVault, { allowedNetworks: loopback });
    const first = await h.startWorker({
      // As if it died: the webhook has the event, and nobody hears of it.
      postRunEvent: async (event) => {
        await post(event);
        throw new Error('died');
      },
    });
    await told(1);
    await first.stop();
    await h.startWorker();
    expect(await outcome(id as string)).toEqual({ result: { status: 204 } });
    await settled();
    expect(receiver.received.length).toBeGreaterThan(1);
    expect(new Set(receiver.received.map(({ headers }) => headers['dunwell-event-id'])).size).toBe(1);
  });

  it('by a worker that posts: others are ready without, and cost it no attempt', async () => {
    const other = await h.startWorker({ postRunEvent: null });
    expect(other.isReady()).toBe(true);
    const { id } = await webhook();
    await invoice({});
    await pay();
    const handle = h.engine.client.workflow.getHandle(await listed(id as string));
    await until('it is to be posted', async () => (await handle.describe()).raw.pendingActivities?.length);
    const { pollers } = await h.engine.client.workflowService.describeTaskQueue({
      namespace: 'default',
      taskQueue: { name: webhookQueue(h.taskQueue) },
      taskQueueType: 2, // activities
    });
    expect(pollers).toEqual([]);
    await h.startWorker();
    expect(await outcome(id as string)).toEqual({ result: { status: 204 } });
    const { events: history } = await handle.fetchHistory();
    const begun = history?.map((event) => event.activityTaskStartedEventAttributes).filter((event) => event != null);
    expect(begun?.map(({ attempt }) => attempt)).toEqual([1]);
    await other.stop();
    expect(other.isReady()).toBe(false);
  });

  it('once, although two workers carry the same item', async () => {
    const { id } = await webhook();
    await invoice({});
    await pay();
    const [item] = await h.db.rowsOnce<{ subject_id: string; event: Json }>(
      `SELECT subject_id, event FROM outbox WHERE kind = 'RUN_ENDED'`,
    );
    await h.startWorker();
    expect(await outcome(id as string)).toEqual({ result: { status: 204 } });
    await settled();
    const workflowId = await listed(id as string);
    const execution = async (): Promise<string> =>
      (await h.engine.client.workflow.getHandle(workflowId).describe()).runId;
    const first = await execution();
    // Whoever carried it died before it was settled.
    await h.db.rows(`INSERT INTO outbox (kind, platform_id, subject_id, event) VALUES ('RUN_ENDED', $1, $2, $3)`, [
      h.platformId,
      item?.subject_id,
      JSON.stringify(item?.event),
    ]);
    await settled();
    // It is only settled once the engine has answered: another execution would be the latest of this id by now.
    expect(await execution()).toBe(first);
    expect(receiver.received).toHaveLength(1);
  });

  it('unless it chose other events, is not active, or belongs to somebody else: then nothing is written at all', async () => {
    const other = { reference: 'other', included_actions: ['INVOICE.*', 'WORKFLOW_RUN.COMPLETED'] };
    await webhook(other);
    await webhook({ reference: 'not-that', excluded_actions: ['WORKFLOW_RUN.STOPPED'] });
    await webhook({
      reference: 'none-of-those',
      included_actions: ['WORKFLOW_RUN.*'],
      excluded_actions: ['WORKFLOW_RUN.*'],
    });
    await webhook({ reference: 'off', active: false });
    await invoice({});
    await pay();
    expect(await onlyRun(h)).toMatchObject({ status: 'STOPPED' });
    expect(await outbox()).toBe(0);
    await webhook({ reference: 'all-of-them', included_actions: ['WORKFLOW_RUN.*'] });
    await invoice({ payment_status: 'UNPAID' });
    expect(await outbox()).toBe(0);
    await pay();
    expect(await outbox()).toBe(1);
    await h.startWorker();
    await told(1);
    await settled();
    expect(receiver.received).toHaveLength(1);
  });

  it('and not any more when it is switched off or deleted meanwhile: that it was not told is seen on the engine', async () => {
    const ids = [await webhook(), await webhook({ reference: 'second' })].map(({ id }) => id as string);
    await invoice({});
    await pay();
    receiver.answer = (response) => response.writeHead(503).end();
    await h.startWorker({ webhookRetryMs: 1 });
    await told(2);
    await ok('PATCH', `webhooks/${ids[0] ?? ''}`, { active: false });
    await ok('DELETE', `webhooks/${ids[1] ?? ''}`);
    for (const id of ids) {
      expect(await outcome(id)).toMatchObject({ failure: { type: FAILURE.WEBHOOK_GONE, nonRetryable: true } });
    }
    // Somebody switches it on again, and has the event posted once more.
    await ok('PATCH', `webhooks/${ids[0] ?? ''}`, { active: true });
    receiver.answer = (response) => response.writeHead(204).end();
    const before = receiver.received.length;
    await h.engine.client.workflowService.resetWorkflowExecution({
      namespace: 'default',
      workflowExecution: { workflowId: await listed(ids[0] ?? '') },
      reason: 'test',
      workflowTaskFinishEventId: 4 as never,
      requestId: randomUUID(),
    });
    await told(before + 1);
    expect(new Set(events().map(({ id }) => id as string)).size).toBe(1);
  });

  it('but never at an address of our own network, and then it is not tried again', async () => {
    const { id } = await webhook();
    // Allowed when it was stored, and not any more.
    await h.db.rows('UPDATE webhooks SET url = $2 WHERE id = $1', [id, 'http://10.0.0.1/hook']);
    await invoice({});
    await pay();
    await h.startWorker();
    const ended = await outcome(id as string);
    expect(ended).toMatchObject({ failure: { type: FAILURE.WEBHOOK_REFUSED, nonRetryable: true } });
    expect(JSON.stringify(ended)).not.toContain('10.0.0.1');
  });

  it('waits for its answer beside everything else: slow ones hold up no mail', async () => {
    await h.startWorker();
    receiver.answer = () => undefined;
    const { id } = await webhook();
    const about = {
      workflow_reference: 'overdue',
      customer_id: 'cust_1',
      resource_id: 'inv_1',
      variant: 'OVERDUE',
    } as const;
    await invoice({});
    const { id: runId } = await onlyRun(h);
    await Promise.all(
      Array.from({ length: 25 }, (_, index) =>
        startWebhookDelivery(
          h.engine.client,
          h.taskQueue,
          {
            webhookId: id as string,
            platformId: h.platformId,
            runId: runId as string,
            event: { id: `whev_${String(index)}`, type: 'WORKFLOW_RUN.STOPPED', at: 0 },
          },
          about,
        ),
      ),
    );
    // As many as one process has under way.
    await told(20);
    await invoice({ due_date: ago(8) });
    await until('the mail has gone', async () => (await h.mails()).length === 1, 8_000);
    expect(receiver.received).toHaveLength(20);
  });
});
