import { CONTESTANT, MEASURE, STORE } from './names.js';

/** What a reader must know about each contestant, and what is unfair about it. */
export const CONTESTANT_NOTES: Readonly<Record<string, string>> = {
  [CONTESTANT.lane]:
    '`dunwell api` and `dunwell worker` as they are built, each a process, asked through HTTP with an API key, with default settings. It does more than the others: it plans a ladder, re-reads facts under locks, keeps a sealed copy of each message. In a burst the runs’ own workflows wake up to some minutes after the last mail; that work is not in its figures.',
  [CONTESTANT.oneByOne]:
    'The same with `BURST_LANE=off` for the worker: each run sends by itself when its workflow wakes.',
  [CONTESTANT.floor]:
    'The least workflow in TypeScript: sleep, then one activity that takes a row, composes, sends and records. No rules, no facts, no retries of its own, nothing to explain. Its accept is a start of the workflow, with no HTTP.',
  [CONTESTANT.pgBoss]:
    'pg-boss 12.27 on the same PostgreSQL, `send` called in its own process with no HTTP, no authentication and one step; 4 workers of 100 jobs, polling every 0.5 s and at once while batches are full. It runs on Node 24, the product on Node 20.',
  [CONTESTANT.graphile]:
    'graphile-worker 0.18 on the same PostgreSQL, `addJob` called in its own process; 100 jobs at a time, a local queue of 500, ends of jobs told in batches. Node 24.',
  [CONTESTANT.bullmq]:
    'BullMQ 6.7 on Valkey 9.1, which keeps all jobs in memory and syncs its log once a second: a power cut loses up to a second of accepts, which the others do not. Its handler still keeps its row in PostgreSQL. Node 24.',
  [CONTESTANT.compose]:
    'The same composer and sender in one process, 32 mails at a time, with no database and nothing to wait for: a bound for what sends from one process.',
};

/** What each measure says, by how its name begins. */
export const MEASURE_NOTES: Readonly<Record<string, string>> = {
  [MEASURE.acceptRate]:
    'Accepts per second, 32 in flight, three-step ladder for Dunwell. Nothing sends meanwhile, and no Temporal runs.',
  [MEASURE.acceptP50]: 'How long one accept takes, as its caller sees it.',
  [MEASURE.startingRate]:
    'The same while a worker starts the accepted runs on a Temporal dev server on the same cores.',
  'isolated lateness':
    'Arrival of the last byte at the mail server minus the due instant, for reminders that are due alone; Dunwell’s and the floor’s lie between each other on one Temporal server.',
  'burst: ':
    'All n are due at one instant and all wait before it; the clock runs from that instant to the last byte of a mail. Each reminder arrived once and none twice, and each is recorded as sent, or the run would have failed.',
  [MEASURE.cpuBefore]:
    'CPU seconds per 1,000 reminders of each process from the first accept until just before the instant; idle time of polling is in it.',
  [MEASURE.cpuDue]:
    'The same from just before the instant to the last mail. `postgres` serves the engine, too, where that is on PostgreSQL.',
  [MEASURE.storeBytes]: `What each store grew by, divided by n. ${STORE.postgres}: all tables with indexes after VACUUM, without the facts. ${STORE.engine}: the dev server’s SQLite file with its log, or all tables of the production server. ${STORE.valkey}: memory of its process.`,
  [MEASURE.workerMemory]: 'Resident memory of the worker’s process with n reminders asleep.',
  'list of runs p': 'GET /v1/workflow-runs?limit=50 through HTTP, the first five pages, one call at a time.',
  'explain p': 'One invoice explained at the database, one call at a time.',
  'claim p': 'The claim transaction of a run that is due, one at a time.',
  events: 'Counted from the history of a run that has sent its mail.',
};
