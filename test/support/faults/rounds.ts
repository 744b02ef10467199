import { expect } from 'vitest';
import { createHarness, type Harness } from '../harness.js';
import { startFaultServer, type FaultServer } from '../smtp/fault-server.js';
import { startDoomedWorker, type DoomedWorker, type Group } from './doomed-worker.js';
import { deliveryOf, untilAllCompleted } from './each-once.js';
import { createLadder, inSeconds, invoiceIds, putCustomer, putInvoices } from './scenario.js';
import { STAND_POINTS, type StandPoint, type StandPointName } from './stand-points.js';

/** What became of deliveries that were stopped at a point. A round is one delivery. */
export interface Tally {
  rounds: number;
  /** Neither arrived nor in doubt. */
  lost: number;
  /** Arrived more than once. */
  twice: number;
  inDoubt: number;
  /** Mails of the worker that was stopped, not of the one that took over. */
  byStopped: number;
}

/** Where a group stops; see `Group`. */
export type Stop = { point: StandPointName } & Partial<Pick<Group, 'marker' | 'patient'>>;

/** One worker whose deliveries all stand at the points of their groups. */
export interface Standstill {
  h: Harness;
  doomed: DoomedWorker;
  /** Proves from ledger and mail servers that every delivery stands where its group says. */
  expectStanding(): Promise<void>;
  /** Starts a healthy worker, with a mail server of its own, and waits until it has ended every run. */
  takeOver(): Promise<void>;
  tallyOf(group: string): Promise<Tally>;
  end(): Promise<void>;
}

interface Row {
  run: string;
  invoice: string;
  id: string | null;
  status: string | null;
  fence: number | null;
}

/** A worker of the product takes a hundred activities at a time. */
const AT_ONCE = 100;

/** So many deliveries of each group, by worker: 10 in all, or what FAULT_ROUNDS says. */
export function waves(groups: number): number[] {
  const rounds = Number(process.env.FAULT_ROUNDS ?? 10);
  const most = Math.floor(AT_ONCE / groups);
  return [...Array<number>(Math.floor(rounds / most)).fill(most), rounds % most].filter((size) => size > 0);
}

/** Plays the waves one after another; answers the sums by group. */
export async function inWaves(
  stops: Record<string, Stop>,
  play: (standstill: Standstill, count: number) => Promise<void>,
): Promise<Record<string, Tally>> {
  const sums: Record<string, Tally> = {};
  for (const count of waves(Object.keys(stops).length)) {
    const standstill = await standstillAt(stops, count);
    try {
      await play(standstill, count);
      for (const name of Object.keys(stops)) sums[name] = plus(sums[name], await standstill.tallyOf(name));
    } finally {
      await standstill.end();
    }
  }
  for (const [name, sum] of Object.entries(sums)) {
    process.stdout.write(`  measured: stopped at ${name}: ${JSON.stringify(sum)}\n`);
  }
  return sums;
}

/** A platform with `count` mails of each group due, and a worker that has all of them standing. */
async function standstillAt(stops: Record<string, Stop>, count: number): Promise<Standstill> {
  const servers: Record<string, FaultServer> = {};
  const groups: Group[] = [];
  for (const [name, stop] of Object.entries(stops)) {
    const server = (servers[name] = await startFaultServer());
    groups.push({ marker: true, patient: true, ...stop, name, smtpPort: server.port });
  }
  const h = await createHarness({ worker: false, burstLane: false });
  await createLadder(h);
  await putCustomer(h, 'cust_1');
  const invoices = groups.flatMap(({ name }) => invoiceIds(count, name));
  await putInvoices(h, invoices, { due_date: inSeconds(-3_600) });
  const doomed = startDoomedWorker(h, groups);
  const end = async (): Promise<void> => {
    await doomed.kill();
    await h.stop();
    for (const server of Object.values(servers)) await server.close();
  };
  await doomed.standing(count).catch(async (error: unknown) => {
    await end();
    throw error;
  });

  const serverOf = (name: string): FaultServer => servers[name] as FaultServer;
  let left: Row[] = [];
  return {
    h,
    doomed,
    end,
    async expectStanding() {
      left = await readLedger(h);
      for (const { name, point, marker } of groups) {
        const rows = left.filter(({ invoice }) => isOf(invoice, name));
        expect(rows.map(({ run }) => run).sort(), name).toEqual(doomed.standingOf(name).sort());
        const { ledger, server }: StandPoint = STAND_POINTS[point];
        const status = ledger === 'TRANSMITTING' && !marker ? 'CLAIMED' : ledger;
        expect(
          rows.map((row) => row.status),
          name,
        ).toEqual(Array(count).fill(status));
        expectServerHas(serverOf(name), server, count);
      }
    },
    async takeOver() {
      await h.startWorker();
      await untilAllCompleted(h, invoices.length, 120_000);
      // Who stood between claim and marker holds no valid fence any more.
      const found = new Map((await readLedger(h)).map((row) => [row.run, row]));
      for (const { run, status, fence } of left) {
        if (status === 'CLAIMED') expect(found.get(run)?.fence).toBeGreaterThan(fence ?? 0);
      }
    },
    async tallyOf(name) {
      const own = (await readLedger(h)).filter(({ invoice }) => isOf(invoice, name));
      const byStopped = idsOf(serverOf(name).received);
      const arrived = [...byStopped, ...(await h.mails()).map(deliveryOf)];
      const mails = ({ id }: Row): number => arrived.filter((other) => other === id).length;
      expect(
        byStopped.filter((id) => !own.some((row) => row.id === id)),
        'mails of no delivery',
      ).toEqual([]);
      return {
        rounds: own.length,
        lost: own.filter((row) => mails(row) === 0 && row.status !== 'IN_DOUBT').length,
        twice: own.filter((row) => mails(row) > 1).length,
        inDoubt: own.filter(({ status }) => status === 'IN_DOUBT').length,
        byStopped: byStopped.length,
      };
    },
  };
}

/** The deliveries whose messages these are. */
export function idsOf(messages: readonly string[]): string[] {
  return messages.map((message) => /^X-Dunwell-Delivery: (\S+)/im.exec(message)?.[1] ?? 'no delivery');
}

function expectServerHas(server: FaultServer, has: StandPoint['server'], count: number): void {
  const said = (verb: string): number => server.commands.filter((line) => line.startsWith(verb)).length;
  const recipients = has === 'NOTHING' ? 0 : count;
  expect([said('RCPT'), said('DATA')]).toEqual([recipients, recipients]);
  expect(server.messageBytes > 0).toBe(has === 'HALF' || has === 'MESSAGE');
  expect(new Set(idsOf(server.received)).size).toBe(has === 'MESSAGE' ? count : 0);
}

const isOf = (invoice: string, group: string): boolean => invoice.replace(/_\d+$/, '') === group;

function plus(sum: Tally | undefined, tally: Tally): Tally {
  const keys = Object.keys(tally) as (keyof Tally)[];
  return Object.fromEntries(keys.map((key) => [key, (sum?.[key] ?? 0) + tally[key]])) as unknown as Tally;
}

/** Every run with its delivery, if there is one. */
function readLedger({ db }: Harness): Promise<Row[]> {
  return db.rows(
    `SELECT r.engine_workflow_id AS run, r.resource_id AS invoice, d.id, d.status, d.fence
     FROM runs r LEFT JOIN deliveries d ON d.run_id = r.id`,
  );
}
