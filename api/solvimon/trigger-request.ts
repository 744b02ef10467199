import { Refusal, type Problem } from '../../contracts/refusal.js';
import type { Period, Variant, WorkflowType } from '../../domain/types.js';
import type { TriggerRequest } from '../../store/triggers.js';
import { covers } from '../permissions.js';
import { notAllowed, type Caller } from '../plugins/auth.js';
import type { TriggerCreate } from '../schemas/workflow-trigger.js';
import { withoutNulls } from '../without-nulls.js';
import { BLOCKS, type Block } from './blocks.js';

const TARGETS = Object.entries(BLOCKS) as [WorkflowType, Block][];

/** What one block says beside its resource. */
interface Occasion {
  user_id?: string | null;
  variant?: Variant | null;
  overdue?: { period?: Period | null } | null;
}

/** Reads a trigger's body: exactly one target, and only the occasion that fits its type (S-M1); MANUAL says whose wish it is. */
export function triggerRequest(body: TriggerCreate, caller: Pick<Caller, 'userId' | 'grant'>): TriggerRequest {
  const [target, ...others] = TARGETS.filter(([, block]) => body[block] != null);
  if (!target) throw Refusal.missing('invoice', `Give one target: ${Object.values(BLOCKS).join(', ')}.`);
  const [first, ...rest] = others.map(([, field]): Problem => ({
    code: 'INVALID_FIELD',
    field,
    message: 'Give only one target.',
  }));
  if (first) throw new Refusal([first, ...rest]);
  const [targetType, block] = target;
  const [used, unused] = body.type === 'MANUAL' ? (['manual', 'event'] as const) : (['event', 'manual'] as const);
  if (body[block]?.[unused] != null) {
    throw Refusal.invalid(`${block}.${unused}`, `A trigger of type ${body.type} uses ${used}.`);
  }
  const occasion: Occasion = body[block]?.[used] ?? {};
  const period = occasion.overdue?.period ?? null;
  if (period !== null && occasion.variant != null && occasion.variant !== 'OVERDUE') {
    throw Refusal.invalid(`${block}.${used}.overdue`, `A ${occasion.variant} trigger has no overdue block.`);
  }
  const given = withoutNulls(body[block] ?? {});
  const wish = body.type === 'MANUAL' ? { user_id: wishedBy(caller, occasion, `${block}.manual.user_id`) } : null;
  const trialEnd = body.pricing_plan_subscription?.trial_end_at;
  return {
    type: body.type,
    workflowId: body.workflow_id ?? null,
    customerId: body.customer_id ?? null,
    // The contract gives a wallet no `manual` block to name it in, and there is only one (S-M8).
    variant: occasion.variant ?? (block === 'wallet' ? 'WALLET_BALANCE' : null),
    targetType,
    resource: resourceOf(body, block),
    subscriptionId: body.pricing_plan_subscription?.pricing_plan_subscription_id ?? null,
    walletTypeId: body.wallet?.wallet_type_id ?? null,
    period,
    trialEndAt: trialEnd == null ? null : Date.parse(trialEnd),
    target: { [block]: wish ? { ...given, manual: { ...wish, ...withoutNulls(occasion) } } : given },
    variantField: `${block}.${used}.variant`,
    periodField: `${block}.${used}.overdue.period`,
  };
}

/** The caller, unless an administrator names somebody else (S-M4). */
function wishedBy(caller: Pick<Caller, 'userId' | 'grant'>, { user_id }: Occasion, field: string): string {
  if (user_id == null || user_id === caller.userId) return caller.userId;
  if (!covers(caller.grant, 'ADMINISTRATOR')) {
    throw notAllowed(field, 'Only an administrator triggers in the name of somebody else.');
  }
  return user_id;
}

function resourceOf(body: TriggerCreate, block: Block): TriggerRequest['resource'] {
  switch (block) {
    case 'invoice':
      return { type: 'INVOICE', id: body.invoice?.invoice_id ?? '', field: 'invoice.invoice_id' };
    case 'pricing_plan_subscription':
      return {
        type: 'PRICING_PLAN_SCHEDULE',
        id: body.pricing_plan_subscription?.pricing_plan_schedule_id ?? '',
        field: 'pricing_plan_subscription.pricing_plan_schedule_id',
      };
    case 'payment':
      return { type: 'PAYMENT', id: body.payment?.payment_id ?? '', field: 'payment.payment_id' };
    case 'wallet':
      return { type: 'WALLET', id: body.wallet?.wallet_id ?? '', field: 'wallet.wallet_id' };
  }
}
