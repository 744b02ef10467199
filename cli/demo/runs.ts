import type { Client } from './client.js';
import { DemoFailure } from './demo-failure.js';

/** What the demo reads of a run (`GET /v1/workflow-runs`). */
export interface RunBody {
  id: string;
  variant: string;
  resource_id: string;
  timezone: string | null;
  status: string;
  steps: readonly StepBody[];
}

export interface StepBody {
  id: string;
  period: { type: string; value: number } | null;
  planned_at: string;
  status: 'PLANNED' | 'DONE' | 'SKIPPED' | 'BLOCKED' | 'FAILED';
  reason: string | null;
  delivery_ids: readonly string[];
}

/** Every run of the platform, oldest first. */
export async function listRuns(client: Client): Promise<RunBody[]> {
  const page = await client.get<{ data: RunBody[]; links: { next: string | null } }>(
    '/v1/workflow-runs?limit=100&order_direction=asc',
  );
  if (page.links.next !== null) throw new DemoFailure('The demo has more runs than it reads at once (100).');
  return page.data;
}

/** `15 days overdue`, `trial: 7 days left`: short enough for a column. */
export function labelOf({ variant }: Pick<RunBody, 'variant'>, { period }: Pick<StepBody, 'period'>): string {
  if (period === null) return variant === 'TO_FINAL' ? 'invoice final' : variant.toLowerCase();
  const unit = period.type.toLowerCase();
  const length = `${String(period.value)} ${period.value === 1 ? unit : `${unit}s`}`;
  if (variant === 'FREE_TRIAL_REMINDER') return `trial: ${length} left`;
  return period.value === 0 ? 'due today' : `${length} overdue`;
}
