import { Refusal, type Problem } from '../../contracts/refusal.js';
import { periodKey } from '../../domain/period.js';
import { scheduleProblems } from '../../domain/schedule.js';
import type { TermSettings } from '../../domain/terms.js';
import type { Period, Variant } from '../../domain/types.js';
import { traitsOf } from '../../domain/variants.js';
import type { DefinitionStatus } from '../../store/actions.js';
import type { WorkflowFields, WorkflowRow } from '../../store/workflows.js';
import type { WorkflowCreate } from '../schemas/workflow.js';
import { withoutNulls } from '../without-nulls.js';
import { BLOCKS, type Block } from './blocks.js';
import { invalid, missing, throwIfAny } from './problems.js';
import { transitionCheck } from './transition-check.js';

/** S-D3; actions go the same ways. */
export const checkTransition = transitionCheck<DefinitionStatus>({
  DRAFT: ['ACTIVE', 'INACTIVE', 'ARCHIVED'],
  ACTIVE: ['INACTIVE', 'ARCHIVED'],
  INACTIVE: ['ACTIVE', 'ARCHIVED'],
  ARCHIVED: [],
});

/** A parsed workflow as it is stored; throws with every problem when it is not whole (S-D1 … D5). */
export function workflowFields(body: WorkflowCreate): WorkflowFields {
  const block = BLOCKS[body.type];
  const config = body[block] ? withoutNulls(body[block]) : null;
  const variant = (config?.variant as Variant | undefined) ?? null;
  const periods = periodsOf(body);
  const problems = [
    ...foreignBlocks(body, block),
    ...foreignSettings(body, variant),
    ...periodProblems(periods, body),
    ...schedule(body),
  ];
  const complete = body.status === 'ACTIVE' || body.status === 'INACTIVE';
  if (complete) problems.push(...completeness(body, block, variant, periods));
  throwIfAny(problems);
  return {
    reference: body.reference,
    name: body.name,
    description: body.description ?? null,
    type: body.type,
    status: body.status,
    variant,
    customer_ids: body.customer_ids ?? [],
    excluded_customer_ids: body.excluded_customer_ids ?? [],
    settings: settingsOf(body),
    schedule: body.schedule ?? null,
    definition: {
      config,
      periods,
      late_policy: body.late_policy ?? 'LATEST',
      // Absent, not null: versions from before there were calendars stay equal to what they were.
      ...(body.calendar ? { calendar: withoutNulls(body.calendar) } : {}),
    },
  };
}

/** What of a workflow's configuration has no effect: kept and given back, but said. */
export function idleConfiguration({ variant, definition }: WorkflowFields): Problem[] {
  const invoice = definition.config ?? {};
  const idle = (field: string, own: Variant): Problem[] =>
    invoice[field] !== undefined && variant !== null && variant !== own
      ? [invalid(`invoice.${field}`, `has no effect: the variant is ${variant}.`)]
      : [];
  return [...idle('overdue', 'OVERDUE'), ...idle('upcoming_payment', 'UPCOMING_PAYMENT_REMINDER')];
}

/** Throws when a body asks for what may not change, or not any more (S-D3, D4). */
export function checkChange(before: WorkflowRow, body: WorkflowCreate): void {
  if (before.status === 'ARCHIVED') throw Refusal.operation('An archived workflow cannot be changed.', 'status');
  if (body.type !== before.type) throw Refusal.invalid('type', 'The type of a workflow never changes.');
  checkTransition(before.status, body.status);
  if (before.status === 'DRAFT') return;
  const block = BLOCKS[before.type];
  const problems: Problem[] = [];
  if (body[block] != null && (body[block].variant ?? null) !== before.variant) {
    problems.push(invalid(`${block}.variant`, 'The variant can only be changed while the workflow is DRAFT.'));
  }
  if (body.reference !== before.reference) {
    problems.push(invalid('reference', 'The reference can only be changed while the workflow is DRAFT.'));
  }
  throwIfAny(problems);
}

/** The workflow as the contract shows it; also what a merge patch is applied to. */
export function workflowBody(row: WorkflowRow): Omit<WorkflowCreate, 'backfill'> {
  return {
    name: row.name,
    description: row.description,
    type: row.type,
    reference: row.reference,
    status: row.status,
    customer_ids: row.customer_ids.length === 0 ? null : row.customer_ids,
    excluded_customer_ids: row.excluded_customer_ids.length === 0 ? null : row.excluded_customer_ids,
    late_policy: row.definition.late_policy,
    calendar: row.definition.calendar ?? null,
    schedule: row.schedule,
    failed_results: (row.settings.failed_results ?? null) as WorkflowCreate['failed_results'],
    rearm_margin: row.settings.rearm_margin ?? null,
    cooldown: row.settings.cooldown ?? null,
    ...(row.definition.config === null ? {} : { [BLOCKS[row.type]]: row.definition.config }),
  };
}

function periodsOf(body: WorkflowCreate): Period[] {
  if (body.type === 'PRICING_PLAN_SUBSCRIPTION') return body.pricing_plan_subscription?.reminder_periods ?? [];
  if (body.type !== 'INVOICE') return [];
  switch (body.invoice?.variant) {
    case 'OVERDUE':
      return body.invoice.overdue?.periods ?? [];
    case 'UPCOMING_PAYMENT_REMINDER':
      return body.invoice.upcoming_payment?.periods ?? [];
    default:
      return [];
  }
}

/** A block of another type is refused: dropping configuration would be worse than an error (S-W3). */
function foreignBlocks(body: WorkflowCreate, own: Block): Problem[] {
  return Object.values(BLOCKS)
    .filter((block) => block !== own && body[block] != null)
    .map((block) => invalid(block, `A workflow of type ${body.type} has no ${block} block.`));
}

/** Which variant reads which setting; on another it would be configuration without effect. */
const SETTINGS = {
  failed_results: 'FAILED_PAYMENT',
  rearm_margin: 'WALLET_BALANCE',
  cooldown: 'WALLET_BALANCE',
} as const satisfies Record<keyof TermSettings, Variant>;

function foreignSettings(body: WorkflowCreate, variant: Variant | null): Problem[] {
  return Object.entries(SETTINGS)
    .filter(([field, own]) => body[field as keyof TermSettings] != null && variant !== null && variant !== own)
    .map(([field, own]) => invalid(field, `applies only to ${own}.`));
}

function schedule({ schedule: given }: WorkflowCreate): Problem[] {
  return given ? scheduleProblems(given).map(({ field, message }) => invalid(`schedule.${field}`, message)) : [];
}

function settingsOf({ failed_results, rearm_margin, cooldown }: WorkflowCreate): Partial<TermSettings> {
  return withoutNulls({ failed_results, rearm_margin, cooldown });
}

function periodProblems(periods: readonly Period[], body: WorkflowCreate): Problem[] {
  const keys = periods.map(periodKey);
  return keys.flatMap((key, index) =>
    keys.indexOf(key) === index
      ? []
      : [invalid(`${periodsPath(body)}[${String(index)}]`, `The period ${key} stands twice.`)],
  );
}

function completeness(
  body: WorkflowCreate,
  block: Block,
  variant: Variant | null,
  periods: readonly Period[],
): Problem[] {
  if (body[block] == null) return [missing(block, `A workflow that is not DRAFT needs its ${block} block.`)];
  if (variant === null) return [missing(`${block}.variant`, 'A workflow that is not DRAFT needs its variant.')];
  if (traitsOf(variant).ladder && periods.length === 0) {
    return [missing(periodsPath(body), `${variant} needs 1–50 periods.`)];
  }
  return variant === 'WALLET_BALANCE' ? walletProblems(body) : [];
}

function walletProblems({ wallet }: WorkflowCreate): Problem[] {
  const balance = wallet?.wallet_balance;
  if (balance?.comparator !== 'LESS_THAN') {
    return [missing('wallet.wallet_balance.comparator', 'WALLET_BALANCE needs the comparator LESS_THAN.')];
  }
  const { percentage, amount, credits } = balance.threshold ?? {};
  const given = [percentage, amount, credits].filter((value) => value != null).length;
  const path = 'wallet.wallet_balance.threshold';
  if (given === 0) return [missing(path, 'The threshold needs one of percentage, amount, credits.')];
  if (given > 1) return [invalid(path, 'The threshold takes only one of percentage, amount, credits.')];
  if (percentage != null && Number(percentage) === 0) return [invalid(`${path}.percentage`, 'must be above 0')];
  return [];
}

function periodsPath(body: WorkflowCreate): string {
  if (body.type === 'PRICING_PLAN_SUBSCRIPTION') return 'pricing_plan_subscription.reminder_periods';
  return body.invoice?.variant === 'OVERDUE' ? 'invoice.overdue.periods' : 'invoice.upcoming_payment.periods';
}
