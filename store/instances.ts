import type { RunStatus } from '../domain/run.js';
import type { Instant, ResourceType } from '../domain/types.js';
import type { Sql } from './database.js';

/** A run as the run contract knows it (S-Z1). */
export interface InstanceRow {
  id: string;
  number: number;
  workflow_number: number;
  status: RunStatus;
  created_at: Instant;
  updated_at: Instant;
}

const SELECT = `SELECT r.id, r.number, w.number AS workflow_number, r.status, r.created_at, r.updated_at
  FROM runs r JOIN workflows w ON w.id = r.workflow_id WHERE r.platform_id = $1`;

/** By its id or its integer id. */
export function findInstance(sql: Sql, platformId: string, id: string | number): Promise<InstanceRow | null> {
  return sql.row<InstanceRow>(`${SELECT} AND ${typeof id === 'number' ? 'r.number' : 'r.id'} = $2`, [platformId, id]);
}

/** The run contract's words for what becomes of a step (docs/run-contract.md has the table). */
export type TaskStatus = 'Queued' | 'Processing' | 'Pending' | 'Success' | 'Stopped' | 'Error';

/** Of a step `s` of a run `r`. */
export const TASK_STATUS = `CASE
  WHEN s.status = 'DONE' THEN 'Success'
  WHEN s.status = 'FAILED' THEN 'Error'
  WHEN s.status = 'SKIPPED' OR r.status IN ('COMPLETED', 'STOPPED') THEN 'Stopped'
  WHEN EXISTS (SELECT FROM deliveries d
    WHERE d.run_id = s.run_id AND d.step_id = s.id AND d.status IN ('CLAIMED', 'TRANSMITTING')) THEN 'Processing'
  WHEN s.status = 'BLOCKED' OR r.status IN ('PAUSED', 'FAILED') OR r.reason = 'held' THEN 'Pending'
  ELSE 'Queued' END`;

/** A run with what became of its steps. */
export interface InstanceView extends InstanceRow {
  customer_id: string;
  resource_type: ResourceType;
  resource_id: string;
  /** When it ended; null = it goes on. */
  finished_at: Instant | null;
  now: Instant;
  tasks: TaskStatus[];
}

/** `statement_timestamp()`, which is stable: with a volatile function in it a page of the list would read every run. */
export const SELECT_INSTANCES = `
  SELECT * FROM (
    SELECT r.id, r.number, r.platform_id, w.number AS workflow_number, r.customer_id, r.resource_type, r.resource_id, r.status,
      r.created_at, r.updated_at, statement_timestamp() AS now,
      CASE WHEN r.status IN ('COMPLETED', 'STOPPED') THEN r.updated_at END AS finished_at,
      array(SELECT ${TASK_STATUS} FROM run_steps s WHERE s.run_id = r.id) AS tasks
    FROM runs r JOIN workflows w ON w.id = r.workflow_id) AS r`;

export function getInstance(sql: Sql, platformId: string, number: number): Promise<InstanceView | null> {
  return sql.row<InstanceView>(`${SELECT_INSTANCES} WHERE r.platform_id = $1 AND r.number = $2`, [platformId, number]);
}
