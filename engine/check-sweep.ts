import { ScheduleNotFoundError, ScheduleOverlapPolicy, type Client } from '@temporalio/client';
import type { Database } from '../store/database.js';
import { stopPass } from '../store/passes.js';
import type { OpenSweep } from '../store/sweep.js';
import { isNotFound } from './answers.js';
import { scheduleId } from './schedules.js';

/**
 * Of a sweep that has not ended, as far as Postgres knows: is its execution still there? What people ended is stopped; what the
 * engine has lost is begun anew by its schedule, which has been made again before, and takes this one's place.
 */
export async function checkSweep(db: Database, client: Client, sweep: OpenSweep): Promise<void> {
  const state = await stateOf(client, sweep.engine_workflow_id);
  if (state === 'OPEN') return;
  if (state === 'NOT_FOUND' && (await beginAnew(client, sweep))) return;
  await stopPass(db, sweep);
}

async function stateOf(client: Client, engineWorkflowId: string): Promise<'OPEN' | 'CLOSED' | 'NOT_FOUND'> {
  try {
    const { status } = await client.workflow.getHandle(engineWorkflowId).describe();
    return status.name === 'RUNNING' || status.name === 'PAUSED' ? 'OPEN' : 'CLOSED';
  } catch (error) {
    if (isNotFound(error)) return 'NOT_FOUND';
    throw error;
  }
}

/** Nothing begins where a sweep is going on: that one takes the place. false = the engine has no such schedule. */
async function beginAnew(client: Client, { platform_id, workflow_id }: OpenSweep): Promise<boolean> {
  try {
    await client.schedule.getHandle(scheduleId(platform_id, workflow_id)).trigger(ScheduleOverlapPolicy.SKIP);
    return true;
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return false;
    throw error;
  }
}
