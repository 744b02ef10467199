import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import { defineSearchAttributeKey, type SearchAttributeUpdatePair } from '@temporalio/common';
import { SEARCH_ATTRIBUTES } from '../contracts/search-attributes.js';
import type { RunWaits } from '../domain/waits.js';

const STATUS = defineSearchAttributeKey('DunwellStatus', SEARCH_ATTRIBUTES.DunwellStatus);
const REASON = defineSearchAttributeKey('DunwellReason', SEARCH_ATTRIBUTES.DunwellReason);
const NEXT_STEP_AT = defineSearchAttributeKey('DunwellNextStepAt', SEARCH_ATTRIBUTES.DunwellNextStepAt);

/** Shows people where the run stands. At most one upsert, with what differs from `before`; at the start there is nothing to add. */
export function tell(waits: RunWaits, before: RunWaits | null): void {
  setCurrentDetails(waits.details);
  if (!before) return;
  const pairs: SearchAttributeUpdatePair[] = [];
  if (waits.status !== before.status) pairs.push({ key: STATUS, value: waits.status });
  if (waits.reason !== before.reason) pairs.push({ key: REASON, value: waits.reason });
  if (waits.nextStepAt !== before.nextStepAt) {
    pairs.push({ key: NEXT_STEP_AT, value: waits.nextStepAt === null ? null : new Date(waits.nextStepAt) });
  }
  if (pairs.length > 0) upsertSearchAttributes(pairs);
}
