import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextAllowed } from '../../domain/calendar.js';
import { evaluate, isClosed, type Evaluation } from '../../domain/evaluate.js';
import { isSent } from '../../domain/run.js';
import type { LedgerEntry, RunContext, Step } from '../../domain/run.js';
import { directionOf } from '../../domain/variants.js';
import { waitsOf } from '../../domain/waits.js';
import { addPeriod } from '../../domain/zone.js';
import { CUSTOMER_EMAIL, CUSTOMER_NAME, looks, stories, type Decide, type Look, type Story } from './lives.js';
import { DAY, applied, entry } from './support.js';

const isOpen = ({ status }: Step): boolean => status === 'PLANNED' || status === 'BLOCKED';
const isInFlight = ({ ledger }: Step): boolean =>
  ledger.some(({ status }) => status === 'CLAIMED' || status === 'TRANSMITTING');
const wasSent = ({ ledger }: Step): boolean => ledger.some(({ status }) => status === 'SENT' || status === 'IN_DOUBT');

/** What holds after every look at a run; `decide` is there to look again. */
type Rule = (look: Look, decide: Decide) => boolean;

function holds(rule: Rule, decide: Decide): fc.IProperty<[Story]> {
  return fc.property(stories, (story) => looks(story, decide).every((look) => rule(look, decide)));
}

/** A step's place in the ladder as counted from the present anchor. */
function rung({ pinned }: RunContext, { anchorAt, zone }: Evaluation, { periods, rawAt }: Step): number {
  const [first] = periods;
  return first && anchorAt !== null ? addPeriod(anchorAt, first, directionOf(pinned.variant), zone) : rawAt;
}

function isSorted(values: readonly number[]): boolean {
  return values.every((value, index) => index === 0 || (values[index - 1] ?? value) <= value);
}

/** What is written of an evaluation; ledgers are written by the claim. */
function written(evaluation: Evaluation): unknown {
  return { ...evaluation, steps: evaluation.steps.map((step) => ({ ...step, ledger: [] })) };
}

const asksTwice: Rule = ({ context, evaluation }, decide) =>
  isDeepStrictEqual(written(decide(applied(context, evaluation))), written(evaluation));

const closedIsAtRest: Rule = ({ evaluation }) =>
  !isClosed(evaluation.status) ||
  (evaluation.wakeAt === null &&
    evaluation.nextStepId === null &&
    evaluation.steps.every((step) => !isOpen(step) || isInFlight(step)));

const wakesForItsStep: Rule = ({ evaluation: { status, steps, wakeAt, nextStepId } }) => {
  if (nextStepId === null) return status !== 'SENDING';
  const step = steps.find(({ id }) => id === nextStepId);
  return step !== undefined && isOpen(step) && step.plannedAt === wakeAt && ['WAITING', 'SENDING'].includes(status);
};

const looksAgainLater: Rule = ({ context, evaluation: { wakeAt, nextStepId } }) =>
  nextStepId !== null || wakeAt === null || wakeAt > context.now;

/** Only a calendar may move a step back, and only one that goes back (S-T3). */
const goesBack = ({ pinned: { calendar, variant } }: RunContext): boolean =>
  calendar !== null && (calendar.shift ?? (directionOf(variant) === 1 ? 'NEXT' : 'PREVIOUS')) === 'PREVIOUS';

const neverBeforeItsInstant: Rule = ({ context, evaluation: { steps, anchorAt, zone } }) =>
  anchorAt === null ||
  context.pinned.singleStepManual ||
  steps.every(
    (step) =>
      !isOpen(step) ||
      wasSent(step) ||
      step.late ||
      step.plannedAt >= step.rawAt ||
      (goesBack(context) && nextAllowed(step.rawAt, context.pinned.calendar, zone).at !== step.rawAt),
  );

const keepsLadderOrder: Rule = ({ context, evaluation }) => {
  if (evaluation.anchorAt === null || isClosed(evaluation.status)) return true;
  const open = evaluation.steps.filter((step) => isOpen(step) && !isSent(step));
  return (
    isSorted(evaluation.steps.map((step) => rung(context, evaluation, step))) &&
    isSorted(open.map(({ plannedAt }) => plannedAt))
  );
};

const sentStaysSent: Rule = ({ context, evaluation }) =>
  context.run.steps.filter(wasSent).every((before) => {
    const after = evaluation.steps.find(({ id }) => id === before.id);
    if (!after || after.status === 'SKIPPED' || !wasSent(after)) return false;
    return before.status !== 'DONE' || after.status === 'DONE';
  });

/** No lower rung after a higher one (S-T5). */
const neverStepsBack: Rule = ({ context, evaluation }) => {
  if (evaluation.anchorAt === null || isClosed(evaluation.status)) return true;
  const lastSent = evaluation.steps.findLastIndex(wasSent);
  return evaluation.steps.every(
    (step, index) =>
      index >= lastSent || !isOpen(step) || isSent(step) || isInFlight(step) || context.pinned.singleStepManual,
  );
};

/** When the step that is due has gone, no other is due at the same moment; only ALL wants that. */
const oneAtATime: Rule = ({ context, evaluation }, decide) => {
  const { nextStepId, wakeAt, status } = evaluation;
  const isDue = status === 'WAITING' && nextStepId !== null && wakeAt !== null && wakeAt <= context.now;
  if (!isDue || context.pinned.latePolicy === 'ALL') return true;
  const present = applied(context, evaluation);
  const sent = (step: Step): LedgerEntry[] => {
    const others = step.ledger.filter(({ actionId }) => !context.actions.some(({ id }) => id === actionId));
    return [...others, ...context.actions.map(({ id }) => entry('SENT', { actionId: id, sentAt: context.now }))];
  };
  const before = present.run.steps.find(({ id }) => id === nextStepId);
  if (!before || isSent(before)) return true;
  const steps = present.run.steps.map((step) => (step.id === nextStepId ? { ...step, ledger: sent(step) } : step));
  const after = decide({ ...present, run: { ...present.run, steps } });
  return after.nextStepId === null || (after.wakeAt ?? Infinity) > context.now;
};

const tellsNobodysName: Rule = ({ context, evaluation }) => {
  const told = waitsOf({
    ...applied(context, evaluation).run,
    revision: 1,
    nextStepId: evaluation.nextStepId,
    nextStepAt: evaluation.wakeAt,
    onTestClock: false,
    variant: context.pinned.variant,
    now: context.now,
  });
  return ![CUSTOMER_NAME, CUSTOMER_EMAIL].some((personal) => JSON.stringify(told).includes(personal));
};

/** The same decision with something wrong about it. */
const but =
  (spoil: (evaluation: Evaluation, context: RunContext) => Partial<Evaluation>): Decide =>
  (context) => {
    const evaluation = evaluate(context);
    return { ...evaluation, ...spoil(evaluation, context) };
  };
const everyStep = (change: (step: Step, context: RunContext) => Step): Decide =>
  but(({ steps }, context) => ({ steps: steps.map((step) => change(step, context)) }));

const forgetful: Decide = (context) => evaluate({ ...context, run: { ...context.run, anchorAt: null, steps: [] } });
const movesOnEveryLook = but(({ wakeAt }, { now, run }) => ({
  wakeAt: wakeAt === null ? null : now + run.steps.length,
}));

const RULES: [string, Rule, Decide][] = [
  ['asked twice, it answers the same', asksTwice, movesOnEveryLook],
  ['a closed run has nothing to wake for', closedIsAtRest, but(({ wakeAt }, { now }) => ({ wakeAt: wakeAt ?? now }))],
  [
    'it wakes at the instant of the step it names',
    wakesForItsStep,
    but(({ wakeAt }) => ({ wakeAt: (wakeAt ?? 0) - DAY })),
  ],
  [
    'it never looks again at once, over and over',
    looksAgainLater,
    but((_, { now }) => ({ wakeAt: now, nextStepId: null })),
  ],
  [
    'a step is never planned before its own instant',
    neverBeforeItsInstant,
    everyStep((step) => ({ ...step, plannedAt: step.rawAt - 1 })),
  ],
  [
    'steps stand and go in the order of the ladder',
    keepsLadderOrder,
    but(({ steps }) => ({ steps: steps.toReversed() })),
  ],
  ['what was sent stays sent', sentStaysSent, forgetful],
  ['a lower rung never follows a higher one', neverStepsBack, everyStep((step) => ({ ...step, status: 'PLANNED' }))],
  ['no two steps are due at one moment', oneAtATime, everyStep((step, { now }) => ({ ...step, plannedAt: now }))],
];

describe.each(RULES)('along any life of a run: %s', (_, rule, wrong) => {
  it('holds', () => {
    fc.assert(holds(rule, evaluate), { numRuns: 500 });
  });

  it('control: a decision that breaks it is noticed', () => {
    expect(fc.check(holds(rule, wrong), { numRuns: 500, seed: 42 }).failed).toBe(true);
  });
});

describe('along any life of a run: the engine is told no name and no address', () => {
  it('holds', () => {
    fc.assert(holds(tellsNobodysName, evaluate), { numRuns: 500 });
  });

  it('control: a zone that carried one would be noticed', () => {
    const leaks = everyStep((step, { customer }) => ({ ...step, reason: customer.name as Step['reason'] }));
    expect(fc.check(holds(tellsNobodysName, leaks), { seed: 42 }).failed).toBe(true);
  });
});

describe('the lives themselves', () => {
  it('reach every status, and mails that were sent, rejected, in doubt and blocked', () => {
    const seen = new Set<string>();
    for (const story of fc.sample(stories, { numRuns: 1_500, seed: 42 })) {
      for (const { context, evaluation } of looks(story, evaluate)) {
        seen.add(evaluation.status);
        for (const { ledger } of context.run.steps) for (const { status } of ledger) seen.add(status);
      }
    }
    expect([...seen]).toEqual(
      expect.arrayContaining(['WAITING', 'SENDING', 'BLOCKED', 'COMPLETED', 'STOPPED', 'SENT', 'REJECTED', 'IN_DOUBT']),
    );
  });
});
