import type { RunStatus } from '../domain/run.js';
import type { Instant } from '../domain/types.js';
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
