import { createDunwellClient } from '../client/client.js';
import { createApiKey } from '../store/api-keys.js';
import type { Database } from '../store/database.js';
import { createPlatform } from '../store/platforms.js';
import { DemoFailure } from './demo/demo-failure.js';
import { readExamples, type Examples } from './demo/examples.js';
import { Inbox } from './demo/inbox.js';
import { ink } from './demo/ink.js';
import { loadExamples } from './demo/load.js';
import { playStory } from './demo/play.js';
import { request } from './demo/request.js';
import { listRuns } from './demo/runs.js';
import { tellPlaces, tellVerdict } from './demo/summary.js';
import { Teller } from './demo/tell.js';
import { verify } from './demo/verify.js';
import { playWallClock } from './demo/wall-clock.js';
import type { DevFile } from './dev.js';

/**
 * The demo: sixty days of a small company (`examples/`) in half a minute, through the HTTP API and on the real engine. It has a
 * platform of its own, so it can be run again on the same data. Answers whether exactly the mails came that
 * `examples/expected.json` lists.
 */
export async function runDemo(db: Database, file: DevFile, stopping: AbortSignal): Promise<boolean> {
  try {
    return await play(db, file);
  } catch (error) {
    if (stopping.aborted) return false;
    if (!(error instanceof DemoFailure)) throw error;
    console.error(ink('red', `\n  ✘ The demo ended early. ${error.message}`));
    return false;
  }
}

async function play(db: Database, file: DevFile): Promise<boolean> {
  const examples = await readExamples();
  const platform = await createPlatform(db, 'Demo', 'TEST');
  const apiKey = await createApiKey(db, [platform.id], 'dunwell demo');
  const client = createDunwellClient({ baseUrl: file.api_url, apiKey, fetch: request });
  const replyTo = `accounts+${platform.id.slice(-8).toLowerCase()}@brightwater.example`;
  const customers = { ...examples.customers, ...examples.wallClock.customers };
  const inbox = new Inbox({ mailboxUrl: file.mailbox_url, client, replyTo, customers, subjects: subjectsOf(examples) });
  const teller = new Teller(examples.story.starts_on, customers);

  console.log(opening(examples));
  const clock = await loadExamples(client, examples, replyTo);
  await playStory({ client, clock, inbox, teller }, examples);
  const inRealTime = await playWallClock(client, inbox, teller, examples.wallClock);

  const runs = await listRuns(client);
  await inbox.news();
  const good = tellVerdict(verify([...examples.expected, inRealTime], inbox.received), runs);
  tellPlaces(file, apiKey, platform.id, clock.id);
  return good;
}

/** What a mail's subject can be about. */
function subjectsOf({ invoices, wallClock, trials }: Examples): string[] {
  return [
    ...Object.values({ ...invoices, ...wallClock.invoices }).map(({ invoice_number }) => invoice_number),
    ...Object.values(trials['pricing-plan-subscriptions']).map(({ name }) => name),
  ];
}

function opening({ story, customers, invoices }: Examples): string {
  const zones = new Set(Object.values(customers).map(({ timezone }) => timezone)).size;
  return `${ink('bold', `The demo: ${String(story.days)} days of a small company, on a test clock.`)}
  ${String(Object.keys(customers).length)} customers in ${String(zones)} time zones, ${String(Object.keys(invoices).length)} invoices, one trial. Every reminder waits as a workflow on the Temporal server
  and is decided in PostgreSQL; all times are the customer’s own. The mails are listed beforehand in examples/README.md.
`;
}
