import { setTimeout as pause } from 'node:timers/promises';
import { startProgram } from '../processes/program.js';
import type { Arrival } from './smtp-session.js';

export interface Sink {
  url: string;
  pid: number;
  /** How many have arrived since the last `take`. */
  count(): Promise<number>;
  /** What has arrived since the last time. */
  take(): Promise<Arrival[]>;
  /** Waits until that many have arrived; false = no more came for `stallMs`. */
  until(count: number, stallMs: number): Promise<boolean>;
  stop(): Promise<void>;
}

const LOOK_MS = 50;

export async function startSink(logFile: string): Promise<Sink> {
  const program = startProgram({ file: 'sink/sink.ts', logFile });
  const port = await program.ask<number>('port');
  const count = (): Promise<number> => program.ask('count');
  return {
    url: `smtp://127.0.0.1:${String(port)}`,
    pid: program.pid,
    count,
    take: () => program.ask('take'),
    async until(wanted, stallMs) {
      let [seen, changedAt] = [-1, performance.now()];
      for (;;) {
        const now = await count();
        if (now >= wanted) return true;
        if (now !== seen) [seen, changedAt] = [now, performance.now()];
        else if (performance.now() - changedAt > stallMs) return false;
        await pause(LOOK_MS);
      }
    },
    stop: () => program.stop(),
  };
}
