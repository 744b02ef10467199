import { randomUUID } from 'node:crypto';
import { scheduleId } from '../../engine/schedules.js';
import { advance, createClock, put } from '../support/scenario.js';
import { until } from '../support/until.js';
import { startReceiver, type Received } from '../support/webhooks/receiver.js';
import type { Stage } from './stage.js';

const euros = (quantity: string) => ({ amount: { quantity, currency: 'EUR' } });
const waits = { status: 'WAITING', reason: null };
const ended = { status: 'COMPLETED' };

/** An invoice whose one step comes in a week: its execution sleeps. */
async function waiting(stage: Stage): Promise<string> {
  const workflow = await stage.ladder(7);
  await stage.customer();
  await stage.invoice(stage.due(0, 0));
  await stage.reaches(waits);
  return workflow;
}

/** A step goes now, the next one in a week. */
async function firstOfTwo(stage: Stage, customer = {}): Promise<void> {
  await stage.ladder(7, 14);
  await stage.customer(customer);
  await stage.invoice(stage.due(7, 1));
}

/** The week is over. */
async function secondOfTwo(stage: Stage, ladder: string[]): Promise<void> {
  await stage.invoice(stage.due(14, 1));
  await stage.reaches({ ...ended, ladder });
}

/** An operator does something to the run. */
async function operate(stage: Stage, operation: string, body = {}): Promise<void> {
  const { id } = await stage.reaches({});
  const answer = await stage.h.call('POST', `/v1/workflow-runs/${String(id)}/${operation}`, body);
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
}

/**
 * What can become of an execution, one history each. A new one sets the stage, does what happens and waits for how it ends. The
 * latest execution of the run is taken, or the execution whose id is answered.
 */
export const SITUATIONS: Record<string, (stage: Stage) => Promise<string | undefined>> = {
  async 'blocked-and-repaired'(stage) {
    await firstOfTwo(stage, { email: null });
    await stage.reaches({ status: 'BLOCKED', reason: 'no_recipient' });
    await stage.customer({ email: 'repaired@acme.example' });
    await stage.reaches({ ...waits, ladder: ['7-DAY DONE', '14-DAY PLANNED'] });
    await secondOfTwo(stage, ['7-DAY DONE', '14-DAY DONE']);
  },

  /** The recipient's server refuses for good: the step FAILED, the run goes on. */
  async bounced(stage) {
    await firstOfTwo(stage);
    await stage.reaches({ ...waits, ladder: ['7-DAY FAILED rejected', '14-DAY PLANNED'] });
    await stage.customer({ email: 'accepted@acme.example' });
    await secondOfTwo(stage, ['7-DAY FAILED rejected', '14-DAY DONE']);
  },

  /** The first attempt is answered 4xx, the activity's second one is taken. */
  async retried(stage) {
    await firstOfTwo(stage);
    await stage.reaches({ ...waits, ladder: ['7-DAY DONE', '14-DAY PLANNED'] });
  },

  async 'paused-and-resumed'(stage) {
    await waiting(stage);
    await operate(stage, 'pause');
    await stage.reaches({ status: 'PAUSED' });
    await operate(stage, 'resume');
    await stage.reaches(waits);
    await stage.invoice(stage.due(7, 1));
    await stage.reaches(ended);
  },

  async held(stage) {
    await waiting(stage);
    const hold = await stage.h.call('POST', '/v1/holds', { customer_id: stage.id('cust'), reason: 'SNOOZE' });
    await stage.reaches({ status: 'WAITING', reason: 'held' });
    await stage.invoice(stage.due(7, 0));
    await stage.h.call('DELETE', `/v1/holds/${String(hold.body.id)}`);
    await stage.reaches({ ...ended, ladder: ['7-DAY DONE'] });
  },

  async 'cancelled-by-operator'(stage) {
    await waiting(stage);
    await operate(stage, 'cancel');
    await stage.reaches({ status: 'STOPPED', stop_reason: 'cancelled_by_operator' });
  },

  async 'skipped-and-sent-now'(stage) {
    await stage.ladder(7, 14);
    await stage.customer();
    await stage.invoice(stage.due(0, 0));
    await stage.reaches(waits);
    await operate(stage, 'skip-step');
    await stage.reaches({ ...waits, ladder: ['7-DAY SKIPPED skipped_by_operator', '14-DAY PLANNED'] });
    await operate(stage, 'send-now');
    await stage.reaches(ended);
  },

  async 're-planned'(stage) {
    const workflow = await waiting(stage);
    const periods = [{ type: 'DAY', value: 9 }];
    await stage.h.call('PATCH', `/v1/workflows/${workflow}`, { invoice: { overdue: { periods } } });
    await operate(stage, 'replan');
    await stage.reaches({ ...waits, workflow_version: 2 });
    await stage.invoice(stage.due(9, 1));
    await stage.reaches({ ...ended, ladder: ['7-DAY SKIPPED period_removed', '9-DAY DONE'] });
  },

  async voided(stage) {
    await waiting(stage);
    await stage.invoice({ status: 'VOID' });
    await stage.reaches({ status: 'STOPPED', stop_reason: 'voided' });
  },

  /** A direct debit that the bank returns: the second execution of the same run. */
  async reopened(stage) {
    await waiting(stage);
    await stage.invoice({ paid: true });
    await stage.reaches({ status: 'STOPPED', stop_reason: 'paid' });
    await stage.invoice({ paid: false });
    await stage.reaches(waits);
    await stage.invoice(stage.due(7, 1));
    await stage.reaches(ended);
  },

  async 'failed-payment'(stage) {
    await stage.workflow({ type: 'PAYMENT', payment: { variant: 'FAILED_PAYMENT' } });
    await stage.customer();
    await stage.invoice(stage.due(0, 0));
    const { due_date: timestamp } = stage.due(0, 0);
    await put(stage.h, `payments/${stage.id('pay')}`, {
      customer_id: stage.id('cust'),
      invoice_id: stage.id('inv'),
      result: 'REFUSED',
      timestamp,
    });
    await stage.reaches({ ...ended, ladder: ['anchor DONE'] });
  },

  async 'trial-extended'(stage) {
    const reminders = { variant: 'FREE_TRIAL_REMINDER', reminder_periods: [{ type: 'DAY', value: 3 }] };
    await stage.workflow({ type: 'PRICING_PLAN_SUBSCRIPTION', pricing_plan_subscription: reminders });
    await stage.customer();
    const subscription = stage.id('sub');
    await put(stage.h, `pricing-plan-subscriptions/${subscription}`, {
      customer_id: stage.id('cust'),
      status: 'ACTIVE',
    });
    const endsIn = (days: number, seconds: number) =>
      put(stage.h, `pricing-plan-schedules/${stage.id('pps')}`, {
        pricing_plan_subscription_id: subscription,
        type: 'TRIAL',
        end_at: stage.due(-days, seconds).due_date,
      });
    await endsIn(3, 30);
    await stage.reaches(waits);
    await endsIn(14, 0);
    await stage.reaches(waits);
    await endsIn(3, 1);
    await stage.reaches({ ...ended, ladder: ['3-DAY DONE'] });
  },

  async 'wallet-crossing'(stage) {
    const balance = (quantity: string) =>
      put(stage.h, `wallets/${stage.id('wall')}`, {
        customer_id: stage.id('cust'),
        wallet_type_id: stage.id('waty'),
        open_balance: euros(quantity),
      });
    const threshold = { wallet_type_id: stage.id('waty'), comparator: 'LESS_THAN', threshold: euros('10') };
    await stage.customer();
    await put(stage.h, `wallet-types/${stage.id('waty')}`, { name: 'Prepaid' });
    await stage.workflow({ type: 'WALLET', wallet: { variant: 'WALLET_BALANCE', wallet_balance: threshold } });
    await balance('12');
    await balance('9');
    await stage.reaches({ ...ended, ladder: ['anchor DONE'] });
  },

  async deactivated(stage) {
    const workflow = await stage.ladder(7, 14);
    await stage.customer();
    await stage.invoice(stage.due(0, 0));
    await stage.reaches(waits);
    await stage.h.call('POST', `/v1/workflows/${workflow}/deactivate`);
    await stage.invoice(stage.due(7, 1));
    await stage.reaches({ ...waits, ladder: ['7-DAY SKIPPED workflow_inactive', '14-DAY PLANNED'] });
    await stage.h.call('POST', `/v1/workflows/${workflow}/activate`);
    await stage.reaches({ ...waits, ladder: ['7-DAY SKIPPED workflow_inactive', '14-DAY PLANNED'] });
  },

  async archived(stage) {
    const workflow = await waiting(stage);
    await stage.h.call('POST', `/v1/workflows/${workflow}/archive`);
    await stage.reaches({ status: 'STOPPED', stop_reason: 'workflow_archived' });
  },

  /** A person resets the execution to its first workflow task after it has sent a step. */
  async reset(stage) {
    await firstOfTwo(stage);
    const sent = { ...waits, ladder: ['7-DAY DONE', '14-DAY PLANNED'] };
    const { engine_workflow_id: workflowId } = await stage.reaches(sent);
    await stage.h.engine.client.workflowService.resetWorkflowExecution({
      namespace: 'default',
      workflowExecution: { workflowId },
      reason: 'test',
      workflowTaskFinishEventId: 4 as never,
      requestId: randomUUID(),
    });
    await stage.reaches(sent);
    await secondOfTwo(stage, ['7-DAY DONE', '14-DAY DONE']);
  },

  /** A schedule fires. */
  async swept(stage) {
    await stage.customer();
    return firedOnce(stage, await stage.workflow({ type: 'PAYMENT', payment: { variant: 'FAILED_PAYMENT' } }));
  },

  /** The same with so many resources that it takes several activities. */
  async 'swept-in-parts'(stage) {
    await stage.customer();
    const workflow = await stage.ladder(7);
    await stage.h.db.rows(
      `INSERT INTO invoices (platform_id, id, customer_id, body)
       SELECT $1, $2 || '_' || n, $3, jsonb_build_object('customer_id', $3::text, 'paid', true) FROM generate_series(1, 2100) n`,
      [stage.h.platformId, stage.id('inv'), stage.id('cust')],
    );
    return firedOnce(stage, workflow);
  },

  /** No timers: the clock wakes it. */
  async 'on-a-test-clock'(stage) {
    await playOnClock(stage);
    await stage.reaches(ended);
  },

  /** The execution that tells a webhook of it, which takes it at the second attempt. Runs of other situations are told it too. */
  async 'webhook-told'(stage) {
    const receiver = await startReceiver();
    const isOurs = ({ body }: Received): boolean => body.includes(`"resource_id":"${stage.id('inv')}"`);
    receiver.answer = (response) => {
      response.writeHead(receiver.received.filter(isOurs).length < 2 ? 503 : 204).end();
    };
    const fields = { name: 'Ours', reference: stage.id('whk'), url: receiver.url };
    const { body } = await stage.h.call('POST', '/v1/webhooks', fields);
    await waiting(stage);
    await stage.invoice({ paid: true });
    await stage.reaches({ status: 'STOPPED', stop_reason: 'paid' });
    const told = await until('the webhook is told again', () => receiver.received.filter(isOurs)[1]);
    const workflowId = `webhook/${String(body.id)}/${String(told.headers['dunwell-event-id'])}`;
    await stage.h.engine.client.workflow.getHandle(workflowId).result();
    await stage.h.call('DELETE', `/v1/webhooks/${String(body.id)}`);
    await receiver.stop();
    return workflowId;
  },

  /** The execution that moves the clock. */
  async 'clock-advanced'(stage) {
    return `test-clock/${await playOnClock(stage)}/1`;
  },
};

/** Gives the workflow a schedule and fires it. Answers the execution's id once it has ended. */
async function firedOnce({ h }: Stage, workflow: string): Promise<string> {
  const schedule = { interval: '59 23 31 12 *', timezone: 'UTC' };
  await h.call('PATCH', `/v1/workflows/${workflow}`, { schedule });
  const path = `/v1/workflows/${workflow}/schedule`;
  await until('the engine has the schedule', async () => (await h.call('GET', path)).body.engine === 'TOLD');
  const handle = h.engine.client.schedule.getHandle(scheduleId(h.platformId, workflow));
  await handle.trigger();
  const action = await until('it has fired', async () => (await handle.describe()).info.recentActions.at(-1)?.action);
  await h.engine.client.workflow.getHandle(action.workflow.workflowId).result();
  return action.workflow.workflowId;
}

async function playOnClock(stage: Stage): Promise<string> {
  const clock = await createClock(stage.h, '2026-01-01T00:00:00Z');
  await stage.ladder(7, 14);
  await stage.customer({ test_clock_id: clock });
  await stage.invoice({ due_date: '2026-01-10T00:00:00Z' });
  await stage.reaches(waits);
  await advance(stage.h, clock, '2026-02-01T00:00:00Z');
  return clock;
}
