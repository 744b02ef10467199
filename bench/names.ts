/** Contestants as they are called in results. */
export const CONTESTANT = {
  lane: 'dunwell burst lane',
  oneByOne: 'dunwell one by one',
  floor: 'temporal floor',
  pgBoss: 'pg-boss',
  graphile: 'graphile-worker',
  bullmq: 'bullmq',
  compose: 'compose and send alone',
} as const;

/** Measures as they are called in results, and what each says. */
export const MEASURE = {
  acceptRate: 'accept rate',
  acceptP50: 'accept p50',
  acceptP99: 'accept p99',
  startingRate: 'accept rate, starts meanwhile',
  startingP50: 'accept p50, starts meanwhile',
  startingP99: 'accept p99, starts meanwhile',
  isolatedP50: 'isolated lateness p50',
  isolatedP99: 'isolated lateness p99',
  isolatedMin: 'isolated lateness min',
  burstTime: 'burst: time to last mail',
  burstRate: 'burst: mails per second',
  burstP50: 'burst: lateness p50',
  burstP99: 'burst: lateness p99',
  burstMax: 'burst: lateness max',
  burstIsolated: 'burst: isolated reminder 3 s later',
  cpuBefore: 'cpu until due',
  cpuDue: 'cpu when due',
  storeBytes: 'bytes per waiting reminder',
  workerMemory: 'worker memory, asleep',
  list: 'list of runs p99, among finished ones',
  explain: 'explain p99, among finished runs',
  claim: 'claim p99, among finished runs',
  events: 'events of a one-step run',
  eventsDelayed: 'events of a one-step run with start delay',
} as const;

/** Stores that hold waiting reminders. */
export const STORE = { postgres: 'Postgres', engine: 'Temporal', valkey: 'Valkey (memory)' } as const;
