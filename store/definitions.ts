import type { Instant } from '../domain/types.js';
import type { Sql } from './database.js';
import type { WorkflowRow } from './workflows.js';

/** A version of a workflow. What it says never changes. */
export interface VersionRow {
  /** Its integer id (S-Z1). */
  number: number;
  version: number;
  created_at: Instant;
}

/** A workflow as the run contract shows it: with its versions. */
export interface DefinitionRow extends WorkflowRow {
  /** Of the newest version, which is the one that runs begin with. */
  version_number: number;
  /** Those before it, newest first, at most ten. */
  older: VersionRow[];
}

export const SELECT_DEFINITIONS = `
  SELECT * FROM (
    SELECT w.*, v.definition, v.number AS version_number, coalesce((
        SELECT jsonb_agg(jsonb_build_object('number', o.number, 'version', o.version, 'created_at', epoch_ms(o.created_at))
          ORDER BY o.version DESC)
        FROM (SELECT * FROM workflow_versions WHERE workflow_id = w.id AND version < w.version
          ORDER BY version DESC LIMIT 10) AS o), '[]') AS older
    FROM workflows w JOIN workflow_versions v ON v.workflow_id = w.id AND v.version = w.version) AS w`;

export function definitionOfNumber(sql: Sql, platformId: string, number: number): Promise<DefinitionRow | null> {
  return sql.row<DefinitionRow>(`${SELECT_DEFINITIONS} WHERE w.platform_id = $1 AND w.number = $2`, [
    platformId,
    number,
  ]);
}

/** Every version of a workflow, oldest first. */
export function versionsOf(sql: Sql, workflowId: string): Promise<VersionRow[]> {
  return sql.rows<VersionRow>(
    'SELECT number, version, created_at FROM workflow_versions WHERE workflow_id = $1 ORDER BY version',
    [workflowId],
  );
}

/** One version of a workflow; null = there is none. */
export function versionOf(
  sql: Sql,
  workflowId: string,
  version: number,
): Promise<(VersionRow & Pick<WorkflowRow, 'definition'>) | null> {
  return sql.row(
    'SELECT number, version, created_at, definition FROM workflow_versions WHERE workflow_id = $1 AND version = $2',
    [workflowId, version],
  );
}

/** The version of an integer id: whose it is, and whether it is the newest; null = there is none, or its workflow is archived. */
export function versionOfNumber(
  sql: Sql,
  platformId: string,
  number: number,
): Promise<{ workflow_id: string; newest: boolean } | null> {
  return sql.row(
    `SELECT v.workflow_id, v.version = w.version AS newest FROM workflow_versions v JOIN workflows w ON w.id = v.workflow_id
     WHERE v.number = $2 AND w.platform_id = $1 AND w.status <> 'ARCHIVED'`,
    [platformId, number],
  );
}
