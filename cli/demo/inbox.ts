import type { DunwellClient } from '../../client/client.js';
import { DemoFailure } from './demo-failure.js';
import type { ExampleCustomer } from './examples.js';
import { localMinute } from './local-time.js';
import { request } from './request.js';
import { labelOf, listRuns } from './runs.js';

export interface ReceivedMail {
  /** The Date header: the test clock's time, or the real one. */
  sentAt: number;
  /** When the mailbox got it, in real time. */
  receivedAt: number;
  /** `sentAt` on the customer's clock, `YYYY-MM-DD HH:MM`. */
  at: string;
  /** Customer id; the bare address when it is nobody's. */
  customer: string;
  /** The invoice or subscription that the subject names; the subject itself when it names none. */
  about: string;
  step: string;
  subject: string;
}

interface InboxOptions {
  mailboxUrl: string;
  client: DunwellClient;
  /** Only mails that answer to this address: a mailbox may hold those of an earlier demo. */
  replyTo: string;
  customers: Readonly<Record<string, ExampleCustomer>>;
  /** Numbers and names that a subject may have. */
  subjects: readonly string[];
}

const MOST_MAILS = 500;

/** The demo's mails, read from the mailbox by Mailpit's API. */
export class Inbox {
  readonly received: ReceivedMail[] = [];
  readonly #seen = new Set<string>();

  constructor(private readonly options: InboxOptions) {}

  /** What has come since the last look, in the order of its Date headers. */
  async news(): Promise<ReceivedMail[]> {
    const query = encodeURIComponent(`reply-to:"${this.options.replyTo}"`);
    const page = await this.#get<{ messages: Summary[] }>(`/api/v1/search?query=${query}&limit=${String(MOST_MAILS)}`);
    const fresh = page.messages.filter(({ ID }) => !this.#seen.has(ID));
    if (fresh.length === 0) return [];
    const steps = await stepsByDelivery(this.options.client);
    const mails = await Promise.all(fresh.map((summary) => this.#read(summary, steps)));
    for (const { ID } of fresh) this.#seen.add(ID);
    mails.sort((a, b) => a.sentAt - b.sentAt);
    this.received.push(...mails);
    return mails;
  }

  async #read({ ID, To, Subject, Created }: Summary, steps: ReadonlyMap<string, string>): Promise<ReceivedMail> {
    const headers = await this.#get<Record<string, string[]>>(`/api/v1/message/${ID}/headers`);
    const address = To[0]?.Address ?? '';
    const [id, customer] = Object.entries(this.options.customers).find(([, { email }]) => email === address) ?? [];
    const sentAt = Date.parse(headers.Date?.[0] ?? '');
    return {
      sentAt,
      receivedAt: Date.parse(Created),
      at: localMinute(sentAt, customer?.timezone ?? 'UTC'),
      customer: id ?? address,
      about: this.options.subjects.find((name) => Subject.includes(name)) ?? Subject,
      step: steps.get(headers['X-Dunwell-Delivery']?.[0] ?? '') ?? 'of no run',
      subject: Subject,
    };
  }

  async #get<Body>(path: string): Promise<Body> {
    const url = `${this.options.mailboxUrl}${path}`;
    const response = await request(url);
    if (!response.ok) throw new DemoFailure(`GET ${url} answered ${String(response.status)}.`);
    return (await response.json()) as Body;
  }
}

/** Mailpit's `MessageSummary`, as far as it is read. */
interface Summary {
  ID: string;
  To: { Address: string }[];
  Subject: string;
  Created: string;
}

async function stepsByDelivery(client: DunwellClient): Promise<Map<string, string>> {
  const runs = await listRuns(client);
  return new Map(
    runs.flatMap((run) =>
      run.steps.flatMap((step) => step.delivery_ids.map((id) => [id, labelOf(run, step)] as const)),
    ),
  );
}
