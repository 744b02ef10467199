import type { z } from 'zod';
import type { Sql } from '../../store/database.js';
import { getWorkflows, type WorkflowRow } from '../../store/workflows.js';
import { iso } from '../schemas/wire.js';
import type { workflow } from '../schemas/workflow.js';
import { workflowBody } from './workflow-fields.js';

/** A workflow as it is answered. */
export function workflowResponse(row: WorkflowRow): z.input<typeof workflow> {
  return {
    object_type: 'WORKFLOW',
    id: row.id,
    number: row.number,
    ...workflowBody(row),
    version: row.version,
    created_at: iso(row.created_at),
    updated_at: iso(row.updated_at),
  };
}

/** The answers for those of the ids that are there, with one statement. For `expand[]`. */
export async function workflowsById(
  sql: Sql,
  platformId: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, object>> {
  const rows = await getWorkflows(sql, platformId, ids);
  return new Map(rows.map((row) => [row.id, workflowResponse(row)]));
}
