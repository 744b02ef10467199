import { Refusal } from '../../contracts/refusal.js';
import type { ResourceType, Variant } from '../../domain/types.js';
import type { Sql } from '../../store/database.js';
import { isComplete, readResources, type LoadedResource } from '../../store/resources.js';
import { readRunContext } from '../../store/run-context.js';
import type { TrialFacts } from '../context.js';
import type { Permission } from '../permissions.js';
import { mustAllow, type Caller } from '../plugins/auth.js';
import type { TemplateLook } from '../schemas/email-template.js';

interface Named {
  field: 'invoice_id' | 'payment_id' | 'pricing_plan_schedule_id' | 'wallet_id';
  type: ResourceType;
  /** What a mail about it is, unless another variant is asked for. */
  variant: Variant;
  permission: Permission;
}

const RESOURCES: readonly Named[] = [
  { field: 'invoice_id', type: 'INVOICE', variant: 'OVERDUE', permission: 'INVOICE.VIEW' },
  { field: 'payment_id', type: 'PAYMENT', variant: 'FAILED_PAYMENT', permission: 'PAYMENT.VIEW' },
  {
    field: 'pricing_plan_schedule_id',
    type: 'PRICING_PLAN_SCHEDULE',
    variant: 'FREE_TRIAL_REMINDER',
    permission: 'PRICING_PLAN_SCHEDULE.VIEW',
  },
  { field: 'wallet_id', type: 'WALLET', variant: 'WALLET_BALANCE', permission: 'WALLET.VIEW' },
];

/** The facts that a preview names, as a mail of this moment would show them; null = it names none. */
export async function trialFacts(sql: Sql, caller: Caller, look: TemplateLook): Promise<TrialFacts | null> {
  const named = [...RESOURCES.map(({ field }) => field), 'run_id' as const].filter((field) => look[field] != null);
  const [field, second] = named;
  if (second !== undefined) throw Refusal.invalid(second, 'Name one thing only.');
  if (field === undefined) return null;
  const id = look[field] ?? '';
  if (field === 'run_id') return factsOfRun(sql, caller, id);
  const resource = RESOURCES.find((one) => one.field === field);
  if (!resource) throw new Error('Every field names a resource.');
  mustAllow(caller, resource.permission);
  mustAllow(caller, 'CUSTOMER.VIEW');
  const [found] = await readResources(sql, caller.platform.id, resource.type, [id]);
  if (!found?.customer || !isComplete(found)) throw Refusal.notFound(resource.type, id, field);
  return factsOf(found, found.customer, caller, (look.variant as Variant | null | undefined) ?? resource.variant);
}

async function factsOfRun(sql: Sql, caller: Caller, id: string): Promise<TrialFacts> {
  for (const permission of ['WORKFLOW_RUN.VIEW', 'CUSTOMER.VIEW'] as const) mustAllow(caller, permission);
  const loaded = await readRunContext(sql, id);
  if (loaded?.row.platform_id !== caller.platform.id) throw Refusal.notFound('WORKFLOW_RUN', id, 'run_id');
  return loaded;
}

function factsOf(
  { facts, now }: LoadedResource,
  customer: NonNullable<LoadedResource['customer']>,
  { platform }: Caller,
  variant: Variant,
): TrialFacts {
  return {
    context: { now, customer, facts, run: { anchorAt: facts.schedule?.endAt ?? null } },
    row: { zone: customer.timezone ?? platform.timezone, variant, due_dates: platform.due_dates },
  };
}
