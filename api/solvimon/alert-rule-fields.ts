import type { z } from 'zod';
import { Refusal, type Problem } from '../../contracts/refusal.js';
import type { AlertRuleFields, AlertRuleRow, AlertRuleStatus, AlertType } from '../../store/alert-rules.js';
import type { alertRule, AlertRuleCreate } from '../schemas/alert-rule.js';
import { iso } from '../schemas/wire.js';
import { withoutNulls } from '../without-nulls.js';
import { invalid, missing, throwIfAny } from './problems.js';
import { transitionCheck } from './transition-check.js';

const checkTransition = transitionCheck<AlertRuleStatus>({
  DRAFT: ['ACTIVE', 'ARCHIVED'],
  ACTIVE: ['ARCHIVED'],
  ARCHIVED: [],
});

const BLOCKS = { ENTITLEMENT: 'entitlement', INVOICE: 'invoice' } as const satisfies Record<AlertType, string>;

/** These compare with nothing. */
const ALONE = new Set(['EMPTY', 'NOT_EMPTY']);

/** A parsed rule as it is stored; throws with every problem when it is not whole. A DRAFT may be incomplete, as in S-D1. */
export function alertRuleFields(body: AlertRuleCreate): AlertRuleFields {
  const status = body.status ?? 'DRAFT';
  const config = body[BLOCKS[body.type]];
  const problems = [...foreignBlocks(body.type, body), ...thresholdForms(body)];
  if (status === 'ACTIVE') problems.push(...completeness(body));
  throwIfAny(problems);
  return {
    reference: body.reference,
    name: body.name ?? null,
    description: body.description ?? null,
    type: body.type,
    trigger_type: body.trigger_type ?? null,
    status,
    customer_ids: body.customer_ids ?? [],
    config: config ? withoutNulls(config) : null,
  };
}

/** Throws when a body asks for what may not change, or not any more; as for workflows (S-D3, D4). */
export function checkChange(before: AlertRuleRow, body: AlertRuleCreate): void {
  if (before.status === 'ARCHIVED') throw Refusal.operation('An archived alert rule cannot be changed.', 'status');
  if (body.type !== before.type) throw Refusal.invalid('type', 'The type of an alert rule never changes.');
  checkTransition(before.status, body.status ?? 'DRAFT');
  if (before.status !== 'DRAFT' && body.reference !== before.reference) {
    throw Refusal.invalid('reference', 'The reference can only be changed while the alert rule is DRAFT.');
  }
}

/** The rule as the contract shows it; also what a merge patch is applied to. */
export function alertRuleBody(row: AlertRuleRow): AlertRuleCreate {
  return {
    reference: row.reference,
    name: row.name,
    description: row.description,
    status: row.status,
    customer_ids: row.customer_ids.length === 0 ? null : row.customer_ids,
    type: row.type,
    trigger_type: row.trigger_type,
    ...(row.config === null ? {} : { [BLOCKS[row.type]]: row.config }),
  };
}

export function alertRuleResponse(row: AlertRuleRow): z.input<typeof alertRule> {
  return {
    object_type: 'ALERT_RULE',
    id: row.id,
    ...alertRuleBody(row),
    created_at: iso(row.created_at),
    updated_at: iso(row.updated_at),
  };
}

/** A block of the other type is refused: dropping what was said would be worse than an error (S-W3). */
export function foreignBlocks(
  type: AlertType,
  blocks: { entitlement?: object | null | undefined; invoice?: object | null | undefined },
  path = '',
): Problem[] {
  return Object.values(BLOCKS)
    .filter((block) => block !== BLOCKS[type] && blocks[block] != null)
    .map((block) => invalid(`${path}${block}`, `The type ${type} has no ${block} block.`));
}

function thresholdForms({ entitlement }: AlertRuleCreate): Problem[] {
  return formsOf(entitlement) > 1
    ? [invalid('entitlement.threshold', 'The threshold takes only one of number, percentage, amount.')]
    : [];
}

function formsOf(entitlement: AlertRuleCreate['entitlement']): number {
  const { number, percentage, amount } = entitlement?.threshold ?? {};
  return [number, percentage, amount].filter((form) => form != null).length;
}

/** What an ACTIVE rule lacks. */
function completeness({ type, entitlement, invoice }: AlertRuleCreate): Problem[] {
  const block = BLOCKS[type];
  const comparator = type === 'ENTITLEMENT' ? entitlement?.comparator : invoice?.overdue?.comparator;
  const alone = comparator != null && ALONE.has(comparator);
  const needed: [string, boolean][] =
    type === 'ENTITLEMENT'
      ? [
          ['entitlement.feature_id', entitlement?.feature_id != null],
          ['entitlement.comparator', comparator != null],
          ['entitlement.threshold', alone || formsOf(entitlement) > 0],
        ]
      : [
          ['invoice.variant', invoice?.variant != null],
          ['invoice.overdue.comparator', comparator != null],
          ['invoice.overdue.threshold', alone || invoice?.overdue?.threshold != null],
        ];
  const there = type === 'ENTITLEMENT' ? entitlement : invoice;
  const lacking = there == null ? [block] : needed.flatMap(([field, given]) => (given ? [] : [field]));
  return lacking.map((field) => missing(field, `An ACTIVE alert rule of type ${type} needs ${field}.`));
}
