import { describe, expect, it } from 'vitest';
import { explainRun, type ExplainedRun, type TellableRun } from '../../domain/explain.js';
import type { DeliveryFacts } from '../../domain/explain-step.js';
import { runText } from '../../domain/explain-text.js';
import {
  action,
  customer,
  entry,
  euros,
  invoiceFacts,
  Life,
  paymentFacts,
  periods,
  t,
  trialFacts,
  walletFacts,
  walletTerms,
  type Setting,
} from './support.js';

function tell(life: Life, deliveries: Partial<DeliveryFacts>[] = [], more: Partial<TellableRun> = {}): ExplainedRun {
  const blank = {
    id: 'dlv_1',
    stepId: '7-DAY',
    actionId: 'wact_1',
    reason: null,
    subject: null,
    to: null,
    insteadOf: null,
    reply: null,
  };
  return explainRun({
    id: 'run_1',
    triggerId: 'wtrg_1',
    workflow: { id: 'wkfl_1', reference: 'ladder' },
    resource: { type: 'INVOICE', id: 'inv_1' },
    createdAt: t('2026-01-01'),
    context: life.context,
    nextStepId: life.latest.nextStepId,
    deliveries: deliveries.map((own) => ({
      ...blank,
      status: 'SENT',
      attempts: 1,
      sentAt: null,
      retryAt: null,
      ...own,
    })),
    operations: [],
    holds: [],
    suppressions: [],
    ...more,
  });
}

const amsterdam: Setting = { customer: customer({ timezone: 'Europe/Amsterdam' }), pinned: { dueDates: 'DATE' } };

describe('what a run counts from', () => {
  it.each<[string, Setting, string, RegExp]>([
    [
      'a due date read as a date',
      amsterdam,
      'due_date',
      /^10 Jan 2026 00:00 Europe\/Amsterdam: .*2026-01-10, read as a calendar date \(due_dates: DATE\)/,
    ],
    [
      'a due date as an instant',
      { customer: customer({ timezone: 'Europe/Amsterdam' }) },
      'due_date',
      /^10 Jan 2026 01:00 .*that very instant \(due_dates: INSTANT\)/,
    ],
    [
      'a charge date',
      {
        pinned: { variant: 'UPCOMING_PAYMENT_REMINDER' },
        facts: invoiceFacts({ charge_date: '2026-01-12T00:00:00Z' }),
      },
      'charge_date',
      /^12 Jan/,
    ],
    [
      'a payment without a timestamp',
      {
        pinned: { variant: 'FAILED_PAYMENT', periods: [] },
        facts: paymentFacts({ result: 'REFUSED', timestamp: null }),
      },
      'timestamp',
      /first seen; it has no timestamp/,
    ],
    [
      'a trial trigger’s own end',
      {
        pinned: { variant: 'FREE_TRIAL_REMINDER' },
        facts: trialFacts(t('2026-02-20')),
        run: { trial: { endAt: t('2026-03-01'), scheduleEndAtAcceptance: t('2026-02-20') } },
      },
      'trial_end_at',
      /^1 Mar 2026 .*trial_end_at of the trigger/,
    ],
    [
      'a schedule whose end changed after the trigger',
      {
        pinned: { variant: 'FREE_TRIAL_REMINDER' },
        facts: trialFacts(t('2026-02-25')),
        run: { trial: { endAt: t('2026-03-01'), scheduleEndAtAcceptance: t('2026-02-20') } },
      },
      'end_at',
      /^25 Feb 2026 .*schedule/,
    ],
    [
      'the end of a cooldown',
      {
        pinned: { variant: 'WALLET_BALANCE', periods: [] },
        facts: walletFacts('5'),
        terms: walletTerms(euros('10')),
        run: { occurredAt: t('2026-01-01') },
        lastMailAt: t('2025-12-31T12:00'),
      },
      'cooldown',
      /^1 Jan 2026 12:00 .*cooldown, 1 day after the last mail/,
    ],
  ])('%s', (_, setting, field, text) => {
    const { anchor } = tell(new Life('2026-01-01', setting));
    expect(anchor).toMatchObject({ field, text: expect.stringMatching(text) });
  });

  it('a date that was taken away', () => {
    const life = new Life('2026-01-01');
    life.at('2026-01-02', { facts: invoiceFacts({ due_date: null }) });
    const told = tell(life);
    expect(told.anchor.text).toContain('There is no date to count from');
    expect(told.standing).toEqual(['There is no date to count from.']);
    expect(told.needed).toEqual(['It goes on when the facts have a date to count from again.']);
  });
});

describe('what came of each step', () => {
  it('planned: the raw instant, the final local time, to whom', () => {
    const [first] = tell(new Life('2026-01-01', amsterdam)).steps;
    expect(first).toMatchObject({
      local: '17 Jan 2026 00:00 Europe/Amsterdam',
      why: ['7 days after 10 Jan 2026 00:00 Europe/Amsterdam.'],
      outcome: ['It goes then, to ap@acme.example.'],
    });
  });

  it('late: the shift and why', () => {
    const steps = tell(new Life('2026-01-28T09:00')).steps;
    expect(steps.map(({ why, outcome }) => [...why, ...outcome].slice(1))).toEqual([
      ['Not sent (superseded): A later step of the ladder took its place.'],
      [
        '25 Jan 2026 00:00 had passed when the run was planned: at once, 28 Jan 2026 09:00.',
        'It goes then, to ap@acme.example.',
      ],
      ['It goes then, to ap@acme.example.'],
    ]);
  });

  it.each<[string, Partial<DeliveryFacts>, RegExp]>([
    [
      'sent',
      { sentAt: t('2026-01-17'), to: 'ap@acme.example', subject: 'Hello', reply: { text: '250 ok', byServer: true } },
      /^Sent 17 Jan 2026 00:00 to ap@acme.example: “Hello” \(dlv_1\)\. The server said: 250 ok$/,
    ],
    ['refused', { status: 'REJECTED', reply: { text: '550 no', byServer: true } }, /^Refused .*550 no$/],
    ['in doubt', { status: 'IN_DOUBT' }, /may or may not have arrived/],
    [
      'tried',
      { status: 'PLANNED', attempts: 2, reply: { text: '421 later', byServer: true } },
      /^Tried 2 times so far .*421 later$/,
    ],
  ])('%s', (_, delivery, text) => {
    const life = new Life('2026-01-01');
    life.sends('2026-01-17', '7-DAY');
    expect(tell(life, [delivery]).steps[0]?.outcome[0]).toMatch(text);
  });

  it('sent before the date moved: by the date as it was then', () => {
    const life = new Life('2026-01-01');
    life.sends('2026-01-17', '7-DAY');
    life.at('2026-01-20', { facts: invoiceFacts({ due_date: '2026-02-10T00:00:00Z' }) });
    const [first, second] = tell(life).steps;
    expect(first?.why).toEqual(['7 days after the date as it was then, which gave 17 Jan 2026 00:00 UTC.']);
    expect(second?.why).toEqual(['15 days after 10 Feb 2026 00:00 UTC.']);
  });

  it('asked for by hand', () => {
    const setting: Setting = {
      run: { type: 'MANUAL' },
      pinned: { periods: periods('30 DAY'), singleStepManual: true },
    };
    const [only] = tell(new Life('2026-01-01T09:00', setting)).steps;
    expect(only?.why).toEqual([
      '30 days after 10 Jan 2026 00:00 UTC.',
      'Asked for by hand, so it goes at once: 1 Jan 2026 09:00.',
    ]);
  });
});

describe('where a run stands, and what would have to happen', () => {
  it.each<[string, Partial<Setting>, string]>([
    [
      'held',
      { holds: [{ until: t('2026-02-01') }] },
      'The run is held: it waits for the end of the hold, 1 Feb 2026 00:00.',
    ],
    ['held without end', { holds: [{ until: null }] }, 'The run is held: it waits for somebody to end the hold.'],
    ['paused', { run: { paused: true } }, 'The run is paused: it waits for somebody to resume it.'],
    [
      'held and paused',
      { holds: [{ until: null }], run: { paused: true } },
      'The run is paused: it waits for somebody to resume it.',
    ],
    [
      'of an inactive workflow',
      { workflow: { status: 'INACTIVE' } },
      'The workflow is INACTIVE: it is skipped unless that changes before.',
    ],
    [
      'without an action for the step',
      { actions: [action('a', { steps: periods('15 DAY') })] },
      'No action of the workflow is for this step: it is skipped unless that changes before.',
    ],
  ])('does not say of a step that it goes then while the run is %s', (_, setting, expected) => {
    const told = tell(new Life('2026-01-01', setting));
    expect(told.steps[0]?.outcome).toEqual([expected]);
  });

  it('does not say of a step that it goes then when its date was taken away', () => {
    const life = new Life('2026-01-01');
    life.at('2026-01-02', { facts: invoiceFacts({ due_date: null }) });
    expect(tell(life).steps[0]?.outcome).toEqual(['It waits until there is a date to count from again.']);
  });

  it('a step behind the end of a hold goes then, as if there were none', () => {
    const told = tell(new Life('2026-01-01', { holds: [{ until: t('2026-01-25') }] }));
    expect(told.steps.map(({ outcome }) => outcome[0])).toEqual([
      'The run is held: it waits for the end of the hold, 25 Jan 2026 00:00.',
      'It goes then, to ap@acme.example.',
      'It goes then, to ap@acme.example.',
    ]);
  });

  it('blocked: until when it may still go, and what repairs it', () => {
    const life = new Life('2026-01-01', { actions: [] });
    life.at('2026-01-17');
    expect(tell(life)).toMatchObject({
      standing: [
        'The workflow has no active action.',
        '“7 days overdue” may still go until 24 Jan 2026 00:00; after that it is skipped (delivery_window_passed).',
      ],
      needed: ['It goes as soon as the workflow has an ACTIVE action.'],
    });
  });

  it('due, and taken by nobody yet', () => {
    const life = new Life('2026-01-01');
    life.at('2026-01-17T08:00');
    expect(tell(life).standing[0]).toContain('has been due since 17 Jan 2026 00:00');
  });

  it('stopped by a fact that may be taken back', () => {
    const life = new Life('2026-01-01');
    life.at('2026-01-12', { facts: invoiceFacts({ paid: true }) });
    expect(tell(life)).toMatchObject({
      standing: ['The invoice is paid.', expect.stringContaining('take that back')],
      needed: [],
    });
  });

  it('held and operated on, when that is told', () => {
    const told = tell(new Life('2026-01-01'), [], {
      holds: [{ id: 'hold_1', reason: 'DISPUTE', until: t('2026-02-01'), note: 'wrong amount' }],
      operations: [
        { operation: { kind: 'PAUSE' }, at: t('2026-01-02'), by: 'key_1', note: null, refused: null, pending: false },
        {
          operation: { kind: 'RESUME' },
          at: t('2026-01-03'),
          by: 'key_1',
          note: 'ok',
          refused: 'The run is not paused.',
          pending: false,
        },
      ],
    });
    expect(told.standing.slice(1)).toEqual([
      'It is held until 1 Feb 2026 00:00: DISPUTE, “wrong amount” (hold_1).',
      '2 Jan 2026 00:00: paused by key_1.',
      '3 Jan 2026 00:00: resumed by key_1, “ok”. That was not possible: The run is not paused.',
    ]);
  });

  it.each<[string, string[], string[]]>([
    ['the customer alone', ['ap@acme.example'], ['ap@acme.example']],
    ['a contact, while the customer can be mailed', ['cfo@acme.example'], []],
    ['both', ['ap@acme.example', 'cfo@acme.example'], ['ap@acme.example', 'cfo@acme.example']],
    ['a contact nobody would mail before the first', ['ap@acme.example', 'cto@acme.example'], ['ap@acme.example']],
  ])('suppressed: %s', (_what, suppressed, named) => {
    const contacts = ['cfo@acme.example', 'cto@acme.example'].map((email) => ({
      name: null,
      email,
      invoiceMailOff: false,
    }));
    const life = new Life('2026-01-01', { actions: [action('a', { fallbackToContacts: true })], contacts, suppressed });
    const suppressions = suppressed.map((email) => ({
      email,
      reason: 'MANUAL' as const,
      source: 'API',
      statusCode: null,
      at: t('2026-01-01'),
    }));
    const told = tell(life, [], { suppressions }).standing.filter((text) => text.includes('is suppressed since'));
    expect(told.map((text) => text.split(' ')[0])).toEqual(named);
  });

  it('over, whatever is held now', () => {
    const holds = [{ id: 'hold_1', reason: 'DISPUTE', until: null, note: null }];
    const paid = new Life('2026-01-01');
    paid.at('2026-01-02', { facts: invoiceFacts({ paid: true }) });
    expect(tell(paid, [], { holds }).standing.join(' ')).not.toContain('held');
  });

  it('is at most 100 columns wide', () => {
    const life = new Life('2026-01-01', { ...amsterdam, actions: [action('a', { needsPdf: true })] });
    life.ledger('2026-01-17', '7-DAY', entry('BLOCKED', { actionId: 'a' }));
    const lines = runText(
      tell(life, [{ subject: 'x '.repeat(200), reply: { text: 'y '.repeat(300), byServer: true } }]),
    ).split('\n');
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(100);
  });
});
