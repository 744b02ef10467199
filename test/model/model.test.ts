import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluate } from '../../domain/evaluate.js';
import type { LatePolicy } from '../../domain/plan.js';
import type { RunContext } from '../../domain/run.js';
import { action, iso, periods } from '../domain/support.js';
import { sequences, told, type Sequence } from './commands.js';
import { Real, type Decide } from './real.js';
import { Reference } from './reference.js';

/**
 * Random sequences of facts, operations and moves of the clock, lived by the domain code and by a small reference of the rules:
 * the same mails at the same instants, the same refusals, the same end. `MODEL_RUNS` = how many sequences (3000 unless given);
 * each run begins with another seed, `MODEL_SEED` repeats one, as printed with a failure.
 */
const RUNS = Number(process.env.MODEL_RUNS ?? 3_000);
const SEED = process.env.MODEL_SEED === undefined ? {} : { seed: Number(process.env.MODEL_SEED) };

/** The first difference between the two with the story that led to it, or null. */
function difference({ start, commands }: Sequence, decide: Decide): string | null {
  const real = new Real(start, decide);
  const reference = new Reference(start);
  const story = [`begins ${iso(start.now) ?? ''}: ${JSON.stringify(start)}`];
  const compare = (what: string, ours: unknown, rules: unknown): string | null => {
    if (JSON.stringify(ours) === JSON.stringify(rules)) return null;
    const show = (value: unknown): string => (Array.isArray(value) ? value.join(', ') : String(value));
    return `${story.join('\n')}\n  ${what} by the domain: ${show(ours)}\n  ${what} by the rules:  ${show(rules)}`;
  };
  const differ = (): string | null =>
    compare('mails', real.mails, reference.mails) ??
    compare('status', real.status, reference.status) ??
    compare('outcomes', real.outcomes(), reference.outcomes());
  let found = differ();
  for (const command of commands) {
    if (found) break;
    const before = reference.mails.length;
    const moves = command.kind === 'PASS' || command.kind === 'NEXT';
    const to = moves ? reference.target(command) : null;
    const byRules = reference.do(command);
    const passed = (at: number): true => (real.passTo(at), true);
    const byDomain = to !== null ? passed(to) : real.do(command);
    const mails = reference.mails.slice(before).map((mail) => `; mail ${mail}`);
    const clock = to === null ? '' : ` (to ${iso(to) ?? ''})`;
    story.push(`${told(command)}${clock}: ${byRules ? reference.status : 'refused'}${mails.join('')}`);
    found = compare('accepted', byDomain, byRules) ?? differ();
  }
  return found;
}

const agrees = (decide: Decide): fc.IProperty<[Sequence]> =>
  fc.property(sequences, (sequence) => {
    const found = difference(sequence, decide);
    if (found) throw new Error(`The domain and the rules differ.\n${found}`);
  });

describe('whatever happens to a run', () => {
  it('its mails, refusals and outcomes are those of the rules', { timeout: 600_000 }, () => {
    fc.assert(agrees(evaluate), { numRuns: RUNS, ...SEED });
  });
});

/** The domain's decision with one rule broken. */
const BROKEN: [string, Decide][] = [
  ['mails in spite of a hold', (context) => evaluate({ ...context, holds: [] })],
  ['mails in spite of a pause', (context) => evaluate({ ...context, run: { ...context.run, paused: false } })],
  ['mails for a workflow that is inactive', (context) => evaluate({ ...context, workflow: always('ACTIVE') })],
  [
    'never comes back',
    (context) => evaluate(isEnded(context) ? { ...context, workflow: always('ARCHIVED') } : context),
  ],
  ['counts in UTC', (context) => evaluate({ ...context, customer: { ...context.customer, timezone: 'UTC' } })],
  ['mails two days too late', (context) => evaluate({ ...context, actions: [action('wact_1', LONG)] })],
  ['gives up after a day', (context) => evaluate({ ...context, actions: [action('wact_1', SHORT)] })],
  ['sends every late step', (context) => evaluate(withPolicy(context, 'ALL'))],
  ['drops every late step', (context) => evaluate(withPolicy(context, 'NONE'))],
  ['forgets what an operator skipped', (context) => evaluate({ ...context, run: withoutSkips(context) })],
];

const LONG = { deliveryWindow: periods('9 DAY')[0] ?? null };
const SHORT = { deliveryWindow: periods('1 DAY')[0] ?? null };

function always(status: 'ACTIVE' | 'ARCHIVED'): RunContext['workflow'] {
  return { status, customerIds: [], excludedCustomerIds: [] };
}

function isEnded({ run }: RunContext): boolean {
  return run.status === 'STOPPED';
}

function withPolicy(context: RunContext, latePolicy: LatePolicy): RunContext {
  return { ...context, pinned: { ...context.pinned, latePolicy } };
}

function withoutSkips({ run }: RunContext): RunContext['run'] {
  const steps = run.steps.map((step) => (step.reason === 'skipped_by_operator' ? { ...step, reason: null } : step));
  return { ...run, steps };
}

describe.each(BROKEN)('control: a decision that %s', (_, decide) => {
  it('is noticed', () => {
    expect(fc.check(agrees(decide), { numRuns: 3_000, seed: 42, endOnFailure: true }).failed).toBe(true);
  });
});

describe('the sequences themselves', () => {
  it('reach every standing of a run and every outcome of a step that the rules have here', () => {
    const seen = new Set<string>();
    for (const { start, commands } of fc.sample(sequences, { numRuns: 4_000, seed: 42 })) {
      const run = new Reference(start);
      for (const command of commands) {
        const accepted = run.do(command);
        seen.add(run.status).add(`${command.kind} ${accepted ? 'accepted' : 'refused'}`);
      }
      for (const outcome of run.outcomes()) seen.add(outcome.split(' ')[1] ?? '');
      if (run.mails.length > 3) seen.add('many mails');
    }
    expect([...seen]).toEqual(expect.arrayContaining(REACHED));
  });
});

const REACHED = [
  ...[
    'WAITING',
    'WAITING held',
    'WAITING no_anchor',
    'WAITING not_eligible',
    'BLOCKED no_recipient',
    'BLOCKED on_hold',
  ],
  ...['PAUSED', 'COMPLETED', 'STOPPED paid', 'STOPPED settled', 'STOPPED voided', 'STOPPED archived'],
  ...['STOPPED cancelled', 'STOPPED not_eligible', 'STOPPED workflow_archived', 'STOPPED cancelled_by_operator'],
  ...['open', 'sent', 'superseded', 'late', 'anchor_passed', 'skipped_by_operator', 'period_removed'],
  ...['delivery_window_passed', 'workflow_inactive', 'paid', 'many mails'],
  ...['PAUSE', 'RESUME', 'CANCEL', 'SKIP_STEP', 'SEND_NOW', 'REPLAN'].flatMap((kind) => [
    `${kind} accepted`,
    `${kind} refused`,
  ]),
];
