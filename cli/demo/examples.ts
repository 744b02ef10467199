import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Schemas } from '../../client/client.js';

type Json = Readonly<Record<string, unknown>>;
type ById<Body> = Readonly<Record<string, Body>>;

export interface ExampleCustomer extends Json {
  organization: { legal_name: string };
  email: string;
  timezone: string;
}

interface ExampleInvoice extends Json {
  invoice_number: string;
}

export interface StoryEvent {
  /** UTC date; it happens at the story's hour. */
  on: string;
  says: string;
  /** `{kind}/{id}`, the end of the URL under `/v1`. */
  put: string;
  /** Laid over the fact as it stands. */
  changes: Json;
}

interface Story {
  starts_on: string;
  days: number;
  /** `HH:MM:SSZ`: when the clock rests each day, and when events happen. */
  every_day_at: string;
  events: readonly StoryEvent[];
}

export interface ExpectedMail {
  /** `YYYY-MM-DD HH:MM` on the customer's own clock. */
  at: string;
  customer: string;
  /** Invoice number or subscription name; the subject must name it. */
  about: string;
  /** `15 days overdue`, as the Temporal UI says it. */
  step: string;
  why: string;
}

type Email = NonNullable<Schemas['WorkflowActionCreateRequest']['send_email_to_customer']>;

/** An action before its workflow has an id and the demo an address. */
type ExampleAction = Pick<Schemas['WorkflowActionCreateRequest'], 'type' | 'status'> & {
  send_email_to_customer: Email;
};

/** The folder `examples/`: bodies as the API takes them, by id, the story, and the mails it must lead to. */
export interface Examples {
  platform: Schemas['PlatformUpdateRequest'];
  workflows: readonly { workflow: Schemas['WorkflowCreateRequest']; action: ExampleAction }[];
  customers: ById<ExampleCustomer>;
  invoices: ById<ExampleInvoice>;
  trials: { 'pricing-plan-subscriptions': ById<Json & { name: string }>; 'pricing-plan-schedules': ById<Json> };
  wallClock: { customers: ById<ExampleCustomer>; invoices: ById<ExampleInvoice> };
  story: Story;
  expected: readonly ExpectedMail[];
}

export async function readExamples(): Promise<Examples> {
  const folder = findFolder(import.meta.dirname);
  const read = async <Content>(name: string): Promise<Content> =>
    JSON.parse(await readFile(join(folder, name), 'utf8')) as Content;
  return {
    platform: await read('platform.json'),
    workflows: await read('workflows.json'),
    customers: await read('customers.json'),
    invoices: await read('invoices.json'),
    trials: await read('trials.json'),
    wallClock: await read('wall-clock.json'),
    story: await read('story.json'),
    expected: await read('expected.json'),
  };
}

/** The sources and the build lie at different depths below the project's root. */
function findFolder(from: string): string {
  const folder = join(from, 'examples');
  if (existsSync(join(folder, 'story.json'))) return folder;
  if (dirname(from) === from) throw new Error('The folder examples/ is missing beside package.json.');
  return findFolder(dirname(from));
}
