import { bringUpToDate, claimSteps, type Claim, type RouteCheck } from '../../store/claim.js';
import type { Database } from '../../store/database.js';
import type { RunWaits } from '../../domain/waits.js';
import { recordDeliveries, type DeliveryRecord } from '../../store/deliveries.js';

/** The claim of one step. */
export async function claimStep(
  db: Database,
  runId: string,
  stepId: string,
  revision: number,
  routeCheck: RouteCheck = () => null,
  lane?: string,
): Promise<Claim | null> {
  const [claim] = await claimSteps(db, [{ runId, stepId, revision, routeCheck, lane }]);
  return claim?.value ?? null;
}

/** One run, looked at again. */
export async function reviewRun(db: Database, runId: string): Promise<RunWaits | null> {
  const [waits] = await bringUpToDate(db, [runId]);
  return waits?.value ?? null;
}

/** The record of one delivery. */
export async function recordDelivery(
  db: Database,
  id: string,
  fence: number,
  record: DeliveryRecord,
): Promise<boolean> {
  const [recorded] = await recordDeliveries(db, [{ id, fence, record }]);
  return recorded?.value === true;
}
