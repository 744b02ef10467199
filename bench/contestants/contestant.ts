import type { Paced } from '../load/in-flight.js';
import type { Engine } from '../servers/engine.js';
import type { Ground } from '../servers/ground.js';

/** Who does the work: accept one by one → wait → claim a row → render → SMTP → record. */
export interface Contestant {
  name: string;
  start(place: Place): Promise<Standing>;
}

export interface Place {
  ground: Ground;
  /** null = none is running. */
  engine: Engine | null;
  /** false = nothing that sends is started. */
  worker: boolean;
  /** Days of the ladder; its first step is the one that falls due. Only Dunwell knows more than one step. */
  ladder: readonly number[];
}

/** Reminders `from` … `from + count - 1`; the first is due at `dueAt`, each further one `everyMs` later. `reminderAddress` is whom they go to. */
export interface Reminders {
  from: number;
  count: number;
  /** Epoch milliseconds. */
  dueAt: number;
  everyMs: number;
  /** How many accepts are in flight. */
  width: number;
}

/** A contestant at work, on an empty database of its own. */
export interface Standing {
  /** Its own processes by what they are, as PIDs. */
  processes: Readonly<Record<string, number>>;
  /** Tells beforehand what these reminders are about, if that is a thing of its own; `accept` does it otherwise. */
  expect?(reminders: Reminders): Promise<void>;
  accept(reminders: Reminders): Promise<Paced>;
  /** How many reminders are where they will be woken from: accepted, and told to the engine if there is one. */
  waiting(): Promise<number>;
  /** How many are recorded as sent. */
  sent(): Promise<number>;
  /** How many are recorded as something that should not be. */
  wrong(): Promise<number>;
  /** What it keeps in each store but the engine's, in bytes. */
  storedBytes(): Promise<Record<string, number>>;
  stop(): Promise<void>;
}

export const reminderAddress = (index: number): string => `r${String(index)}@customer.example`;

/** The number of the reminder that a mail to this address belongs to. */
export const reminderOf = (address: string): number => Number(address.slice(1, address.indexOf('@')));
