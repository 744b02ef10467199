import { join } from 'node:path';
import { startProgram, type Program } from '../processes/program.js';
import { residentBytes } from '../processes/usage.js';
import { STORE } from '../names.js';
import { startValkey } from '../servers/valkey.js';
import { tableBytes } from '../servers/table-bytes.js';
import type { Contestant, Place, Reminders, Standing } from './contestant.js';
import type { QueuePlace } from './queue/queue.js';
import { REMINDERS } from './queue/send-reminder.js';

/** Where contestants' packages are, and the Node that runs them. */
export interface Packages {
  directory: string;
  node: string;
}

export interface QueueNeeds {
  packages?: Packages;
  /** The program of Valkey. */
  valkey?: string;
}

/** A contestant of two processes, one that accepts and one that works, which keeps its own table of reminders. `module` is relative to `contestants/queue/`. */
export function queueContestant(name: string, module: string, needs: QueueNeeds = {}): Contestant {
  return { name, start: (place) => start(name, module, needs, place) };
}

async function start(
  name: string,
  module: string,
  { packages, valkey: program }: QueueNeeds,
  { ground, engine, worker }: Place,
): Promise<Standing> {
  const database = await ground.createDatabase();
  const directory = ground.createDirectory(name);
  const running: Program[] = [];
  const valkey = program === undefined ? null : await startValkey(program, ground);
  const place: QueuePlace = {
    databaseUrl: database.url,
    smtpUrl: ground.sink.url,
    engineAddress: engine?.address ?? '',
    redisUrl: valkey?.url ?? '',
    packages: packages?.directory ?? '',
  };
  const open = async (role: 'produce' | 'work'): Promise<Program> => {
    const program = startProgram({
      file: 'contestants/queue/queue-program.ts',
      args: [module],
      logFile: join(directory, `${role}.log`),
      ...(packages && { node: packages.node }),
    });
    running.unshift(program);
    if (role === 'produce') await program.ask('prepare', place);
    await program.ask(role, place);
    return program;
  };
  const stop = async (): Promise<void> => {
    await Promise.all(running.splice(0).map((program) => program.stop()));
    await valkey?.stop();
    await database.drop();
  };
  try {
    await database.db.rowsOnce(REMINDERS);
    const producer = await open('produce');
    const sending = worker ? await open('work') : null;
    let accepted = 0;
    const count = async (condition: string): Promise<number> =>
      (await database.db.row<{ count: number }>(`SELECT count(*) FROM reminders WHERE ${condition}`))?.count ?? 0;
    return {
      processes: {
        producer: producer.pid,
        ...(sending && { worker: sending.pid }),
        ...(valkey && { valkey: valkey.pid }),
      },
      async accept(reminders: Reminders) {
        const paced = await producer.ask<{ latencies: number[]; wallMs: number }>('accept', reminders);
        accepted += reminders.count;
        return paced;
      },
      waiting: () => Promise.resolve(accepted),
      sent: () => count(`status = 'SENT'`),
      wrong: () => count(`status <> 'SENT'`),
      storedBytes: async (): Promise<Record<string, number>> =>
        valkey ? { [STORE.valkey]: residentBytes(valkey.pid) } : { [STORE.postgres]: await tableBytes(database.db) },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
