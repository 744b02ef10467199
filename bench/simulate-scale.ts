import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { BenchResult } from './result.js';
import { constantsOf, plain } from './scale/constants.js';
import { mailRate, meanWaitDays, simulate, type Load, type Outcome, type Shard } from './scale/model.js';

// `npm run bench:scale`: what 1, 10 and 100 million waiting runs come to, by docs/performance.md. With results.json of a benchmark it
// calculates with what that measured. Prints Markdown.
const file = process.argv[2] ?? fileURLToPath(new URL('results/results.json', import.meta.url));
const results = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { results: BenchResult[] }).results : [];
const constants = constantsOf(results);

/** Invoices of a business with customers in four zones, told in a nightly import; a fifth of those that are left pays before each step. */
const LOAD: Omit<Load, 'runsPerDay'> = {
  seed: 1,
  days: 130,
  variation: 0.2,
  importMinutes: 120,
  ladderDays: [7, 15, 30],
  paidBefore: [0.2, 0.2, 0.2],
  zones: [
    { offsetHours: 1, share: 0.5 },
    { offsetHours: 0, share: 0.2 },
    { offsetHours: -5, share: 0.2 },
    { offsetHours: 8, share: 0.1 },
  ],
  platforms: 2_000,
  skew: 0.7,
  messageDays: 90,
};
const SHARD: Shard = { workers: 8, connections: 20, secondsPerMail: 0.1, burstLane: true };
const PLAYED: readonly { waiting: number; shards: readonly number[] }[] = [
  { waiting: 1e6, shards: [1] },
  { waiting: 1e7, shards: [1, 4] },
  { waiting: 1e8, shards: [1, 4, 16, 64] },
];

const BEHIND = 'falls behind';
const count = (value: number): string => value.toLocaleString('en', { maximumSignificantDigits: 3 });
const bytes = (value: number): string => (value >= 1e12 ? `${count(value / 1e12)} TB` : `${count(value / 1e9)} GB`);

function time(seconds: number): string {
  if (seconds < 0.1) return '0';
  if (seconds < 120) return `${count(seconds)} s`;
  if (seconds < 7_200) return `${count(seconds / 60)} min`;
  return seconds < 172_800 ? `${count(seconds / 3_600)} h` : `${count(seconds / 86_400)} d`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

const played = PLAYED.flatMap(({ waiting, shards }) =>
  [
    ...shards.map((number) => ({ number, shard: SHARD })),
    // What the burst lane is for.
    ...(waiting === 1e6 ? [{ number: 1, shard: { ...SHARD, burstLane: false } }] : []),
  ].map(({ number, shard }) => {
    const runsPerDay = waiting / meanWaitDays(LOAD);
    return {
      waiting,
      runsPerDay,
      number,
      shard,
      outcome: simulate(plain(constants), shard, { ...LOAD, runsPerDay }, number),
    };
  }),
);
const named = (own: { waiting: number; number: number; shard: Shard }): string[] => [
  `${count(own.waiting / 1e6)} M`,
  `${String(own.number)}${own.shard.burstLane ? '' : ', lane off'}`,
];
/** More than a day's mails late: what is measured of the few that went says nothing. */
const behind = ({ totals: { late, due } }: Outcome): boolean => late > due / LOAD.days;
const total = ({ bytes: stored }: Outcome): number => stored.waiting + stored.finished + stored.messages;

console.log(
  [
    table(
      ['constant', 'value', 'source'],
      Object.entries(constants).map(([name, { value, source }]) => [name, count(value), source]),
    ),
    `\nOf one shard: ${count(mailRate(plain(constants), SHARD))} mails/s.\n`,
    table(
      ['waiting', 'shards', 'runs a day', 'PostgreSQL: waiting', 'finished', 'messages', 'in all', 'Temporal, open'],
      played.map((own) => [
        ...named(own),
        count(own.runsPerDay),
        ...(behind(own.outcome)
          ? Array.from({ length: 5 }, () => BEHIND)
          : [
              own.outcome.bytes.waiting,
              own.outcome.bytes.finished,
              own.outcome.bytes.messages,
              total(own.outcome),
              own.outcome.bytes.engine,
            ].map(bytes)),
      ]),
    ),
    '',
    table(
      [
        'waiting',
        'shards',
        'accepted within',
        'started within',
        'largest burst of a shard',
        'sent within',
        'lateness p50',
        'p99',
        'woken within',
      ],
      played.map((own) => [
        ...named(own),
        time(own.outcome.longestAccept),
        behind(own.outcome) ? BEHIND : time(own.outcome.longestStart),
        count(own.outcome.largestBurst),
        ...[
          own.outcome.longestBurst,
          own.outcome.lateness.p50,
          own.outcome.lateness.p99,
          own.outcome.longestWaking,
        ].map((value) => (behind(own.outcome) ? BEHIND : time(value))),
      ]),
    ),
  ].join('\n'),
);
