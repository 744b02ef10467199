import { Fifo, delayAt, type Delays } from './fifo.js';
import { drawWith } from './draw.js';

/** What one part does alone. Where each figure comes from: `constants.ts`. */
export interface Constants {
  /** Of one database. */
  acceptsPerSecond: number;
  /** Of one Temporal cluster. */
  startsPerSecond: number;
  /** Executions that one Temporal cluster wakes, and brings to their next wait, or end. */
  wakesPerSecond: number;
  /** Of one worker process in a burst, to a mail server that answers at once. */
  mailsPerSecond: number;
  /** PostgreSQL, with indexes: a waiting run of three steps; a finished one without, and each of its deliveries; a kept message. */
  waitingBytes: number;
  finishedBytes: number;
  deliveryBytes: number;
  messageBytes: number;
  /** Temporal, per open execution. */
  engineBytes: number;
}

/** One shard's machines. */
export interface Shard {
  /** Worker processes; at most eight take part in a burst. */
  workers: number;
  /** SMTP connections of each, and how long a provider takes for a mail; 0 s = it is never the limit. */
  connections: number;
  secondsPerMail: number;
  burstLane: boolean;
}

/** What is asked of all shards together. */
export interface Load {
  seed: number;
  days: number;
  runsPerDay: number;
  /** A day has up to so much more or less, as a share. */
  variation: number;
  /** The day's runs come evenly from midnight UTC on for so long. */
  importMinutes: number;
  /** Days after acceptance; each step is due at 09:00 in its zone. */
  ladderDays: readonly number[];
  /** Of those that are left, how many are paid before each step. */
  paidBefore: readonly number[];
  zones: readonly { offsetHours: number; share: number }[];
  /** Platforms, the k-th with a weight of k to the power of `-skew`; each is on one shard. */
  platforms: number;
  skew: number;
  messageDays: number;
}

/** Of the last week; times in seconds. The totals are of all days. */
export interface Outcome {
  totals: {
    arrived: number;
    sentAll: number;
    stopped: number;
    waiting: number;
    due: number;
    mails: number;
    late: number;
  };
  bytes: { waiting: number; finished: number; messages: number; engine: number };
  /** The most that was due at one instant on one shard. */
  largestBurst: number;
  longestBurst: number;
  /** From acceptance until the engine has it; and from a crowd's instant until its executions have woken. */
  longestAccept: number;
  longestStart: number;
  longestWaking: number;
  lateness: { p50: number; p99: number; max: number };
}

const MINUTE = 60;
const DAY_MINUTES = 1_440;
const DUE_HOUR = 9;
const MOST_LANES = 8;
/** Executions of a crowd wake so much later (`store/burst-lane.ts`). */
const WAKE_FROM = 1;
const WAKE_OVER = 10;
const WATCHED_DAYS = 7;

interface Cohort {
  alive: number;
  /** Of the shard, up to and with the last of this day. */
  arrivedUpTo: number;
  steps: number;
}
interface Due {
  cohort: Cohort;
  step: number;
  dueAt: number;
}
type Event = Due & { kind: 'PAID' | 'DUE' };

/** Plays so many shards minute by minute. The same seed gives the same days and platforms, however many shards there are. */
export function simulate(constants: Constants, shard: Shard, load: Load, shards: number): Outcome {
  const draw = drawWith(load.seed);
  const dayRuns = Array.from({ length: load.days }, () => load.runsPerDay * (1 + load.variation * (2 * draw() - 1)));
  const weights = Array.from({ length: shards }, () => 0);
  for (let rank = 1; rank <= load.platforms; rank += 1) {
    // Of twice as many shards each takes half of what one of these has.
    const place = Math.floor(draw() * 2 ** 30) % shards;
    weights[place] = (weights[place] ?? 0) + rank ** -load.skew;
  }
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const outcomes = weights.map((weight) =>
    playShard(
      constants,
      shard,
      load,
      dayRuns.map((runs) => (runs * weight) / total),
    ),
  );
  const sum = (pick: (one: ShardOutcome) => number): number => outcomes.reduce((all, one) => all + pick(one), 0);
  const most = (pick: (one: ShardOutcome) => number): number => Math.max(...outcomes.map(pick));
  const lateness = outcomes.flatMap((one) => one.lateness);
  const { waitingBytes, finishedBytes, deliveryBytes, messageBytes, engineBytes } = constants;
  return {
    totals: {
      arrived: sum(({ arrived }) => arrived),
      sentAll: sum(({ sentAll }) => sentAll),
      stopped: sum(({ stopped }) => stopped),
      waiting: sum(({ waiting }) => waiting),
      due: sum(({ due }) => due),
      mails: sum(({ mails }) => mails),
      late: sum(({ late }) => late),
    },
    bytes: {
      waiting: sum(({ waiting }) => waiting) * waitingBytes,
      finished:
        sum(({ sentAll, stopped }) => sentAll + stopped) * finishedBytes + sum(({ mails }) => mails) * deliveryBytes,
      messages: sum(({ kept }) => kept) * messageBytes,
      engine: sum(({ open }) => open) * engineBytes,
    },
    largestBurst: most(({ largestBurst }) => largestBurst),
    longestBurst: most(({ longestBurst }) => longestBurst),
    longestAccept: most(({ longestAccept }) => longestAccept),
    longestStart: most(({ longestStart }) => longestStart),
    longestWaking: most(({ longestWaking }) => longestWaking),
    lateness: { p50: delayAt(lateness, 0.5), p99: delayAt(lateness, 0.99), max: delayAt(lateness, 1) },
  };
}

interface ShardOutcome {
  arrived: number;
  sentAll: number;
  stopped: number;
  waiting: number;
  due: number;
  mails: number;
  late: number;
  kept: number;
  open: number;
  largestBurst: number;
  longestBurst: number;
  longestAccept: number;
  longestStart: number;
  longestWaking: number;
  lateness: readonly Delays[];
}

/** Mails per second of one shard, by whatever gives way first. */
export function mailRate({ mailsPerSecond, wakesPerSecond }: Constants, shard: Shard): number {
  const processes = shard.burstLane ? Math.min(shard.workers, MOST_LANES) : shard.workers;
  const connections =
    shard.secondsPerMail > 0 ? (processes * shard.connections) / shard.secondsPerMail : Number.POSITIVE_INFINITY;
  return Math.min(processes * mailsPerSecond, connections, shard.burstLane ? Number.POSITIVE_INFINITY : wakesPerSecond);
}

function playShard(constants: Constants, shard: Shard, load: Load, dayRuns: readonly number[]): ShardOutcome {
  const { ladderDays, paidBefore, zones, importMinutes } = load;
  const perSecond = mailRate(constants, shard);
  const watchedFrom = (load.days - WATCHED_DAYS) * DAY_MINUTES;
  const [accepting, starting, sending, waking] = [
    new Fifo<null>(),
    new Fifo<null>(),
    new Fifo<Due>(),
    new Fifo<null>(),
  ];
  const agenda = new Map<number, Event[]>();
  const wakeUps = new Map<number, { count: number; since: number }[]>();
  const cohorts: Cohort[] = [];
  const lateness: Delays[] = [];
  const mailsOf = dayRuns.map(() => 0);
  /** Due, and not started yet. */
  let unstarted: Due[] = [];
  let [arrived, started, stopped, sentAll, due, mails] = [0, 0, 0, 0, 0, 0];
  let [largestBurst, longestBurst, longestAccept, longestStart, longestWaking] = [0, 0, 0, 0, 0];

  const plan = (tick: number, event: Event): void => {
    agenda.set(tick, [...(agenda.get(tick) ?? []), event]);
  };
  const beginDay = (day: number, runs: number): void => {
    for (const { offsetHours, share } of zones) {
      const cohort: Cohort = { alive: runs * share, arrivedUpTo: arrived + runs, steps: ladderDays.length };
      cohorts.push(cohort);
      let before = (day + 1) * DAY_MINUTES;
      for (const [step, days] of ladderDays.entries()) {
        const tick = (day + days) * DAY_MINUTES + (DUE_HOUR - offsetHours) * 60;
        const event = { cohort, step, dueAt: tick * MINUTE };
        plan(Math.floor((before + tick) / 2), { ...event, kind: 'PAID' });
        plan(tick, { ...event, kind: 'DUE' });
        before = tick;
      }
    }
  };
  const wake = (tick: number, count: number, since: number): void => {
    wakeUps.set(tick, [...(wakeUps.get(tick) ?? []), { count, since }]);
  };

  for (let tick = 0; tick < load.days * DAY_MINUTES; tick += 1) {
    const [now, end] = [tick * MINUTE, (tick + 1) * MINUTE];
    const watched = tick >= watchedFrom;
    const day = Math.floor(tick / DAY_MINUTES);
    const runs = dayRuns[day] ?? 0;
    if (tick % DAY_MINUTES === 0) beginDay(day, runs);
    if (tick % DAY_MINUTES < importMinutes) {
      arrived += runs / importMinutes;
      accepting.push(runs / importMinutes, now, null);
    }

    let burst = 0;
    for (const event of agenda.get(tick) ?? []) {
      const { cohort, step, dueAt } = event;
      if (event.kind === 'PAID') {
        const paid = cohort.alive * (paidBefore[step] ?? 0);
        cohort.alive -= paid;
        stopped += paid;
        wake(tick, paid, now);
        continue;
      }
      due += cohort.alive;
      burst += cohort.alive;
      if (shard.burstLane) {
        for (let minute = 0; minute < WAKE_OVER; minute += 1) {
          wake(tick + WAKE_FROM + minute, cohort.alive / WAKE_OVER, now);
        }
      }
      unstarted.push({ cohort, step, dueAt });
    }
    agenda.delete(tick);
    for (const { count, since } of wakeUps.get(tick) ?? []) waking.push(count, since, null);
    wakeUps.delete(tick);
    if (watched) largestBurst = Math.max(largestBurst, burst);

    accepting.serve(now, end, constants.acceptsPerSecond, (_, delays) => {
      starting.push(delays.count, now, null);
      if (watched) longestAccept = Math.max(longestAccept, delays.to);
    });
    // What wakes goes before what is started: both are the engine's time.
    const free = waking.serve(now, end, constants.wakesPerSecond, (_, { to }) => {
      if (watched) longestWaking = Math.max(longestWaking, to);
    });
    starting.serve(free, end, constants.startsPerSecond, (_, { count, to }) => {
      started += count;
      if (watched) longestStart = Math.max(longestStart, to);
    });

    const ready = unstarted.filter(({ cohort }) => started >= cohort.arrivedUpTo * (1 - 1e-9));
    if (ready.length > 0) {
      unstarted = unstarted.filter((one) => !ready.includes(one));
      for (const one of ready) sending.push(one.cohort.alive, one.dueAt, one);
    }
    sending.serve(now, end, perSecond, ({ cohort, step }, delays) => {
      mails += delays.count;
      mailsOf[day] = (mailsOf[day] ?? 0) + delays.count;
      if (step === cohort.steps - 1) {
        cohort.alive -= delays.count;
        sentAll += delays.count;
      }
      if (!watched) return;
      lateness.push(delays);
      longestBurst = Math.max(longestBurst, delays.to);
    });
  }
  const waiting = cohorts.reduce((sum, { alive }) => sum + alive, 0);
  const late = sending.length + unstarted.reduce((sum, { cohort }) => sum + cohort.alive, 0);
  return {
    ...{
      arrived,
      sentAll,
      stopped,
      due,
      mails,
      late,
      largestBurst,
      longestBurst,
      longestAccept,
      longestStart,
      longestWaking,
    },
    waiting,
    kept: mailsOf.slice(-load.messageDays).reduce((sum, count) => sum + count, 0),
    // Who was paid before the engine had heard of it was never started.
    open: Math.max(0, Math.min(waiting, started - sentAll - stopped)),
    lateness,
  };
}

/** How long a run waits on average, in days: from its acceptance to its last mail, or to its payment. */
export function meanWaitDays({ ladderDays, paidBefore }: Pick<Load, 'ladderDays' | 'paidBefore'>): number {
  let [left, before, sum] = [1, 0, 0];
  for (const [step, days] of ladderDays.entries()) {
    const paid = left * (paidBefore[step] ?? 0);
    sum += paid * ((before + days) / 2);
    left -= paid;
    before = days;
  }
  return sum + left * before;
}
