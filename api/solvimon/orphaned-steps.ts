import type { Problem } from '../../contracts/refusal.js';
import { periodLabel, samePeriod } from '../../domain/period.js';
import type { ActionRow } from '../../store/actions.js';
import type { Sql } from '../../store/database.js';
import { listPage } from '../../store/lists.js';
import type { WorkflowRow } from '../../store/workflows.js';

/** A change of the periods may leave actions with steps that the workflow has no more: allowed, but said (S-D9). */
export async function orphanedSteps(tx: Sql, { id, definition }: WorkflowRow): Promise<Problem[]> {
  const concerned = [
    { condition: 'workflow_id = ?', values: [id] },
    { condition: `status <> 'ARCHIVED' AND steps IS NOT NULL`, values: [] },
  ];
  const inOrder = { page: 1, limit: 100, orderBy: 'created_at', descending: false };
  const { rows } = await listPage<ActionRow>(tx, 'SELECT * FROM workflow_actions', concerned, inOrder);
  return rows.flatMap((action) =>
    (action.steps ?? [])
      .filter((step) => !definition.periods.some((period) => samePeriod(period, step)))
      .map((step): Problem => {
        const message = `The action ${action.id} is for the step ${periodLabel(step)}, which the workflow has no more.`;
        return { code: 'INVALID_FIELD', field: 'steps', message };
      }),
  );
}
