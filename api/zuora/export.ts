import { z } from 'zod';
import { versionOf } from '../../store/definitions.js';
import type { Sql } from '../../store/database.js';
import { actionTasks } from '../../store/tasks.js';
import type { WorkflowRow } from '../../store/workflows.js';
import type { Variant } from '../../domain/types.js';
import type { ApiContext, ZodApp } from '../context.js';
import { callerOf, mustAllow, platformOf } from '../plugins/auth.js';
import { workflowErrors } from '../schemas/run-contract.js';
import { exported } from '../schemas/task.js';
import { workflowBody } from '../solvimon/workflow-fields.js';
import { withoutNulls } from '../without-nulls.js';
import { getDefinition } from './definition.js';
import { readVersion, versionText } from './definition-body.js';
import { RunRefusal } from './refusal.js';
import { settingsBody } from './settings.js';
import { taskBody } from './task-body.js';

/** `GET /workflows/{workflow_id}/export` (contract/zuora): a version, with what makes it again. */
export function exportRoutes(app: ZodApp, { db }: Pick<ApiContext, 'db'>): void {
  app.get(
    '/workflows/:workflow_id/export',
    {
      config: { permission: 'WORKFLOW.VIEW' },
      schema: {
        summary: 'Export a version of a workflow',
        description:
          '`version` is `0.0.N` or `latest` (default). Every `parameters` is the body of the request that makes the same again. Actions and settings have no versions: they are exported as they are now. Needs WORKFLOW_ACTION.VIEW as well.',
        tags: ['run-contract'],
        params: z.object({ workflow_id: z.string().meta({ examples: ['396'] }) }),
        querystring: z.object({ version: z.string().max(100).optional() }),
        response: { 200: exported, 400: workflowErrors },
      },
    },
    async (request) => {
      const { id: platformId } = platformOf(request);
      const newest = await getDefinition(db, platformId, request.params.workflow_id);
      mustAllow(callerOf(request), 'WORKFLOW_ACTION.VIEW');
      const row = await atVersion(db, newest, request.query.version ?? 'latest');
      const tasks = await actionTasks(db, platformId, row.number);
      return {
        workflow: setup(row),
        tasks: tasks.map((task) => ({ ...taskBody(task), ...UNUSED })),
        linkages: tasks.map(({ number }) => ({
          source_workflow_id: row.number,
          source_task_id: null,
          target_task_id: number,
          linkage_type: 'Start' as const,
        })),
      };
    },
  );
}

/** The workflow as that version defines it. Throws 400 and 404, worded as the contract's examples. */
async function atVersion(sql: Sql, newest: WorkflowRow, text: string): Promise<WorkflowRow> {
  if (text === 'latest') return newest;
  const version = readVersion(text);
  if (version === null) throw RunRefusal.errors(400, [`The input of version '${text}' is invalid.`]);
  const row = await versionOf(sql, newest.id, version);
  if (!row) throw RunRefusal.errors(404, [`Workflow version '${text}' is not found.`], 400);
  const { definition } = row;
  return { ...newest, version, definition, variant: (definition.config?.variant as Variant | undefined) ?? null };
}

function setup(row: WorkflowRow): z.input<typeof exported>['workflow'] {
  return {
    id: row.number,
    name: row.name,
    description: row.description ?? '',
    parameters: { workflow: withoutNulls(workflowBody(row)), settings: { ...settingsBody(row) } },
    data: {},
    original_workflow_id: null,
    type: 'Workflow::Setup',
    ondemand_trigger: row.run_settings.ondemand_trigger,
    callout_trigger: row.run_settings.callout_trigger,
    scheduled_trigger: row.schedule !== null,
    interval: row.schedule?.interval ?? null,
    timezone: row.schedule?.timezone ?? null,
    status: null,
    finished_at: null,
    css: {},
    notifications: {},
    started_at: null,
    call_type: null,
    priority: 'Medium',
    sync_trigger: false,
    delete_ttl: null,
    task_summary: {},
    version: versionText(row.version),
  };
}

/** What an exported task has besides, and Dunwell does not know. */
const UNUSED = {
  task_id: null,
  process_id: null,
  css: {},
  concurrent_limit: 9_999_999 as const,
  iterate_row_reference: null,
  object_batched_reference: null,
  priority: 'Medium' as const,
  assignment: [],
};
