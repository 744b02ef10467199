import { expect } from 'vitest';
import { createHarness, type Harness } from '../harness.js';
import { startFaultServer, type FaultServer } from '../smtp/fault-server.js';
import { startDoomedWorker, type DoomedWorker } from './doomed-worker.js';
import { deliveryOf, untilAllCompleted } from './each-once.js';
import { createLadder, inSeconds, invoiceIds, putCustomer, putInvoices } from './scenario.js';
import { STAND_POINTS, type StandPoint, type StandPointName } from './stand-points.js';

/** Deliveries that were stopped at a point, and what became of them. */
export interface Tally {
  rounds: number;
  /** Neither arrived nor in doubt. */
  lost: number;
  /** Arrived more than once. */
  twice: number;
  inDoubt: number;
}

/** One worker with its deliveries standing at a point. Its mail server is not the one that healthy workers use. */
export interface Standstill {
  h: Harness;
  doomed: DoomedWorker;
  /** The mail server of the doomed worker: what is there was sent by nobody else. */
  server: FaultServer;
  /** Proves from ledger and mail server that every delivery stands where it says. */
  expectStanding(): Promise<void>;
  /** Starts a healthy worker and waits until it has ended every run. */
  takeOver(): Promise<void>;
  tally(): Promise<Tally>;
  end(): Promise<void>;
}

interface Row {
  run: string;
  id: string | null;
  status: string | null;
  fence: number | null;
}

export interface StandstillOptions {
  marker?: boolean;
  patient?: boolean;
}

/** How many deliveries one worker holds at most; it takes a hundred activities at a time. */
const AT_ONCE = 50;

/** The rounds of one point, by worker: 10, or what FAULT_ROUNDS says. */
export function waves(): number[] {
  const rounds = Number(process.env.FAULT_ROUNDS ?? 10);
  const full = Math.floor(rounds / AT_ONCE);
  return [...Array<number>(full).fill(AT_ONCE), rounds % AT_ONCE].filter((size) => size > 0);
}

export function total(tallies: readonly Tally[]): Tally {
  const sum = (key: keyof Tally): number => tallies.reduce((before, tally) => before + tally[key], 0);
  return { rounds: sum('rounds'), lost: sum('lost'), twice: sum('twice'), inDoubt: sum('inDoubt') };
}

/** A platform of its own with `count` mails due, taken by a worker that stops all of them at `point`. */
export async function standstillAt(
  point: StandPointName,
  count: number,
  { marker = true, patient = true }: StandstillOptions = {},
): Promise<Standstill> {
  const server = await startFaultServer();
  const h = await createHarness({ worker: false });
  await createLadder(h);
  await putCustomer(h, 'cust_1');
  await putInvoices(h, invoiceIds(count), { due_date: inSeconds(-3_600) });
  const doomed = startDoomedWorker(h, { smtpPort: server.port, point, marker, patient });
  const end = async (): Promise<void> => {
    await doomed.kill();
    await h.stop();
    await server.close();
  };
  const runs = await doomed.standing(count).catch(async (error: unknown) => {
    await end();
    throw error;
  });

  let left: Row[] = [];
  return {
    h,
    doomed,
    server,
    end,
    async expectStanding() {
      expect(runs).toHaveLength(count);
      left = await readLedger(h);
      expect(left.map(({ run }) => run).sort()).toEqual([...runs].sort());
      const { ledger, server: has }: StandPoint = STAND_POINTS[point];
      const expected = ledger === 'TRANSMITTING' && !marker ? 'CLAIMED' : ledger;
      expect(new Set(left.map(({ status }) => status))).toEqual(new Set([expected]));
      expectServerHas(server, has, count);
    },
    async takeOver() {
      await h.startWorker();
      await untilAllCompleted(h, count, 120_000);
      // Whoever died or slept before the marker holds no valid fence any more.
      const found = new Map((await readLedger(h)).map((row) => [row.run, row]));
      for (const { run, status, fence } of left) {
        if (status === 'CLAIMED') expect(found.get(run)?.fence).toBeGreaterThan(fence ?? 0);
      }
    },
    async tally() {
      const arrived = new Map<string, number>();
      for (const id of [...idsOf(server.received), ...(await h.mails()).map(deliveryOf)]) {
        arrived.set(id, (arrived.get(id) ?? 0) + 1);
      }
      const rows = await readLedger(h);
      const mails = ({ id }: Row): number => arrived.get(id ?? '') ?? 0;
      const known = rows.filter(({ id }) => id !== null && arrived.has(id)).length;
      expect(known, 'mails that no delivery knows of').toBe(arrived.size);
      return {
        rounds: rows.length,
        lost: rows.filter((row) => mails(row) === 0 && row.status !== 'IN_DOUBT').length,
        twice: rows.filter((row) => mails(row) > 1).length,
        inDoubt: rows.filter(({ status }) => status === 'IN_DOUBT').length,
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

/** Every run with its delivery, if there is one. */
function readLedger({ db }: Harness): Promise<Row[]> {
  return db.rows(
    `SELECT r.engine_workflow_id AS run, d.id, d.status, d.fence FROM runs r LEFT JOIN deliveries d ON d.run_id = r.id`,
  );
}
