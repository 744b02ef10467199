import type { Book } from '../book.js';
import type { Contestant } from '../contestants/contestant.js';
import type { DunwellContestant } from '../contestants/dunwell.js';
import type { EngineKind } from '../servers/engine.js';
import type { Ground } from '../servers/ground.js';

/** What every measure gets. */
export interface Bench {
  ground: Ground;
  book: Book;
  sizes: Sizes;
  engines: readonly EngineKind[];
  contestants: Contestants;
}

/** How much is done; the results say it beside every figure. */
export interface Sizes {
  rounds: number;
  accept: number;
  isolated: number;
  /** How far ahead isolated reminders are accepted. */
  isolatedAheadMs: number;
  /** How far ahead the reminder is whose start is delayed; null = it is left out. */
  delayedAheadMs: number | null;
  burst: number;
  /** For what sends one by one on the production server, which is slower. */
  burstOnPostgres: number;
  /** Numbers of sleeping reminders, rising. */
  waiting: readonly number[];
  waitingOnPostgres: readonly number[];
  finished: number;
}

export interface Contestants {
  /** Dunwell as it is by default. */
  lane: DunwellContestant;
  oneByOne: DunwellContestant;
  floor: Contestant;
  /** Those that need no Temporal; absent ones could not be had here. */
  queues: readonly Contestant[];
}

/** In flight whenever something is accepted. */
export const WIDTH = 32;
