import type { Client } from './client.js';
import type { Examples } from './examples.js';
import { createTestClock, type TestClock } from './test-clock.js';

/**
 * Tells the API everything the small company knows on day 0: settings, workflows with their actions, customers bound to a new
 * test clock, invoices, a trial. Mails answer to `replyTo`, which is how the demo knows its own.
 */
export async function loadExamples(client: Client, examples: Examples, replyTo: string): Promise<TestClock> {
  const { story, platform, workflows, customers, invoices, trials } = examples;
  await client.patch('/v1/platform', platform);
  for (const { workflow, action } of workflows) {
    const { id } = await client.post<{ id: string }>('/v1/workflows', workflow);
    const email = action.send_email_to_customer;
    await client.post('/v1/workflow-actions', {
      ...action,
      workflow_id: id,
      send_email_to_customer: { ...email, reply_to: { ...email.reply_to, email: replyTo } },
    });
  }
  const clock = await createTestClock(client, `${story.starts_on}T${story.every_day_at}`);
  for (const [id, customer] of Object.entries(customers)) {
    await client.put(`/v1/customers/${id}`, { ...customer, test_clock_id: clock.id });
  }
  await putAll(client, 'invoices', invoices);
  for (const [kind, facts] of Object.entries(trials)) await putAll(client, kind, facts);
  return clock;
}

async function putAll(client: Client, kind: string, facts: Readonly<Record<string, unknown>>): Promise<void> {
  for (const [id, body] of Object.entries(facts)) await client.put(`/v1/${kind}/${id}`, body);
}
