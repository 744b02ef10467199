import type { Instant } from '../../domain/types.js';
import { startOfUtcDateIn } from '../../domain/zone.js';
import type { Command, Start, State } from './commands.js';

const DAY = 86_400_000;
const ENDS: Partial<Record<State, string>> = { PAID: 'paid', SETTLED: 'settled', VOID: 'voided', ARCHIVED: 'archived' };

/** What the reference knows of the world around a run. */
export class World {
  readonly start: Start;
  now: Instant;
  due: Instant | null;
  state: State;
  zone: string;
  email = true;
  workflow: 'ACTIVE' | 'INACTIVE' | 'ARCHIVED' = 'ACTIVE';
  /** When each hold runs out. */
  holds: Instant[];

  constructor(start: Start) {
    this.start = start;
    this.now = start.now;
    this.due = start.due;
    this.state = start.state;
    this.zone = start.zone;
    this.holds = start.held ? [Infinity] : [];
  }

  /** T2. */
  get anchor(): Instant | null {
    const { due, zone } = this;
    return due !== null && this.start.dueDates === 'DATE' && due % DAY === 0 ? startOfUtcDateIn(due, zone) : due;
  }

  /** C1, C4: what ends the run, by the facts. */
  get end(): string | null {
    const end = ENDS[this.state] ?? null;
    return end && this.start.trial ? 'cancelled' : end;
  }

  get isHeld(): boolean {
    return this.holds.some((until) => until > this.now);
  }

  /** false = the command is none about the world. */
  take(command: Command): boolean {
    switch (command.kind) {
      case 'DUE':
        this.due = command.at;
        return true;
      case 'STATE':
        this.state = command.state;
        return true;
      case 'ZONE':
        this.zone = command.zone;
        return true;
      case 'EMAIL':
        this.email = command.there;
        return true;
      case 'HOLD':
        this.holds.push(command.ms === null ? Infinity : this.now + command.ms);
        return true;
      case 'END_HOLD':
        this.holds.shift();
        return true;
      case 'WORKFLOW':
        // D3: an archived one stays so.
        if (this.workflow !== 'ARCHIVED') this.workflow = command.status;
        return true;
      default:
        return false;
    }
  }
}
