import { z } from 'zod';
import { getTask, listTasks, type TaskFilter } from '../../store/tasks.js';
import type { ApiContext, ZodApp } from '../context.js';
import { callerOf, mustAllow, platformOf, type Caller } from '../plugins/auth.js';
import { allows } from '../permissions.js';
import { task, taskList, taskQuery } from '../schemas/task.js';
import { readNumber } from './number.js';
import { pageBody } from './page.js';
import { RunRefusal } from './refusal.js';
import { OBJECTS, taskBody } from './task-body.js';

const tags = ['run-contract'];

/** `/workflows/tasks` (contract/zuora): actions of definitions, and steps of runs. */
export function taskRoutes(app: ZodApp, { db }: Pick<ApiContext, 'db'>): void {
  app.get(
    '/workflows/tasks',
    {
      config: { permission: 'WORKFLOW_RUN.VIEW' },
      schema: {
        summary: 'List tasks',
        description:
          'The actions of workflows in order of creation, then the steps of runs, newest run first. `name` is an action’s description, or a step’s id, such as `7-DAY`. Without WORKFLOW_ACTION.VIEW only steps are listed.',
        tags,
        querystring: taskQuery,
        response: { 200: taskList },
      },
    },
    async (request) => {
      const { page, page_length: limit } = request.query;
      const filter = filterOf(request.query, callerOf(request));
      const found = filter
        ? await listTasks(db, platformOf(request).id, filter, { page, limit })
        : { rows: [], hasNext: false };
      return pageBody(request, request.query, found, taskBody);
    },
  );

  app.get(
    '/workflows/tasks/:task_id',
    {
      config: { permission: 'WORKFLOW_RUN.VIEW' },
      schema: {
        summary: 'Get a task',
        description: 'An action needs WORKFLOW_ACTION.VIEW as well.',
        tags,
        params: z.object({ task_id: z.string().meta({ examples: ['2771'] }) }),
        response: { 200: task },
      },
    },
    async (request) => {
      const { task_id: id } = request.params;
      const number = readNumber(id);
      const row = number === null ? null : await getTask(db, platformOf(request).id, number);
      if (!row) throw RunRefusal.errors(404, [`There is no task with Id ${id}.`]);
      if (row.kind === 'ACTION') mustAllow(callerOf(request), 'WORKFLOW_ACTION.VIEW');
      return taskBody(row);
    },
  );
}

/** null = nothing can be found by it: every task is an e-mail, calls no API and has no tags. */
function filterOf(query: z.output<typeof taskQuery>, caller: Caller): TaskFilter | null {
  const { id, name, object, object_id, workflow_id, action_type, call_type } = query;
  if (action_type !== undefined && action_type !== 'Email') return null;
  if (call_type !== undefined || query.tags?.length || query['tags[]']?.length) return null;
  const number = id === undefined ? undefined : readNumber(id);
  const workflowNumber = workflow_id === undefined ? undefined : readNumber(workflow_id);
  if (number === null || workflowNumber === null) return null;
  if (object !== undefined && !Object.hasOwn(OBJECTS, object)) return null;
  if (query.instance === false) mustAllow(caller, 'WORKFLOW_ACTION.VIEW');
  return {
    number,
    name,
    instance: query.instance ?? (allows(caller.grant, 'WORKFLOW_ACTION.VIEW') ? undefined : true),
    object: object === undefined ? undefined : OBJECTS[object as keyof typeof OBJECTS],
    object_id,
    workflow_number: workflowNumber,
  };
}
