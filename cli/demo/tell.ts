import type { ExampleCustomer } from './examples.js';
import type { ReceivedMail } from './inbox.js';
import { ink } from './ink.js';
import { dayLabel, daysSince, placeOf } from './local-time.js';

/** Columns of the story: when, where, what. */
const MARGIN = 2;
const WHEN = 26;
const PLACE = 11;
const NAME = 21;
const STEP = 20;
const SUBJECT_AT = MARGIN + WHEN + PLACE + 2 + NAME + STEP;

/** Writes the story, one line per thing that happens. */
export class Teller {
  constructor(
    private readonly startsOn: string,
    private readonly customers: Readonly<Record<string, ExampleCustomer>>,
  ) {}

  mail({ at, customer: id, step, subject }: ReceivedMail): void {
    const customer = this.customers[id];
    this.#mail(this.#when(at), customer?.timezone, customer?.organization.legal_name ?? id, step, subject);
  }

  /** A mail in real time, which is on no day of the story. */
  mailNow({ customer: id, receivedAt, step, subject }: ReceivedMail, remark: string): void {
    const customer = this.customers[id];
    const when = `today   ${new Date(receivedAt).toISOString().slice(11, 23)} UTC`;
    this.#mail(when, customer?.timezone, customer?.organization.legal_name ?? id, step, subject);
    this.#remark(remark);
  }

  /** `at` is `YYYY-MM-DD HH:MM` on the clock of `zone`. */
  event(at: string, zone: string, says: string, consequences: readonly string[]): void {
    console.log(`  ${whenAndWhere(this.#when(at), zone)}${ink('yellow', `◆ ${says}`)}`);
    for (const line of consequences) this.#remark(line);
  }

  #mail(when: string, zone = 'UTC', name: string, step: string, subject: string): void {
    const edge = process.stdout.isTTY && process.stdout.columns > 0 ? process.stdout.columns : Infinity;
    console.log(
      `  ${whenAndWhere(when, zone)}${ink('cyan', '✉')} ${name.padEnd(NAME)}${ink('bold', step.padEnd(STEP))}` +
        ink('dim', fitted(subject, Math.max(10, edge - SUBJECT_AT))),
    );
  }

  #remark(text: string): void {
    console.log(`${''.padEnd(MARGIN + WHEN + PLACE + 2)}${ink('dim', `↳ ${text}`)}`);
  }

  #when(at: string): string {
    return `${`day ${String(daysSince(this.startsOn, at))}`.padEnd(8)}${dayLabel(at)} ${at.slice(11)}`;
  }
}

function whenAndWhere(when: string, zone: string): string {
  return ink('dim', `${when.padEnd(WHEN)}${placeOf(zone).padEnd(PLACE)}`);
}

/** A subject must not break the table; where there is no terminal there is no edge either. */
function fitted(text: string, room: number): string {
  return text.length <= room ? text : `${text.slice(0, room - 1)}…`;
}
