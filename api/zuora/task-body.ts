import type { z } from 'zod';
import { REASONS } from '../../domain/reasons.js';
import type { ResourceType, WorkflowType } from '../../domain/types.js';
import type { ActionTask, StepTask } from '../../store/tasks.js';
import type { OBJECT_WORDS, task } from '../schemas/task.js';
import { isoMs } from '../schemas/wire.js';

type ObjectWord = (typeof OBJECT_WORDS)[number];

/** What the contract calls that which a workflow, or a run, is about. */
export const OBJECTS: Record<ObjectWord, { workflow: WorkflowType; resource: ResourceType }> = {
  Invoice: { workflow: 'INVOICE', resource: 'INVOICE' },
  Payment: { workflow: 'PAYMENT', resource: 'PAYMENT' },
  Subscription: { workflow: 'PRICING_PLAN_SUBSCRIPTION', resource: 'PRICING_PLAN_SCHEDULE' },
  Wallet: { workflow: 'WALLET', resource: 'WALLET' },
};

/** A task in the contract's fields (contract/zuora, Task). */
export function taskBody(row: ActionTask | StepTask): z.input<typeof task> {
  return row.kind === 'ACTION' ? ofAction(row) : ofStep(row);
}

function ofAction(row: ActionTask): z.input<typeof task> {
  const { type, status, description, send_email_to_customer, steps } = row;
  return {
    id: row.number,
    name: row.name,
    instance: false,
    parameters: {
      type,
      status,
      ...(description !== null && { description }),
      ...(send_email_to_customer && { send_email_to_customer }),
      ...(steps && { steps }),
    },
    data: {},
    action_type: 'Email',
    object: wordOf('workflow', row.workflow_type),
    object_id: null,
    call_type: null,
    workflow_id: row.workflow_number,
    status: null,
    start_time: null,
    end_time: null,
    original_task_id: null,
    original_workflow_id: null,
    tags: [],
    error: null,
    error_class: null,
    error_details: null,
  };
}

function ofStep(row: StepTask): z.input<typeof task> {
  const failed = row.status === 'Error' ? row.reason : null;
  return {
    id: row.number,
    name: row.name,
    instance: true,
    parameters: { periods: row.periods },
    data: {
      raw_at: isoMs(row.raw_at),
      planned_at: isoMs(row.planned_at),
      shifts: row.shifts.map((shift) => ({ ...shift, from: isoMs(shift.from), to: isoMs(shift.to) })),
      reason: row.reason,
    },
    action_type: 'Email',
    object: wordOf('resource', row.resource_type),
    object_id: row.resource_id,
    call_type: null,
    workflow_id: row.run_number,
    status: row.status,
    start_time: isoMs(row.started_at),
    end_time: isoMs(row.ended_at),
    original_task_id: row.action_number,
    original_workflow_id: row.workflow_number,
    tags: [],
    error: failed && REASONS[failed],
    error_class: failed,
    error_details: row.status === 'Error' ? row.server_text : null,
  };
}

function wordOf(what: 'workflow' | 'resource', type: string): ObjectWord {
  const found = Object.entries(OBJECTS).find(([, own]) => own[what] === type);
  if (!found) throw new Error(`${type} is nothing that a task is about.`);
  return found[0] as ObjectWord;
}
