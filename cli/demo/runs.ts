import type { DunwellClient, Schemas } from '../../client/client.js';
import { answered } from './answered.js';
import { DemoFailure } from './demo-failure.js';

export type RunBody = Schemas['WorkflowRun'];
export type StepBody = RunBody['steps'][number];

/** Every run of the platform, oldest first. */
export async function listRuns(client: DunwellClient): Promise<RunBody[]> {
  const query = { limit: 100, order_direction: 'asc' } as const;
  const page = await answered(client.GET('/v1/workflow-runs', { params: { query } }));
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
