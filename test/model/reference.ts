import type { Instant, Period } from '../../domain/types.js';
import { addPeriod } from '../../domain/zone.js';
import type { Command, Start } from './commands.js';
import { World } from './world.js';

const DAY = 86_400_000;

interface Step {
  id: string;
  periods: Period[];
  extra: boolean;
  /** What an operator asked for: first of all, by no late policy and no ladder. */
  wish: boolean;
  raw: Instant;
  at: Instant;
  /** null = open, `sent`, or why it was not sent. */
  end: string | null;
}

/**
 * The rules about one run once more, from S-T2, T4, T5, T7, C1, C6, D10, R3, R6, M5 and not from the code: one object that
 * changes, and no thought of speed, races, failures or storage. Mails go at once. Where the rules are silent, "choice" says what
 * a user would expect.
 */
export class Reference {
  /** Every mail in the order they went: `2026-01-17T00:00:00.000Z 7-DAY`. */
  readonly mails: string[] = [];
  status = '';
  private readonly world: World;
  private ladder: readonly Period[];
  private latePolicy: Start['latePolicy'];
  private steps: Step[] = [];
  private ended: string | null = null;
  private plannedFor: { anchor: Instant; zone: string } | null = null;
  private paused = false;
  private cancelled = false;
  /** A pause or a hold kept the run from its steps. */
  private interrupted = false;

  constructor(start: Start) {
    this.world = new World(start);
    this.ladder = start.single ? start.ladder.slice(0, 1) : start.ladder;
    this.latePolicy = start.latePolicy;
    this.look();
  }

  /** false = refused: nothing changed. */
  do(command: Command): boolean {
    if (command.kind === 'PASS' || command.kind === 'NEXT') {
      const to = this.target(command);
      for (; this.nextAt <= to; this.look()) this.world.now = this.nextAt;
      this.world.now = to;
    } else if (!this.world.take(command)) {
      if (this.ended !== null || !this.operate(command)) return false;
    }
    this.look();
    return true;
  }

  /** Where a command moves the clock. */
  target({ kind, ms }: Command & { kind: 'PASS' | 'NEXT' }): Instant {
    const { now } = this.world;
    if (kind === 'PASS') return now + ms;
    return Number.isFinite(this.nextAt) ? Math.max(now, this.nextAt + ms) : now;
  }

  outcomes(): string[] {
    return this.steps.map(({ id, at, end }) => `${id} ${end ?? `open ${new Date(at).toISOString()}`}`).sort();
  }

  /** The next instant at which time alone can change anything. */
  private get nextAt(): Instant {
    const { anchor, holds, now } = this.world;
    const ends = anchor === null ? [] : this.open.map((step) => this.windowEnd(step, anchor).at);
    return Math.min(...[...this.open.map(({ at }) => at), ...holds, ...ends].filter((at) => at > now));
  }

  private get rungs(): Step[] {
    return this.steps.filter(({ extra }) => !extra);
  }

  private get open(): Step[] {
    return this.steps.filter(({ end }) => end === null);
  }

  private get manualSingle(): boolean {
    return this.world.start.single && this.world.start.type === 'MANUAL';
  }

  /** T2: from the anchor, never from the step before. */
  private instantOf(period: Period | undefined, anchor: Instant): Instant {
    return period ? addPeriod(anchor, period, this.world.start.trial ? -1 : 1, this.world.zone) : anchor;
  }

  /** R3. */
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
        if (!this.world.start.single) this.ladder = command.ladder;
        this.latePolicy = command.latePolicy;
        this.plannedFor = null;
        return true;
      case 'SKIP_STEP': {
        const step = this.named(command.period);
        if (step?.end !== null) return false;
        step.end = 'skipped_by_operator';
        return true;
      }
      case 'SEND_NOW':
        return this.sendNow(command.period, command.as === 'EXTRA');
      default:
        throw new Error(command.kind);
    }
  }

  /** Choice: a wish goes at once or is refused; it does not lie about until something else changes. */
  private sendNow(period: Period | null, extra: boolean): boolean {
    const { now, state, workflow, isHeld, anchor } = this.world;
    if (this.paused || isHeld || workflow !== 'ACTIVE' || state === 'DRAFT' || anchor === null) return false;
    const step = this.named(period) ?? (extra && !period ? this.rungs.at(-1) : undefined);
    if (!step || (!extra && step.end === 'sent')) return false;
    const wish = { wish: true, at: now, end: null };
    const id = `EXTRA-${String(this.steps.length - this.rungs.length + 1)}-${nameOf(step.periods)}`;
    if (extra) this.steps.push({ ...step, ...wish, id, extra, raw: now });
    else Object.assign(step, wish);
    return true;
  }

  /** The step of a period; null = the next. Choice: of several (merged once, D2) the one that goes, then the one that went. */
  private named(period: Period | null): Step | undefined {
    const found = this.rungs.filter(({ periods }) => !period || periods.some((own) => isSame(own, period)));
    const open = found.find(({ end }) => end === null);
    return period ? (open ?? found.find(({ end }) => end === 'sent') ?? found[0]) : open;
  }

  /** The whole run once more, as things stand now. */
  private look(): void {
    const { anchor, zone, start, state, workflow, isHeld, end } = this.world;
    if (this.ended !== null && !this.comesBack(anchor)) return;
    const stop = this.cancelled ? 'cancelled_by_operator' : workflow === 'ARCHIVED' ? 'workflow_archived' : end;
    if (stop) return this.close(stop);
    // C1: by hand there must be something to remind of when it begins.
    const begun = this.plannedFor !== null || this.steps.length > 0;
    if (!begun && start.type === 'MANUAL' && state === 'DRAFT') return this.close('not_eligible');
    if (anchor === null) this.plannedFor = null;
    else if (this.plannedFor?.anchor !== anchor || this.plannedFor.zone !== zone) this.plan(anchor);
    // Choice: with nothing left to send there is nothing to keep back.
    const waits = anchor === null || this.open.length > 0;
    const kept =
      this.paused && waits ? 'PAUSED' : anchor === null ? 'WAITING no_anchor' : isHeld && waits ? 'WAITING held' : null;
    if (kept) this.status = kept;
    else if (anchor !== null && this.interrupted) this.afterWaiting(anchor);
    // Choice: without an anchor there is nothing to interrupt; T5 plans anew when it comes back.
    this.interrupted = kept !== null && kept !== 'WAITING no_anchor';
    if (!kept && anchor !== null) this.go(anchor);
  }

  private close(how: string): void {
    this.ended = how;
    this.status = how === 'COMPLETED' ? how : `STOPPED ${how}`;
    this.interrupted = false;
    for (const step of this.open) step.end = how;
  }

  /** R6: true when the run is open again, its unsent steps planned anew. */
  private comesBack(anchor: Instant | null): boolean {
    const { end, state, workflow, now } = this.world;
    if (anchor === null || end || state === 'DRAFT' || workflow === 'ARCHIVED') return false;
    const { steps, plannedFor, ended } = this;
    const moved = ended === 'COMPLETED' && plannedFor?.anchor !== anchor;
    if (!moved && !['paid', 'settled', 'voided', 'cancelled'].includes(ended ?? '')) return false;
    this.steps = steps.map((step) => ({ ...step }));
    this.plan(anchor);
    if (moved && !this.open.some(({ at }) => at > now)) {
      Object.assign(this, { steps, plannedFor });
      return false;
    }
    this.ended = null;
    return true;
  }

  /** T2, T4, T5, D2. */
  private plan(anchor: Instant): void {
    const { now, zone, start } = this.world;
    // Choice: a wish that is still open is a person's, not the plan's.
    const stays = ({ end, wish }: Step): boolean =>
      end === 'sent' || end === 'skipped_by_operator' || (wish && end === null);
    const kept = this.rungs.filter(stays);
    const sent = kept.filter(({ end }) => end === 'sent').flatMap(({ periods }) => periods);
    const sentUpTo = Math.max(...sent.map((period) => this.instantOf(period, anchor)));
    const fresh: Step[] = [];
    for (const period of this.ladder) {
      if (kept.some(({ periods }) => periods.some((own) => isSame(own, period)))) continue;
      const raw = this.instantOf(period, anchor);
      const same = fresh.find((step) => step.raw === raw);
      if (same) same.periods.push(period);
      else fresh.push({ id: nameOf([period]), periods: [period], extra: false, wish: false, raw, at: raw, end: null });
    }
    fresh.sort((a, b) => a.raw - b.raw);
    const newest = fresh.findLast(({ raw }) => raw <= now);
    // Choice: the newest past rung counts as such also when an operator has skipped it, or wants it now.
    const decided = kept.flatMap(({ periods }) => periods.map((period) => this.instantOf(period, anchor)));
    const newestDecided = Math.max(...decided.filter((at) => this.latePolicy === 'LATEST' && at <= now));
    for (const step of fresh) {
      if (step.raw <= sentUpTo) step.end = 'superseded';
      else if (start.trial && anchor < now) step.end = 'anchor_passed';
      else if (this.manualSingle) step.at = now;
      else if (step.raw < now && step.raw < newestDecided) step.end = 'superseded';
      else if (step.raw < now) this.late(step, newest);
      const tooLate = step.raw < anchor ? anchor : anchor + DAY;
      if (start.trial && !this.manualSingle && step.end === null && step.at >= tooLate) step.end = 'anchor_passed';
    }
    // Choice: what is in the plan no more is told as removed, or as superseded when it was merged into another step.
    const gone = this.rungs.filter((own) => !stays(own) && !fresh.some(({ id }) => id === own.id));
    for (const step of gone) {
      const merged = step.periods.some((own) => this.ladder.some((period) => isSame(own, period)));
      step.end = merged ? 'superseded' : 'period_removed';
    }
    const rungs = [...kept, ...fresh, ...gone];
    for (const step of rungs) step.raw = this.instantOf(step.periods[0], anchor);
    this.steps = [...rungs.sort((a, b) => a.raw - b.raw), ...this.steps.filter(({ extra }) => extra)];
    this.plannedFor = { anchor, zone };
  }

  /** T4. Choice: under ALL late ones go beside one that is due at this very moment; under LATEST that one alone goes. */
  private late(step: Step, newest: Step | undefined): void {
    if (this.latePolicy === 'NONE') step.end = 'late';
    else if (this.latePolicy === 'LATEST' && step !== newest) step.end = 'superseded';
    else step.at = this.world.now;
  }

  /** T4 for what came due while the run was paused or held (C6, T7). */
  private afterWaiting(anchor: Instant): void {
    const { now, start } = this.world;
    const newest = this.open.findLast(({ at, wish }) => at <= now && !wish);
    for (const step of this.open.filter(({ at }) => at < now)) {
      if (step.wish || this.manualSingle) step.at = now;
      else if (start.trial && now >= (step.raw < anchor ? anchor : anchor + DAY)) step.end = 'anchor_passed';
      else this.late(step, newest);
    }
  }

  /** T7. Choice: what leads up to an anchor ends with it; a step on the anchor itself has a day. */
  private windowEnd(step: Step, anchor: Instant): { at: Instant; why: string } {
    const later = this.open.filter(({ extra, at }) => !extra && at > step.at);
    const own = Math.min(step.at + 7 * DAY, ...later.map(({ at }) => at));
    const last = !this.world.start.trial ? Infinity : step.raw < anchor ? anchor : anchor + DAY;
    return last < own ? { at: last, why: 'anchor_passed' } : { at: own, why: 'delivery_window_passed' };
  }

  /** Sends what is due, one after the other, until something must be waited for. */
  private go(anchor: Instant): void {
    const { now, state, workflow, email, start } = this.world;
    for (;;) {
      const step = this.open.find(({ wish }) => wish) ?? this.open[0];
      if (!step) return this.close('COMPLETED');
      this.status = state === 'DRAFT' ? 'WAITING not_eligible' : 'WAITING';
      if (step.at > now || state === 'DRAFT') return;
      const window = this.windowEnd(step, anchor);
      const blocked = state === 'ON_HOLD' && !start.trial ? 'on_hold' : email ? null : 'no_recipient';
      if (now >= window.at) step.end = window.why;
      else if (workflow === 'INACTIVE') step.end = 'workflow_inactive';
      else if (blocked) return void (this.status = `BLOCKED ${blocked}`);
      else this.send(step);
    }
  }

  /** T5: what stands earlier in the ladder than a sent step is superseded. */
  private send(step: Step): void {
    step.end = 'sent';
    this.mails.push(`${new Date(this.world.now).toISOString()} ${step.id}`);
    if (step.extra) return;
    for (const before of this.steps.slice(0, this.steps.indexOf(step))) if (!before.wish) before.end ??= 'superseded';
  }
}

function isSame(a: Period, b: Period): boolean {
  return a.type === b.type && a.value === b.value;
}

/** D2: a step is named after its first period. */
function nameOf([first]: readonly Period[]): string {
  return first ? `${String(first.value)}-${first.type}` : '';
}
