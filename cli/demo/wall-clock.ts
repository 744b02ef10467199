import { setTimeout as pause } from 'node:timers/promises';
import type { DunwellClient } from '../../client/client.js';
import { DemoFailure } from './demo-failure.js';
import type { Examples, ExpectedMail } from './examples.js';
import type { Inbox } from './inbox.js';
import { localMinute } from './local-time.js';
import { putFact } from './put-fact.js';
import type { Teller } from './tell.js';

const AHEAD_MS = 5_000;
const LATEST_MS = 30_000;
const LOOK_EVERY_MS = 50;

/**
 * One reminder in real time: an invoice that falls due in a few seconds, of a customer without a test clock, so that a timer
 * on the engine has to fire. Answers the mail that was expected.
 */
export async function playWallClock(
  client: DunwellClient,
  inbox: Inbox,
  teller: Teller,
  { customers, invoices }: Examples['wallClock'],
): Promise<ExpectedMail> {
  const [customerId, customer] = only(customers);
  const [invoiceId, invoice] = only(invoices);
  await putFact(client, 'customers', customerId, customer);
  const dueAt = Date.now() + AHEAD_MS;
  await putFact(client, 'invoices', invoiceId, { ...invoice, due_date: new Date(dueAt).toISOString() });
  const { legal_name: name } = customer.organization;
  console.log(
    `\n  And once in real time: ${invoice.invoice_number} of ${name} falls due in ${String(AHEAD_MS / 1_000)} s.`,
  );

  const deadline = performance.now() + AHEAD_MS + LATEST_MS;
  for (;;) {
    const mail = (await inbox.news()).find((other) => other.customer === customerId);
    if (!mail && performance.now() < deadline) {
      await pause(LOOK_EVERY_MS);
      continue;
    }
    if (mail) {
      if (mail.receivedAt < dueAt) throw new DemoFailure('The mail on the wall clock came before its instant.');
      const lag = ((mail.receivedAt - dueAt) / 1_000).toFixed(2);
      teller.mailNow(mail, `${lag} s after its instant, by a timer on the Temporal server`);
    }
    return {
      // A mail comes a moment after its instant: in the next minute, now and then.
      at: mail?.at ?? localMinute(dueAt, customer.timezone),
      customer: customerId,
      about: invoice.invoice_number,
      step: 'due today',
      why: `due ${new Date(dueAt).toISOString()}`,
    };
  }
}

function only<Value>(byId: Readonly<Record<string, Value>>): [string, Value] {
  const [entry] = Object.entries(byId);
  if (!entry) throw new DemoFailure('wall-clock.json needs a customer and an invoice.');
  return entry;
}
