import type { DunwellClient } from '../../client/client.js';
import { answered } from './answered.js';
import type { Examples } from './examples.js';
import { putFact, type Fact } from './put-fact.js';
import { createTestClock, type TestClock } from './test-clock.js';

/**
 * Tells the API everything the small company knows on day 0: settings, workflows with their actions, customers bound to a new
 * test clock, invoices, a trial. Mails answer to `replyTo`, which is how the demo knows its own.
 */
export async function loadExamples(client: DunwellClient, examples: Examples, replyTo: string): Promise<TestClock> {
  const { story, platform, workflows, customers, invoices, trials } = examples;
  await answered(client.PATCH('/v1/platform', { body: platform }));
  for (const { workflow, action } of workflows) {
    const { id } = await answered(client.POST('/v1/workflows', { body: workflow }));
    const email = action.send_email_to_customer;
    const ours = { ...email, reply_to: { ...email.reply_to, email: replyTo } };
    const body = { ...action, workflow_id: id, send_email_to_customer: ours };
    await answered(client.POST('/v1/workflow-actions', { body }));
  }
  const clock = await createTestClock(client, `${story.starts_on}T${story.every_day_at}`);
  for (const [id, customer] of Object.entries(customers)) {
    await putFact(client, 'customers', id, { ...customer, test_clock_id: clock.id });
  }
  await putAll(client, 'invoices', invoices);
  for (const [kind, facts] of Object.entries(trials)) await putAll(client, kind, facts);
  return clock;
}

async function putAll(client: DunwellClient, kind: string, facts: Readonly<Record<string, Fact>>): Promise<void> {
  for (const [id, body] of Object.entries(facts)) await putFact(client, kind, id, body);
}
