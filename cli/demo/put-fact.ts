import type { DunwellClient } from '../../client/client.js';
import { answered } from './answered.js';
import { DemoFailure } from './demo-failure.js';

const PATHS = {
  customers: '/v1/customers/{resourceIdOrReference}',
  invoices: '/v1/invoices/{resourceId}',
  'pricing-plan-subscriptions': '/v1/pricing-plan-subscriptions/{resourceId}',
  'pricing-plan-schedules': '/v1/pricing-plan-schedules/{resourceId}',
} as const;

export type Fact = Readonly<Record<string, unknown>>;

/** Stores one fact of the examples; `kind` is the URL's word for it. */
export async function putFact(client: DunwellClient, kind: string, id: string, body: Fact): Promise<void> {
  if (!Object.hasOwn(PATHS, kind)) throw new DemoFailure(`There are no facts of the kind ${kind}.`);
  // Each path takes one of the two parameters; what the body must be is for the API to say.
  const path = PATHS[kind as keyof typeof PATHS] as (typeof PATHS)['customers'];
  await answered(client.PUT(path, { params: { path: { resourceIdOrReference: id, resourceId: id } }, body } as never));
}
