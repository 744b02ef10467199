import type { Book } from '../book.js';
import type { Contestants } from '../measures/measure.js';
import { CONTESTANT } from '../names.js';
import { dunwell } from './dunwell.js';
import { obtainPackages } from './obtain-packages.js';
import { queueContestant, type Packages } from './queue-contestant.js';

const QUEUES = [[CONTESTANT.pgBoss, './pg-boss.js']] as const;

/** Everybody who takes part; `wanted` are the queues by name, null = all. Those that cannot be had here are remarked. */
export async function chooseContestants(
  wanted: readonly string[] | null,
  book: Book,
  log: (line: string) => void,
): Promise<Contestants> {
  const queues = QUEUES.filter(([name]) => wanted === null || wanted.includes(name));
  const packages = queues.length === 0 ? null : await packagesOrRemark(book, log);
  return {
    lane: dunwell(CONTESTANT.lane),
    oneByOne: dunwell(CONTESTANT.oneByOne, { BURST_LANE: 'off' }),
    floor: queueContestant(CONTESTANT.floor, '../floor/floor.js', { onEngine: true }),
    queues: packages ? queues.map(([name, module]) => queueContestant(name, module, { packages })) : [],
  };
}

async function packagesOrRemark(book: Book, log: (line: string) => void): Promise<Packages | null> {
  try {
    return await obtainPackages(log);
  } catch (error) {
    book.remark(`Queues were not measured: ${error instanceof Error ? error.message : String(error)}`);
    return null;
  }
}
