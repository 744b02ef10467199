import type { Sql } from '../../store/database.js';
import { lockWorkflow, workflowOfNumber, type WorkflowRow } from '../../store/workflows.js';
import { readNumber } from './number.js';
import { RunRefusal } from './refusal.js';

/** The workflow of an integer id; what is archived is deleted for this contract. Throws 404. */
export async function getDefinition(sql: Sql, platformId: string, id: string): Promise<WorkflowRow> {
  const number = readNumber(id);
  const row = number === null ? null : await workflowOfNumber(sql, platformId, number);
  if (!row || row.status === 'ARCHIVED') throw RunRefusal.errors(404, [`There is no workflow with Id ${id}.`]);
  return row;
}

/** As `getDefinition`, and nobody else changes it until the transaction ends. */
export async function lockDefinition(tx: Sql, platformId: string, id: string): Promise<WorkflowRow> {
  const { id: own } = await getDefinition(tx, platformId, id);
  const row = await lockWorkflow(tx, platformId, own);
  if (!row || row.status === 'ARCHIVED') throw RunRefusal.errors(404, [`There is no workflow with Id ${id}.`]);
  return row;
}
