import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ResourceFacts } from '../../domain/condition.js';
import type { MatchableWorkflow } from '../../domain/match.js';
import type { Action } from '../../domain/run.js';
import { simulate, type Simulation, type SimulationInput } from '../../domain/simulate.js';
import { DEFAULT_TERMS } from '../../domain/terms.js';
import type { Variant } from '../../domain/types.js';
import {
  action,
  customer,
  DAY,
  invoiceFacts,
  iso,
  ladder,
  Life,
  periods,
  stand,
  t,
  trialFacts,
  walletFacts,
  walletTerms,
} from './support.js';

interface Played {
  from?: string;
  to?: string;
  facts?: ResourceFacts;
  changes?: [string, ResourceFacts][];
  contacts?: SimulationInput['contacts'];
  suppressed?: SimulationInput['suppressed'];
  actions?: Action[];
  variant?: Variant;
  ladder?: string[];
  type?: 'EVENT' | 'MANUAL';
  period?: string;
  email?: string | null;
  timezone?: string;
  latePolicy?: 'LATEST' | 'ALL' | 'NONE';
  workflow?: Partial<MatchableWorkflow>;
  pdf?: SimulationInput['pdf'];
}

function play(played: Played = {}): Simulation {
  const own = played.ladder ?? ['7 DAY', '15 DAY', '30 DAY'];
  const who = customer({
    timezone: played.timezone ?? 'UTC',
    ...(played.email === undefined ? {} : { email: played.email }),
  });
  const variant = played.variant ?? 'OVERDUE';
  const workflow: MatchableWorkflow = {
    id: 'wkfl_1',
    status: 'ACTIVE',
    variant,
    periods: periods(...own),
    customerIds: [],
    excludedCustomerIds: [],
    terms: DEFAULT_TERMS,
    eventTrigger: true,
    ...played.workflow,
  };
  const input: SimulationInput = {
    start: {
      id: 'simulated',
      type: played.type ?? 'EVENT',
      variant,
      period: played.period === undefined ? null : (periods(played.period)[0] ?? null),
      trialEndAt: null,
      lastMailAt: null,
      workflow: { ...workflow, latePolicy: played.latePolicy ?? 'LATEST', calendar: null },
      holds: [],
      terms: workflow.terms,
      platform: { timezone: null, dueDates: 'INSTANT' },
    },
    workflow,
    actions: played.actions ?? [action()],
    contacts: played.contacts ?? [],
    suppressed: played.suppressed ?? [],
    pdf: played.pdf ?? 'NONE',
    facts: [
      { at: t(played.from ?? '2026-01-01'), customer: who, facts: played.facts ?? invoiceFacts() },
      ...(played.changes ?? []).map(([at, facts]) => ({ at: t(at), customer: who, facts })),
    ],
    to: t(played.to ?? '2026-12-31'),
  };
  return simulate(input);
}

const mailsOf = ({ mails }: Simulation): string[] => mails.map(({ step, at }) => `${step.id} ${iso(at) ?? ''}`);

describe('a simulation (S-R5)', () => {
  it('plays the ladder to its end', () => {
    const played = play();
    expect(mailsOf(played)).toEqual([
      '7-DAY 2026-01-17T00:00Z',
      '15-DAY 2026-01-25T00:00Z',
      '30-DAY 2026-02-09T00:00Z',
    ]);
    expect(played.context?.run.status).toBe('COMPLETED');
  });

  it('ends with a fact that changes on the way, also at the very instant of a step', () => {
    const played = play({ changes: [['2026-01-25', invoiceFacts({ paid: true })]] });
    expect(mailsOf(played)).toEqual(['7-DAY 2026-01-17T00:00Z']);
    expect(played.latest && stand(played.latest)).toBe('STOPPED paid');
  });

  it('is reopened by a fact that takes the payment back', () => {
    const played = play({
      changes: [
        ['2026-01-13', invoiceFacts({ paid: true })],
        ['2026-01-19T09:00', invoiceFacts()],
      ],
    });
    expect(mailsOf(played)).toEqual([
      '7-DAY 2026-01-19T09:00Z',
      '15-DAY 2026-01-25T00:00Z',
      '30-DAY 2026-02-09T00:00Z',
    ]);
  });

  it('begins when the facts begin to match, and not before', () => {
    const played = play({
      facts: invoiceFacts({ status: 'DRAFT' }),
      changes: [['2026-01-20T08:00', invoiceFacts()]],
    });
    expect(iso(played.startedAt)).toBe('2026-01-20T08:00Z');
    expect(mailsOf(played)[0]).toBe('7-DAY 2026-01-20T08:00Z');
  });

  it('stops looking at its end', () => {
    const played = play({ to: '2026-01-20' });
    expect(mailsOf(played)).toEqual(['7-DAY 2026-01-17T00:00Z']);
    expect(played.latest && ladder(played.latest)).toEqual([
      '7-DAY DONE',
      '15-DAY PLANNED 2026-01-25T00:00Z',
      '30-DAY PLANNED 2026-02-09T00:00Z',
    ]);
  });

  it.each<[string, Played, string]>([
    ['no action', { actions: [] }, 'no_action'],
    ['no address', { email: null }, 'no_recipient'],
    ['no payment link', { actions: [action('a', { needsPaymentLink: true })] }, 'no_payment_link'],
  ])('sends nothing when there is %s, and says so', (_, played, reason) => {
    const blocked = play({ ...played, to: '2026-01-18' });
    expect(blocked.mails).toEqual([]);
    expect(blocked.context?.run).toMatchObject({ status: 'BLOCKED', reason });
    const over = play(played);
    expect(over.latest && ladder(over.latest)).toEqual([
      '7-DAY SKIPPED delivery_window_passed',
      '15-DAY SKIPPED delivery_window_passed',
      '30-DAY SKIPPED delivery_window_passed',
    ]);
  });

  it('sends what was blocked once a change repairs it, and says what it waited for', () => {
    const link = { pay_invoice_link: { url: 'https://pay.example/1' } };
    const actions = [action('a', { needsPaymentLink: true })];
    const played = play({ actions, changes: [['2026-01-18T10:00', invoiceFacts(link)]] });
    expect(mailsOf(played)[0]).toBe('7-DAY 2026-01-18T10:00Z');
    expect(played.mails.map(({ waitedFor }) => waitedFor)).toEqual(['no_payment_link', null, null]);
  });

  it('sends a mail for each action, and keeps one that waits apart from one that goes', () => {
    const actions = [action('a'), action('b', { needsPaymentLink: true })];
    const played = play({ actions, to: '2026-01-20' });
    expect(played.mails.map(({ actionId }) => actionId)).toEqual(['a']);
    expect(played.context?.run.reason).toBe('no_payment_link');
  });

  it.each<[string, Played, string]>([
    ['a draft invoice', { facts: invoiceFacts({ status: 'DRAFT' }) }, 'not_eligible'],
    ['a paid invoice', { facts: invoiceFacts({ paid: true }) }, 'paid'],
    ['no due date', { facts: invoiceFacts({ due_date: null }) }, 'no_anchor'],
    ['another customer', { workflow: { customerIds: ['cust_2'] } }, 'out_of_scope'],
  ])('has no run for %s', (_, played, code) => {
    const nothing = play(played);
    expect(nothing).toMatchObject({ context: null, mails: [], notMatched: { code } });
  });

  it('has a run by hand whatever the facts say, which ends at once', () => {
    const played = play({ type: 'MANUAL', facts: invoiceFacts({ status: 'DRAFT' }) });
    expect(played.latest && stand(played.latest)).toBe('STOPPED not_eligible');
  });

  it('sends a single step by hand at once', () => {
    expect(mailsOf(play({ type: 'MANUAL', period: '30 DAY' }))).toEqual(['30-DAY 2026-01-01T00:00Z']);
  });

  it('plays trials and wallets, too', () => {
    const trial = play({ variant: 'FREE_TRIAL_REMINDER', ladder: ['3 DAY'], facts: trialFacts(t('2026-02-01')) });
    expect(mailsOf(trial)).toEqual(['3-DAY 2026-01-29T00:00Z']);
    const terms = walletTerms({ amount: { quantity: '10', currency: 'EUR' } });
    const wallet = play({
      variant: 'WALLET_BALANCE',
      ladder: [],
      workflow: { terms },
      facts: walletFacts('50'),
      changes: [['2026-01-05T08:00', walletFacts('5')]],
    });
    expect(mailsOf(wallet)).toEqual(['anchor 2026-01-05T08:00Z']);
  });

  it('is what a life of the run is: the same mails at the same instants, the same ladder', () => {
    const zones = ['UTC', 'Europe/Amsterdam', 'America/New_York', 'Asia/Kathmandu', 'Pacific/Apia'];
    const ladders = [
      ['7 DAY', '15 DAY', '30 DAY'],
      ['0 DAY', '1 WEEK', '2 WEEK'],
      ['28 DAY', '4 WEEK', '1 MONTH'],
    ];
    fc.assert(
      fc.property(
        fc.integer({ min: -40, max: 40 }),
        fc.option(fc.integer({ min: 0, max: 90 * 24 })),
        fc.constantFrom(...zones),
        fc.constantFrom(...ladders),
        fc.constantFrom('LATEST' as const, 'ALL' as const, 'NONE' as const),
        fc.boolean(),
        (offset, paidAfterHours, timezone, own, latePolicy, trial) => {
          const start = t('2026-01-10') + offset * DAY;
          const variant = trial ? 'FREE_TRIAL_REMINDER' : 'OVERDUE';
          const facts = trial ? trialFacts(t('2026-01-10')) : invoiceFacts();
          const over = trial ? trialFacts(t('2026-01-10'), 'CANCELLED') : invoiceFacts({ paid: true });
          const paidAt = paidAfterHours === null ? null : start + paidAfterHours * 3_600_000;
          const played = play({
            from: iso(start) ?? '',
            facts,
            changes: paidAt === null ? [] : [[iso(paidAt) ?? '', over]],
            timezone,
            variant,
            ladder: own,
            latePolicy,
          });

          const life = new Life(iso(start) ?? '', {
            customer: customer({ timezone }),
            facts,
            pinned: { variant, periods: periods(...own), latePolicy },
          });
          const sent: string[] = [];
          let told = paidAt === null;
          for (;;) {
            const { wakeAt, nextStepId } = life.latest;
            if (!told && paidAt !== null && (wakeAt === null || wakeAt >= paidAt)) {
              life.at(new Date(paidAt).toISOString(), { facts: over });
              told = true;
            } else if (wakeAt !== null && nextStepId !== null) {
              life.sends(new Date(wakeAt).toISOString(), nextStepId);
              sent.push(`${nextStepId} ${iso(wakeAt) ?? ''}`);
            } else if (wakeAt !== null) {
              life.at(new Date(wakeAt).toISOString());
            } else break;
          }
          expect(mailsOf(played)).toEqual(sent);
          expect(played.latest && ladder(played.latest)).toEqual(ladder(life.latest));
          expect(played.latest && stand(played.latest)).toBe(stand(life.latest));
        },
      ),
      { numRuns: 300 },
    );
  });
});
