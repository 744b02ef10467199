import { describe, expect, it } from 'vitest';
import type { Run } from '../../domain/run.js';
import type { Variant } from '../../domain/types.js';
import { waitsOf, type RunWaits } from '../../domain/waits.js';
import { Life, customer, invoiceFacts, periods, t, trialFacts } from './support.js';

function waits({ context, latest }: Life, run: Partial<Run> = {}): RunWaits {
  const { nextStepId, wakeAt } = latest;
  const { now, pinned } = context;
  return waitsOf({
    ...context.run,
    revision: 3,
    nextStepId,
    nextStepAt: wakeAt,
    onTestClock: false,
    variant: pinned.variant,
    now,
    ...run,
  });
}

const amsterdam = customer({ timezone: 'Europe/Amsterdam', name: 'Acme Holding', email: 'ap@acme.example' });

describe('what the engine is told', () => {
  it('names the step, its place and its local time', () => {
    const life = new Life('2026-01-09T10:00', { customer: amsterdam });
    life.sends('2026-01-17T00:00', '7-DAY');
    expect(waits(life)).toMatchObject({
      revision: 3,
      closed: false,
      status: 'WAITING',
      wakeAt: t('2026-01-25T00:00'),
      stepId: '15-DAY',
      due: false,
      summary: 'step 2 of 3: 15 days overdue, 25 Jan 2026 01:00 Europe/Amsterdam',
    });
    expect(waits(life).details).toBe(
      [
        '**WAITING**',
        '',
        '| Step | When, Europe/Amsterdam | Status | Why |',
        '|---|---|---|---|',
        '| 7 days overdue | 17 Jan 2026 01:00 | DONE |  |',
        '| 15 days overdue | 25 Jan 2026 01:00 | PLANNED |  |',
        '| 30 days overdue | 9 Feb 2026 01:00 | PLANNED |  |',
      ].join('\n'),
    );
  });

  it('is due from its instant on, not before', () => {
    const life = new Life('2026-01-09T10:00');
    life.at('2026-01-16T23:59:59.999');
    expect(waits(life).due).toBe(false);
    life.at('2026-01-17T00:00');
    expect(waits(life).due).toBe(true);
  });

  it('tells why a run is blocked and until when', () => {
    const life = new Life('2026-01-17T00:00', { customer: customer({ email: null }) });
    expect(waits(life)).toMatchObject({ status: 'BLOCKED', reason: 'no_recipient', stepId: null });
    expect(waits(life).summary).toBe('BLOCKED: no_recipient until 24 Jan 2026 00:00 UTC');
    expect(waits(life).details).toContain('**BLOCKED** · `no_recipient`: The customer has no usable e-mail address.');
  });

  it('tells why a run ended', () => {
    const life = new Life('2026-01-17T00:00', { facts: invoiceFacts({ paid: true }) });
    expect(waits(life)).toMatchObject({ closed: true, status: 'STOPPED', reason: 'paid', wakeAt: null, due: false });
    expect(waits(life).summary).toBe('STOPPED: paid');
  });

  it('tells a run without a date from one that simply ended', () => {
    expect(waits(new Life('2026-01-09T10:00', { facts: invoiceFacts({ due_date: null }) })).summary).toBe(
      'WAITING: no_anchor',
    );
    expect(waits(new Life('2027-01-09T10:00', { pinned: { latePolicy: 'NONE' } })).summary).toBe('COMPLETED');
  });

  it.each(['ACCEPTED', 'SENDING'] as const)('%s is WAITING for the engine (S-R1)', (status) => {
    const life = new Life('2026-01-09T10:00');
    expect(waits(life, { status })).toMatchObject({ status: 'WAITING', closed: false });
    expect(waits(life, { status }).details).toMatch(/^\*\*WAITING\*\*/);
  });

  it.each<[Variant, string[], string]>([
    ['FREE_TRIAL_REMINDER', ['3 DAY'], '3 days before the trial ends, 8 Feb 2026 00:00 UTC'],
    ['FREE_TRIAL_REMINDER', ['0 DAY'], 'trial ends, 11 Feb 2026 00:00 UTC'],
    ['OVERDUE', ['0 DAY'], 'due today, 11 Feb 2026 00:00 UTC'],
    ['OVERDUE', ['1 MONTH'], '1 month overdue, 11 Mar 2026 00:00 UTC'],
    ['TO_FINAL', [], 'invoice final, 11 Feb 2026 00:00 UTC'],
  ])('%s %j: %s', (variant, own, summary) => {
    const facts = {
      ...trialFacts(t('2026-02-11')),
      invoice: invoiceFacts({ due_date: '2026-02-11T00:00:00Z', updated_to_final_at: '2026-02-11T00:00:00Z' }).invoice,
    };
    const life = new Life('2026-01-09T10:00', { pinned: { variant, periods: periods(...own) }, facts });
    expect(waits(life).summary).toBe(summary);
  });
});
