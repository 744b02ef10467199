import type { Book } from '../book.js';
import type { Contestants } from '../measures/measure.js';
import { CONTESTANT } from '../names.js';
import { obtainValkey } from '../servers/valkey.js';
import type { Contestant } from './contestant.js';
import { dunwell } from './dunwell.js';
import { obtainPackages } from './obtain-packages.js';
import { queueContestant } from './queue-contestant.js';

type Log = (line: string) => void;

/** How each queue is had. */
const QUEUES: Record<string, (name: string, log: Log) => Promise<Contestant>> = {
  [CONTESTANT.pgBoss]: async (name, log) =>
    queueContestant(name, './pg-boss.js', { packages: await obtainPackages(log) }),
  [CONTESTANT.graphile]: async (name, log) =>
    queueContestant(name, './graphile-worker.js', { packages: await obtainPackages(log) }),
  [CONTESTANT.bullmq]: async (name, log) =>
    queueContestant(name, './bullmq.js', { packages: await obtainPackages(log), valkey: await obtainValkey(log) }),
};

/** Everybody who takes part; `wanted` are the queues by name, null = all. Those that cannot be had here are remarked. */
export async function chooseContestants(wanted: readonly string[] | null, book: Book, log: Log): Promise<Contestants> {
  const queues: Contestant[] = [];
  for (const name of wanted ?? Object.keys(QUEUES)) {
    try {
      const obtain = QUEUES[name];
      if (!obtain) throw new Error(`there is no such contestant; known are ${Object.keys(QUEUES).join(', ')}`);
      queues.push(await obtain(name, log));
    } catch (error) {
      book.remark(`${name} was not measured: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return {
    lane: dunwell(CONTESTANT.lane),
    oneByOne: dunwell(CONTESTANT.oneByOne, { BURST_LANE: 'off' }),
    floor: queueContestant(CONTESTANT.floor, '../floor/floor.js'),
    queues,
  };
}
