import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lastAllowed, nextAllowed, type Calendar } from '../../domain/calendar.js';
import { plan, stepId, type PlanInput, type PlannedStep } from '../../domain/plan.js';
import { replan, type ReplanInput } from '../../domain/replan.js';
import type { PinnedDefinition } from '../../domain/run.js';
import type { Weekday } from '../../domain/types.js';
import { lastAnnouncement } from '../../domain/window.js';
import { DAY, HOUR, entry, periods, t } from './support.js';

/** Zones with an hour, half an hour and a whole day missing, and one whose clock went back over midnight. */
const zones = fc.constantFrom(
  'UTC',
  'America/New_York',
  'Europe/Amsterdam',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'America/St_Johns',
  'Africa/Cairo',
);
/** Around changes of the clock: spring and autumn 2006 and 2026, and the day that Apia skipped. */
const instants = fc
  .tuple(
    fc.constantFrom(...['2006-04-02', '2006-10-29', '2011-12-30', '2026-03-08', '2026-03-29', '2026-10-25'].map(t)),
    fc.oneof(
      fc.integer({ min: -40 * 24, max: 40 * 24 }).map((hours) => hours * HOUR),
      fc.integer({ min: -3 * DAY, max: 3 * DAY }),
    ),
  )
  .map(([day, offset]) => day + offset);
const times = fc.constantFrom('00:00', '00:30', '02:00', '02:15', '02:30', '09:00', '17:45', '20:00', '23:30');
const hours = fc.tuple(times, times).map(([from, to]) => (from === to ? null : { from, to }));
const someDays = fc.option(
  fc.subarray<Weekday>(['MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT', 'SUN'], { minLength: 1 }).filter(hasWorkday),
);
const calendars: fc.Arbitrary<Calendar> = fc
  .record({
    sendAt: fc.option(times),
    weekdays: someDays,
    businessDaysOnly: fc.boolean(),
    holidays: fc.constantFrom(
      { countries: [], dates: [] },
      { countries: ['NL', 'US'], dates: ['2026-03-30', '2011-12-31'] },
    ),
    quietHours: fc.option(hours),
    shift: fc.constantFrom(null, 'NEXT' as const, 'PREVIOUS' as const),
  })
  // A time of day within the quiet hours is refused by the API.
  .map((own) => (own.sendAt === null ? own : { ...own, quietHours: null }));
const ladders = fc.constantFrom(
  periods('7 DAY', '15 DAY', '30 DAY'),
  periods('0 DAY', '1 DAY', '2 DAY', '3 DAY'),
  periods('1 MONTH', '30 DAY', '4 WEEK', '28 DAY', '1 DAY'),
);
const inputs: fc.Arbitrary<PlanInput> = fc.record({
  anchorAt: instants,
  periods: ladders,
  direction: fc.constantFrom(1, -1),
  zone: zones,
  latePolicy: fc.constantFrom('LATEST', 'ALL', 'NONE'),
  calendar: fc.option(calendars),
  now: instants,
});

function hasWorkday(days: readonly Weekday[]): boolean {
  return days.some((day) => day !== 'SAT' && day !== 'SUN');
}

type Rule = (steps: readonly PlannedStep[], input: PlanInput) => boolean;
type Plan = (input: PlanInput) => PlannedStep[];

const holds = (rule: Rule, decide: Plan): fc.IProperty<[PlanInput]> =>
  fc.property(inputs, (input) => rule(decide(input), input));

const goes = ({ skipped }: PlannedStep): boolean => skipped === null;
const forward = ({ calendar: own, direction }: PlanInput): boolean =>
  (own?.shift ?? (direction === 1 ? 'NEXT' : 'PREVIOUS')) === 'NEXT';
const isAllowed = (at: number, { calendar: own, zone }: PlanInput): boolean => nextAllowed(at, own, zone).at === at;

const neverEarly: Rule = (steps, input) =>
  steps.filter(goes).every(({ rawAt, plannedAt }) => !forward(input) || plannedAt >= rawAt);

/** Going back, a step goes early only because its own instant is not allowed. */
const earlyForAReason: Rule = (steps, input) =>
  steps.filter(goes).every(({ rawAt, plannedAt }) => plannedAt >= rawAt || !isAllowed(rawAt, input));

const neverBeforeNow: Rule = (steps, { now }) => steps.filter(goes).every(({ plannedAt }) => plannedAt >= now);

const neverOnTheWrongSide: Rule = (steps, { anchorAt, direction }) =>
  steps
    .filter(goes)
    .every(({ rawAt, plannedAt }) =>
      direction === 1 ? plannedAt >= anchorAt : plannedAt < lastAnnouncement(rawAt, anchorAt),
    );

const keepsTheOrder: Rule = (steps) => {
  const going = steps.filter(goes);
  return [steps.map(({ rawAt }) => rawAt), going.map(({ plannedAt }) => plannedAt)].every((own) =>
    own.every((at, index) => index === 0 || (own[index - 1] ?? at) <= at),
  );
};

const oneAtATime: Rule = (steps, { now }) => {
  const onTime = steps.filter(goes).filter(({ late, plannedAt }) => !late && plannedAt > now);
  return onTime.every(
    (step) => steps.filter(goes).filter(({ plannedAt }) => plannedAt === step.plannedAt).length === 1,
  );
};

const onlyAllowed: Rule = (steps, input) => steps.filter(goes).every(({ plannedAt }) => isAllowed(plannedAt, input));

/** Each move begins where the one before ended, from the raw instant to the planned one. */
const tellsTheWay: Rule = (steps) =>
  steps.filter(goes).every(({ rawAt, plannedAt, shifts }) => {
    const way = [rawAt, ...shifts.map(({ to }) => to)];
    const apart = shifts.every(({ reason }, index) => shifts[index - 1]?.reason !== reason);
    return apart && shifts.every(({ from }, index) => from === way[index]) && way.at(-1) === plannedAt;
  });

const lateIsLate: Rule = (steps, { now }) =>
  steps
    .filter(goes)
    .every(({ late, rawAt, shifts }) => (late ? rawAt < now : true) && late === (shifts[0]?.reason === 'late'));

const each =
  (change: (step: PlannedStep, input: PlanInput) => PlannedStep): Plan =>
  (input) =>
    plan(input).map((step) => change(step, input));

const RULES: [string, Rule, Plan][] = [
  ['no step goes early but by PREVIOUS', neverEarly, each((step) => ({ ...step, plannedAt: step.rawAt - 1 }))],
  [
    'and then only where its own instant is not allowed',
    earlyForAReason,
    each((step) => ({ ...step, plannedAt: step.rawAt - 1 })),
  ],
  ['no step goes before now', neverBeforeNow, each((step) => ({ ...step, skipped: null, plannedAt: step.rawAt }))],
  [
    'nothing is overdue before it is due, nothing announced after it',
    neverOnTheWrongSide,
    each((step, { anchorAt, direction }) => ({ ...step, plannedAt: anchorAt - direction * 2 * DAY })),
  ],
  ['steps stand and go in the order of the ladder', keepsTheOrder, (input) => plan(input).toReversed()],
  [
    'a step on time goes alone',
    oneAtATime,
    each((step, { now }) => ({ ...step, skipped: null, late: false, plannedAt: now + DAY })),
  ],
  ['every planned instant is allowed by the calendar', onlyAllowed, (input) => plan({ ...input, calendar: null })],
  [
    'the moves lead from the raw instant to the planned one',
    tellsTheWay,
    each((step) => ({ ...step, shifts: step.shifts.slice(1) })),
  ],
  [
    'what is late lay in the past and says so',
    lateIsLate,
    each((step) => ({ ...step, late: step.rawAt !== step.plannedAt })),
  ],
];

describe.each(RULES)('any plan: %s', (_, rule, wrong) => {
  it('holds', () => {
    fc.assert(holds(rule, plan), { numRuns: 400 });
  });
  it('control: a plan that breaks it is noticed', () => {
    expect(fc.check(holds(rule, wrong), { numRuns: 400, seed: 42 }).failed).toBe(true);
  });
});

describe('any plan', () => {
  it('has the same periods in every zone, merged or not', () => {
    const names = (steps: readonly PlannedStep[]): string[] =>
      steps.flatMap(({ periods: own }) => own.map((period) => stepId([period]))).sort();
    fc.assert(
      fc.property(inputs, zones, (input, zone) => {
        expect(names(plan({ ...input, zone }))).toEqual(names(plan(input)));
      }),
      { numRuns: 200 },
    );
  });

  it('is what the calendar makes of each step where nothing is late', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const early = { ...input, now: input.anchorAt - 500 * DAY };
        for (const { rawAt, plannedAt } of plan(early).filter(goes)) {
          const own = forward(early) ? nextAllowed : lastAllowed;
          const { at } = own(rawAt, early.calendar, early.zone);
          const stopped = early.direction === 1 && at < early.anchorAt;
          expect(plannedAt).toBe(stopped ? nextAllowed(early.anchorAt, early.calendar, early.zone).at : at);
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe('any plan made anew', () => {
  const pinned = (input: PlanInput): PinnedDefinition => ({
    variant: input.direction === 1 ? 'OVERDUE' : 'FREE_TRIAL_REMINDER',
    periods: input.periods,
    latePolicy: input.latePolicy,
    calendar: input.calendar,
    dueDates: 'INSTANT',
    singleStepManual: false,
  });
  const asked = (input: PlanInput): ReplanInput => ({
    ...input,
    pinned: pinned(input),
    type: 'EVENT',
    steps: [],
    actions: [],
    lateStepsAllowed: true,
  });

  it('at the same moment is the same', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const steps = replan(asked(input));
        expect(replan({ ...asked(input), steps })).toEqual(steps);
      }),
      { numRuns: 200 },
    );
  });

  it('is the plan made afresh, while nothing was sent', () => {
    fc.assert(
      fc.property(inputs, instants, (input, anchorAt) => {
        const before = replan(asked(input));
        const afresh = replan(asked({ ...input, anchorAt }));
        const anew = replan({ ...asked({ ...input, anchorAt }), steps: before });
        // Steps that were merged, or are now, stay on as superseded.
        expect(anew.filter(({ id }) => afresh.some((step) => step.id === id))).toEqual(afresh);
      }),
      { numRuns: 200 },
    );
  });

  it('leaves what was sent, and plans the rest within the same rules', () => {
    fc.assert(
      fc.property(inputs, instants, fc.nat(4), (input, anchorAt, place) => {
        const before = replan(asked(input));
        const sent = before[place % before.length];
        const steps = before.map((step) => (step === sent ? { ...step, ledger: [entry('SENT')] } : step));
        const anew = replan({ ...asked({ ...input, anchorAt }), steps });
        expect(anew.find(({ id }) => id === sent?.id)).toMatchObject({
          plannedAt: sent?.plannedAt,
          rawAt: sent?.rawAt,
        });
        for (const step of anew.filter(({ status, id }) => status === 'PLANNED' && id !== sent?.id)) {
          expect(step.plannedAt).toBeGreaterThanOrEqual(input.now);
          expect(isAllowed(step.plannedAt, input)).toBe(true);
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe('the inputs themselves', () => {
  it('reach moves for every reason, steps late, superseded and passed', () => {
    const seen = new Set<string>();
    for (const input of fc.sample(inputs, { numRuns: 1_000, seed: 42 })) {
      for (const { shifts, skipped } of plan(input)) {
        for (const { reason } of shifts) seen.add(reason);
        if (skipped) seen.add(skipped);
      }
    }
    const all = ['late', 'send_at', 'weekday', 'weekend', 'holiday', 'quiet_hours', 'superseded', 'anchor_passed'];
    expect([...seen]).toEqual(expect.arrayContaining(all));
  });
});
