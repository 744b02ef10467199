import { addPeriod, startOfUtcDateIn } from '../../domain/zone.js';
import type { Instant, Period } from '../../domain/types.js';
import type { Command, Start, State } from './commands.js';

const DAY = 86_400_000;
const ENDS: Partial<Record<State, string>> = { PAID: 'paid', SETTLED: 'settled', VOID: 'voided', ARCHIVED: 'archived' };
const COMES_BACK = ['paid', 'settled', 'voided', 'cancelled'];

interface Step {
  id: string;
  periods: Period[];
  extra: boolean;
  /** What an operator asked for: first of all, by no calendar, no late policy and no ladder. */
  wish: boolean;
  raw: Instant;
  at: Instant;
  /** null = open, `sent`, or why it was not sent. */
  end: string | null;
}

/**
 * The rules about one run once more, from S-T2, T4, T5, T7, C1, C6, D10, R3, R6, M5 and not from the code: one object that changes,
 * and no thought of speed, races, failures or storage. Mails go at once. Where the rules are silent, "choice" says what a user would expect.
 */
export class Reference {
  /** Every mail in the order they went: `2026-01-17T00:00:00.000Z 7-DAY`. */
  readonly mails: string[] = [];
  status = '';
  private steps: Step[] = [];
  private ended: string | null = null;
  private plannedFor: { anchor: Instant; zone: string } | null = null;
  private paused = false;
  private cancelled = false;
  private workflow = 'ACTIVE';
  private email = true;
  private holds: Instant[] = [];
  /** Something (a pause, a hold) kept the run from looking at its steps. */
  private interrupted = false;
  private readonly start: Start;

  constructor(start: Start) {
    this.start = { ...start, ladder: start.single ? start.ladder.slice(0, 1) : start.ladder };
    if (start.held) this.holds.push(Infinity);
    this.look();
  }

  /** false = refused. */
  do(command: Command): boolean {
    const accepted = this.change(command);
    this.look();
    return accepted;
  }

  /** The next instant at which time alone can change anything. */
  get nextAt(): Instant {
    const anchor = this.anchor;
    const open = this.steps.filter(({ end }) => end === null);
    const ends = anchor === null ? [] : open.map((step) => this.windowEnd(step, anchor).at);
    return Math.min(...[...open.map(({ at }) => at), ...this.holds, ...ends].filter((at) => at > this.start.now));
  }

  /** Where a command moves the clock. */
  target({ kind, ms }: Command & { kind: 'PASS' | 'NEXT' }): Instant {
    const { now } = this.start;
    if (kind === 'PASS') return now + ms;
    return Number.isFinite(this.nextAt) ? Math.max(now, this.nextAt + ms) : now;
  }

  outcomes(): string[] {
    return this.steps.map(({ id, at, end }) => `${id} ${end ?? `open ${new Date(at).toISOString()}`}`).sort();
  }

  private get anchor(): Instant | null {
    const { due, dueDates, zone } = this.start;
    return due !== null && dueDates === 'DATE' && due % DAY === 0 ? startOfUtcDateIn(due, zone) : due;
  }

  private get manualSingle(): boolean {
    return this.start.single && this.start.type === 'MANUAL';
  }

  /** C1, C4: what ends the run, by the facts. */
  private get factsEnd(): string | null {
    const end = ENDS[this.start.state] ?? null;
    return end && this.start.trial ? 'cancelled' : end;
  }

  private get isHeld(): boolean {
    return this.holds.some((until) => until > this.start.now);
  }

  private instantOf(period: Period, anchor: Instant): Instant {
    return addPeriod(anchor, period, this.start.trial ? -1 : 1, this.start.zone);
  }

  private change(command: Command): boolean {
    const world = this.start;
    switch (command.kind) {
      case 'PASS':
      case 'NEXT': {
        const to = this.target(command);
        for (; this.nextAt <= to; this.look()) world.now = this.nextAt;
        world.now = to;
        return true;
      }
      case 'DUE':
        world.due = command.at;
        return true;
      case 'STATE':
        world.state = command.state;
        return true;
      case 'ZONE':
        world.zone = command.zone;
        return true;
      case 'EMAIL':
        this.email = command.there;
        return true;
      case 'HOLD':
        this.holds.push(command.ms === null ? Infinity : world.now + command.ms);
        return true;
      case 'END_HOLD':
        this.holds.shift();
        return true;
      case 'WORKFLOW':
        if (this.workflow !== 'ARCHIVED') this.workflow = command.status;
        return true;
      default:
        return this.ended === null && this.operate(command);
    }
  }

  /** R3. Choice: a wish goes at once or is refused; it does not lie about until something else changes. */
  private operate(command: Command): boolean {
    switch (command.kind) {
      case 'PAUSE':
      case 'RESUME':
        if (this.paused === (command.kind === 'PAUSE')) return false;
        this.paused = !this.paused;
        return true;
      case 'CANCEL':
        this.cancelled = true;
        return true;
      case 'REPLAN':
        if (!this.start.single) this.start.ladder = command.ladder;
        this.start.latePolicy = command.latePolicy;
        this.plannedFor = null;
        return true;
      case 'SKIP_STEP': {
        const step = this.named(command.period);
        if (step?.end !== null) return false;
        step.end = 'skipped_by_operator';
        return true;
      }
      case 'SEND_NOW': {
        const { state, now } = this.start;
        const canGo = !this.paused && !this.isHeld && this.workflow === 'ACTIVE' && state !== 'DRAFT';
        const last = command.as === 'EXTRA' && !command.period ? this.steps.findLast(({ extra }) => !extra) : undefined;
        const step = this.named(command.period) ?? last;
        if (!canGo || !step || this.anchor === null) return false;
        if (command.as === 'EXTRA') {
          const id = `EXTRA-${String(this.steps.filter(({ extra }) => extra).length + 1)}-${idOf(step.periods)}`;
          this.steps.push({ ...step, id, extra: true, wish: true, raw: now, at: now, end: null });
        } else if (step.end === 'sent') return false;
        else Object.assign(step, { wish: true, at: now, end: null });
        return true;
      }
      default:
        throw new Error(command.kind);
    }
  }

  /** The step of a period; null = the next one. Choice: of several (D2: merged once, parted since) the one that goes, then the one that went. */
  private named(period: Period | null): Step | undefined {
    const rungs = this.steps.filter(({ extra }) => !extra);
    const found = rungs.filter(({ periods }) => !period || periods.some((own) => idOf([own]) === idOf([period])));
    const open = found.find(({ end }) => end === null);
    return period ? (open ?? found.find(({ end }) => end === 'sent') ?? found[0]) : open;
  }

  private look(): void {
    const { start, anchor } = this;
    if (this.ended !== null && !this.comesBack(anchor)) return;
    const stop = this.cancelled
      ? 'cancelled_by_operator'
      : this.workflow === 'ARCHIVED'
        ? 'workflow_archived'
        : this.factsEnd;
    if (stop) return this.end(stop);
    // C1: by hand there must be something to remind of when it begins.
    const begun = this.plannedFor !== null || this.steps.length > 0;
    if (!begun && start.type === 'MANUAL' && start.state === 'DRAFT') return this.end('not_eligible');
    if (anchor === null) this.plannedFor = null;
    else if (this.plannedFor?.anchor !== anchor || this.plannedFor.zone !== start.zone) this.plan(anchor);
    if (this.paused || (this.isHeld && anchor !== null)) {
      this.interrupted = true;
      this.status = this.paused ? 'PAUSED' : 'WAITING held';
      return;
    }
    if (anchor === null) {
      this.interrupted = false;
      this.status = 'WAITING no_anchor';
      return;
    }
    if (this.interrupted) this.afterWaiting(anchor);
    this.interrupted = false;
    this.go(anchor);
  }

  private end(how: string): void {
    this.ended = how;
    this.status = how === 'COMPLETED' ? how : `STOPPED ${how}`;
    this.interrupted = false;
    for (const step of this.steps) step.end ??= how;
  }

  /** R6: true when the run is open again, its unsent steps planned anew. */
  private comesBack(anchor: Instant | null): boolean {
    if (anchor === null || this.factsEnd || this.start.state === 'DRAFT' || this.workflow === 'ARCHIVED') return false;
    if (this.ended === 'COMPLETED') {
      if (this.plannedFor?.anchor === anchor) return false;
      const { steps, plannedFor } = this;
      this.steps = steps.map((step) => ({ ...step }));
      this.plan(anchor);
      if (!this.steps.some(({ end, at }) => end === null && at > this.start.now)) {
        Object.assign(this, { steps, plannedFor });
        return false;
      }
    } else if (!COMES_BACK.includes(this.ended ?? '')) return false;
    else this.plan(anchor);
    this.ended = null;
    return true;
  }

  /** T2, T4, T5, D2. */
  private plan(anchor: Instant): void {
    const { now, ladder, latePolicy, trial, zone } = this.start;
    const rungs = this.steps.filter(({ extra }) => !extra);
    // Choice: a wish that is still open is a person's, not the plan's. `skipped_by_operator` stays (T5).
    const kept = rungs.filter(
      ({ end, wish }) => end === 'sent' || end === 'skipped_by_operator' || (wish && end === null),
    );
    const taken = kept.flatMap(({ periods }) => periods.map((period) => idOf([period])));
    const sent = kept.filter(({ end }) => end === 'sent').flatMap(({ periods }) => periods);
    const sentUpTo = Math.max(-Infinity, ...sent.map((period) => this.instantOf(period, anchor)));
    const fresh: Step[] = [];
    for (const period of ladder.filter((own) => !taken.includes(idOf([own])))) {
      const raw = this.instantOf(period, anchor);
      const same = fresh.find((step) => step.raw === raw);
      if (same) same.periods.push(period);
      else fresh.push({ id: idOf([period]), periods: [period], extra: false, wish: false, raw, at: raw, end: null });
    }
    fresh.sort((a, b) => a.raw - b.raw);
    const newest = fresh.findLast(({ raw }) => raw <= now);
    for (const step of fresh) {
      const late = step.raw < now;
      if (step.raw <= sentUpTo) step.end = 'superseded';
      else if (trial && anchor < now) step.end = 'anchor_passed';
      else if (this.manualSingle) step.at = now;
      else if (late && latePolicy === 'NONE') step.end = 'late';
      else if (late && latePolicy === 'LATEST' && step !== newest) step.end = 'superseded';
      // Choice: under ALL the late ones go beside one that is due at this very moment.
      else if (late) step.at = now;
    }
    const present = [...kept, ...fresh];
    for (const { periods, ...step } of rungs.filter((own) => !present.some(({ id }) => id === own.id))) {
      const merged = periods.some((own) => ladder.some((period) => idOf([period]) === idOf([own])));
      present.push({ ...step, periods, end: merged ? 'superseded' : 'period_removed' });
    }
    for (const step of present) step.raw = this.instantOf(step.periods[0] as Period, anchor);
    present.sort((a, b) => a.raw - b.raw);
    this.steps = [...present, ...this.steps.filter(({ extra }) => extra)];
    this.plannedFor = { anchor, zone };
  }

  /** T4 for what came due while the run was paused or held (C6, T7). */
  private afterWaiting(anchor: Instant): void {
    const { now, latePolicy, trial } = this.start;
    const rungs = this.steps.filter(({ end, wish }) => end === null && !wish);
    const newest = rungs.findLast(({ at }) => at <= now);
    for (const step of this.steps.filter(({ end, at }) => end === null && at < now)) {
      if (step.wish || this.manualSingle) step.at = now;
      else if (trial && step.raw < anchor && anchor < now) step.end = 'anchor_passed';
      else if (latePolicy === 'NONE') step.end = 'late';
      else if (latePolicy === 'LATEST' && step !== newest) step.end = 'superseded';
      else step.at = now;
    }
  }

  /** T7, and choice: what leads up to an anchor ends with it; a step on the anchor itself has a day. */
  private windowEnd(step: Step, anchor: Instant): { at: Instant; why: string } {
    const later = this.steps.filter(({ extra, end, at }) => !extra && end === null && at > step.at);
    const own = Math.min(step.at + 7 * DAY, ...later.map(({ at }) => at));
    const last = !this.start.trial ? Infinity : step.raw < anchor ? anchor : anchor + DAY;
    return last < own ? { at: last, why: 'anchor_passed' } : { at: own, why: 'delivery_window_passed' };
  }

  /** Sends what is due, one after the other, until something must be waited for. */
  private go(anchor: Instant): void {
    const { now, state } = this.start;
    for (;;) {
      const open = this.steps.filter(({ end }) => end === null);
      const step = open.find(({ wish }) => wish) ?? open[0];
      if (!step) return this.end('COMPLETED');
      this.status = state === 'DRAFT' ? 'WAITING not_eligible' : 'WAITING';
      if (step.at > now || state === 'DRAFT') return;
      const window = this.windowEnd(step, anchor);
      if (now >= window.at) step.end = window.why;
      else if (this.workflow === 'INACTIVE') step.end = 'workflow_inactive';
      else if (state === 'ON_HOLD' && !this.start.trial) return void (this.status = 'BLOCKED on_hold');
      else if (!this.email) return void (this.status = 'BLOCKED no_recipient');
      else this.send(step);
    }
  }

  private send(step: Step): void {
    step.end = 'sent';
    this.mails.push(`${new Date(this.start.now).toISOString()} ${step.id}`);
    if (step.extra) return;
    for (const before of this.steps.slice(0, this.steps.indexOf(step))) if (!before.wish) before.end ??= 'superseded';
  }
}

function idOf([first]: readonly Period[]): string {
  return first ? `${String(first.value)}-${first.type}` : '';
}
