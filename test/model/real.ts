import { evaluate, type Evaluation } from '../../domain/evaluate.js';
import { operate, type Operation } from '../../domain/operate.js';
import type { RunContext } from '../../domain/run.js';
import type { Instant } from '../../domain/types.js';
import { applied, context, customer, entry, invoiceFacts, iso, trialFacts } from '../domain/support.js';
import type { Command, Start, State } from './commands.js';

export type Decide = (context: RunContext) => Evaluation;

const EUR = (quantity: string): Record<string, unknown> => ({ quantity, currency: 'EUR' });
const INVOICES: Record<State, Record<string, unknown>> = {
  OPEN: {},
  PARTIAL: { payment_status: 'PARTIALLY_PAID', invoice_amount_including_tax: EUR('10'), paid_invoice_amount: EUR('4') },
  PAID: { paid: true },
  SETTLED: { open_invoice_amount: EUR('0.00') },
  VOID: { status: 'VOID' },
  ARCHIVED: { status: 'ARCHIVED' },
  DRAFT: { status: 'DRAFT' },
  ON_HOLD: { on_hold: true },
};
const SUBSCRIPTIONS: Partial<Record<State, string>> = {
  PAID: 'CANCELLED',
  SETTLED: 'CANCELLED',
  VOID: 'VOID',
  ARCHIVED: 'ARCHIVED',
};

/** The real decisions about one run, driven as the store does: every change is looked at, and what is due is sent at once. */
export class Real {
  readonly mails: string[] = [];
  private present: RunContext;
  private latest: Evaluation;
  private due: Instant | null;
  private state: State;
  private readonly start: Start;
  private readonly decide: Decide;

  constructor(start: Start, decide: Decide = evaluate) {
    this.start = start;
    this.decide = decide;
    this.due = start.due;
    this.state = start.state;
    const { single, ladder, latePolicy, dueDates, type } = start;
    this.present = context(iso(start.now) ?? '', {
      run: { type },
      pinned: {
        variant: start.trial ? 'FREE_TRIAL_REMINDER' : 'OVERDUE',
        periods: single ? ladder.slice(0, 1) : ladder,
        latePolicy,
        dueDates,
        singleStepManual: single && type === 'MANUAL',
      },
      customer: customer({ timezone: start.zone }),
      facts: this.facts(),
      holds: start.held ? [{ until: null }] : [],
    });
    this.latest = this.decide(this.present);
    this.present = applied(this.present, this.latest);
    this.send();
  }

  get status(): string {
    const { status, reason, stopReason } = this.latest;
    const why = stopReason ?? reason;
    return why ? `${status} ${why}` : status;
  }

  outcomes(): string[] {
    return this.latest.steps
      .map(({ id, status, reason, plannedAt }) => {
        const open = status === 'PLANNED' || status === 'BLOCKED';
        const end = status === 'DONE' ? 'sent' : (reason ?? status);
        return `${id} ${open ? `open ${new Date(plannedAt).toISOString()}` : end}`;
      })
      .sort();
  }

  /** The clock moves to `to`, stopping wherever the run is to wake. */
  passTo(to: Instant): void {
    for (let stops = 0; ; stops += 1) {
      const { wakeAt } = this.latest;
      if (wakeAt === null || wakeAt > to) break;
      if (stops > 200) throw new Error(`It wakes over and over at ${iso(wakeAt) ?? ''}.`);
      this.look({ now: Math.max(wakeAt, this.present.now) });
    }
    this.look({ now: to });
  }

  /** false = refused. */
  do(command: Command): boolean {
    const { holds, workflow, pinned, now } = this.present;
    switch (command.kind) {
      case 'PASS':
      case 'NEXT':
        throw new Error('Time passes by passTo.');
      case 'DUE':
        this.due = command.at;
        return this.look({ facts: this.facts() });
      case 'STATE':
        this.state = command.state;
        return this.look({ facts: this.facts() });
      case 'ZONE':
        return this.look({ customer: { ...this.present.customer, timezone: command.zone } });
      case 'EMAIL':
        return this.look({
          customer: { ...this.present.customer, email: command.there ? 'ap@acme.example' : null },
        });
      case 'HOLD':
        return this.look({ holds: [...holds, { until: command.ms === null ? null : now + command.ms }] });
      case 'END_HOLD':
        return this.look({ holds: holds.slice(1) });
      case 'WORKFLOW': {
        const status = workflow.status === 'ARCHIVED' ? workflow.status : command.status;
        return this.look({ workflow: { ...workflow, status } });
      }
      case 'REPLAN': {
        const periods = this.start.single ? pinned.periods : command.ladder;
        return this.operate({ kind: 'REPLAN' }, { ...pinned, periods, latePolicy: command.latePolicy });
      }
      default:
        return this.operate(command, null);
    }
  }

  private operate(operation: Operation, newest: RunContext['pinned'] | null): boolean {
    const { terms } = this.present;
    const result = operate(this.present, operation, newest && { pinned: newest, terms });
    if ('refused' in result) return false;
    return this.look(result.context);
  }

  private look(change: Partial<RunContext>): true {
    this.present = { ...this.present, ...change };
    this.latest = this.decide(this.present);
    this.present = applied(this.present, this.latest);
    this.send();
    return true;
  }

  /** What is due goes, one after the other, each claimed and looked at. */
  private send(): void {
    const { nextStepId, wakeAt } = this.latest;
    const { now, run } = this.present;
    if (nextStepId === null || wakeAt === null || wakeAt > now) return;
    if (this.mails.length > 200) throw new Error('It sends over and over.');
    this.mails.push(`${new Date(now).toISOString()} ${nextStepId}`);
    const ledger = [entry('SENT', { sentAt: now })];
    const steps = run.steps.map((step) => (step.id === nextStepId ? { ...step, ledger } : step));
    this.look({ run: { ...run, steps } });
  }

  private facts(): RunContext['facts'] {
    const { due, state } = this;
    if (this.start.trial) {
      return trialFacts(due, SUBSCRIPTIONS[state] ?? 'ACTIVE', state === 'DRAFT' ? 'STANDARD' : 'TRIAL');
    }
    return invoiceFacts({ ...INVOICES[state], due_date: due === null ? null : new Date(due).toISOString() });
  }
}
