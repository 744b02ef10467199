import type { ExplainedResource } from '../domain/explain-text.js';
import type { ResourceType } from '../domain/types.js';
import type { Sql } from './database.js';
import { explainResources, type Named } from './explain-resources.js';
import { getFact } from './facts.js';

/** What somebody asks about. */
export interface Asked {
  kind: ResourceType | 'PRICING_PLAN_SUBSCRIPTION' | 'CUSTOMER';
  id: string;
}

export interface Explained {
  resources: ExplainedResource[];
  /** There are more resources than are shown. */
  truncated: boolean;
}

const MOST_RESOURCES = 20;

/**
 * Everything there is to tell about what is asked for, from Postgres alone; null = it is not there. Of a customer: the resources
 * of these types that have runs, open ones first.
 */
export async function explainAsked(
  sql: Sql,
  platformId: string,
  { kind, id }: Asked,
  types: readonly ResourceType[],
): Promise<Explained | null> {
  switch (kind) {
    case 'CUSTOMER': {
      if (!(await getFact(sql, 'customers', platformId, id))) return null;
      return explain(sql, platformId, await resourcesOfCustomer(sql, platformId, id, types));
    }
    case 'PRICING_PLAN_SUBSCRIPTION': {
      if (!(await getFact(sql, 'pricing_plan_subscriptions', platformId, id))) return null;
      return explain(sql, platformId, await schedulesOf(sql, platformId, id));
    }
    default: {
      const explained = await explain(sql, platformId, [{ type: kind, id }]);
      return explained.resources.length === 0 ? null : explained;
    }
  }
}

async function explain(sql: Sql, platformId: string, named: readonly Named[]): Promise<Explained> {
  return {
    resources: await explainResources(sql, platformId, named.slice(0, MOST_RESOURCES)),
    truncated: named.length > MOST_RESOURCES,
  };
}

function resourcesOfCustomer(
  sql: Sql,
  platformId: string,
  customerId: string,
  types: readonly ResourceType[],
): Promise<Named[]> {
  return sql.rows<Named>(
    `SELECT resource_type AS type, resource_id AS id FROM runs
     WHERE platform_id = $1 AND customer_id = $2 AND resource_type = ANY ($3)
     GROUP BY resource_type, resource_id
     ORDER BY bool_or(status NOT IN ('COMPLETED', 'STOPPED')) DESC, max(created_at) DESC, resource_id
     LIMIT ${String(MOST_RESOURCES + 1)}`,
    [platformId, customerId, types],
  );
}

function schedulesOf(sql: Sql, platformId: string, subscriptionId: string): Promise<Named[]> {
  return sql.rows<Named>(
    `SELECT 'PRICING_PLAN_SCHEDULE' AS type, id FROM pricing_plan_schedules
     WHERE platform_id = $1 AND pricing_plan_subscription_id = $2 AND body IS NOT NULL
     ORDER BY created_at DESC, id LIMIT ${String(MOST_RESOURCES + 1)}`,
    [platformId, subscriptionId],
  );
}
