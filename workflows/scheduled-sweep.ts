import * as wf from '@temporalio/workflow';
import type { SweepInput, SweepProgress } from '../contracts/engine.js';
import { sweepResources } from './activities.js';

/**
 * One firing of a workflow's schedule: looks at all resources, and shows how far it is. Where it stands is in Postgres, so
 * what was interrupted goes on where it ended.
 */
export async function scheduledSweep({ workflowId, firedAt }: SweepInput): Promise<SweepProgress> {
  const { workflowId: engineWorkflowId, firstExecutionRunId: carrier, startTime } = wf.workflowInfo();
  const request = { workflowId, carrier, engineWorkflowId, firedAt: firedAt ?? startTime.getTime() };
  for (;;) {
    const progress = await sweepResources(request);
    const { state, lookedAt, created } = progress;
    wf.setCurrentDetails(`**${state}** · looked at ${String(lookedAt)} resources, made ${String(created)} runs`);
    if (state !== 'MORE') return progress;
    if (wf.workflowInfo().continueAsNewSuggested) {
      await wf.continueAsNew<typeof scheduledSweep>({ workflowId, firedAt: request.firedAt });
    }
  }
}
