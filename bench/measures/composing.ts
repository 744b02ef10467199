import { join } from 'node:path';
import { CONTESTANT, MEASURE } from '../names.js';
import { startProgram } from '../processes/program.js';
import type { Bench } from './measure.js';

const WARM_UP = 500;
const STALL_MS = 30_000;

/** The same mails made and sent by the same composer and sender in one process, with no database and nobody to wait for. */
export async function measureComposing({ ground, book, sizes }: Bench): Promise<void> {
  const logFile = join(ground.createDirectory('composing'), 'log');
  const program = startProgram({ file: 'contestants/composing.ts', logFile });
  try {
    await program.ask('open', { smtpUrl: ground.sink.url });
    await program.ask('send', { count: WARM_UP });
    await ground.sink.until(WARM_UP, STALL_MS);
    await ground.sink.take();
    const n = sizes.burst;
    const beganAt = Date.now();
    await program.ask('send', { count: n });
    const arrivals = await ground.sink.take();
    const lastMs = Math.max(...arrivals.map(([, , atMs]) => atMs)) - beganAt;
    const heading = { contestant: CONTESTANT.compose, engine: 'none', n };
    book.add({ ...heading, measure: MEASURE.burstTime, unit: 's' }, lastMs / 1_000);
    book.add({ ...heading, measure: MEASURE.burstRate, unit: '/s' }, (n / lastMs) * 1_000);
    ground.log(`composing and sending alone: ${((n / lastMs) * 1_000).toFixed(0)}/s`);
  } finally {
    await program.stop();
  }
}
