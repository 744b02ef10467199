import type { z } from 'zod';
import type { RunStatus } from '../../domain/run.js';
import type { Instant } from '../../domain/types.js';
import type { InstanceRow } from '../../store/instances.js';
import type { calledInstance, startedRun } from '../schemas/run-contract.js';

/** What the run contract shows of a run. */
type Instance = Omit<InstanceRow, 'id'>;

/** The contract's five words for our statuses (docs/run-contract.md has the table). `Stopping` is none of them: a stop is at once. */
const WORDS: Record<RunStatus, 'Queued' | 'Processing' | 'Stopped' | 'Finished'> = {
  ACCEPTED: 'Queued',
  WAITING: 'Processing',
  SENDING: 'Processing',
  BLOCKED: 'Processing',
  PAUSED: 'Processing',
  FAILED: 'Processing',
  STOPPED: 'Stopped',
  COMPLETED: 'Finished',
};

export function statusWord(status: RunStatus): (typeof WORDS)[RunStatus] {
  return WORDS[status];
}

/** Our statuses for a word of the contract; none for `Stopping`. */
export function statusesOf(word: string): RunStatus[] {
  return (Object.keys(WORDS) as RunStatus[]).filter((status) => WORDS[status] === word);
}

/** `WF-<definition>-<8 digits>` (S-Z2); the digits are the run's own number. */
export function runName({ number, workflow_number }: Pick<Instance, 'number' | 'workflow_number'>): string {
  return `WF-${String(workflow_number)}-${String(number).padStart(8, '0')}`;
}

/** `YYYY-MM-DD HH:MM:SS UTC`, as the contract's examples of runs have it. */
export function runTime(at: Instant): string {
  return `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** The answer to a call (contract/zuora, WorkflowInstance): exactly these seven, and one of two words. */
export function instanceBody(run: Instance): z.infer<typeof calledInstance> {
  return {
    id: run.number,
    name: runName(run),
    originalWorkflowId: run.workflow_number,
    type: 'Workflow::Instance',
    status: run.status === 'ACCEPTED' ? 'Queued' : 'Processing',
    createdAt: runTime(run.created_at),
    updatedAt: runTime(run.updated_at),
  };
}

/** The same in the words of the quickstart API. */
export function startedBody(run: Instance): z.infer<typeof startedRun> {
  return {
    id: run.number,
    name: runName(run),
    original_workflow_id: run.workflow_number,
    state: 'queued',
    created_time: new Date(run.created_at).toISOString(),
    updated_time: runTime(run.updated_at),
  };
}
