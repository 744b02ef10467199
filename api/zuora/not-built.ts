import { z } from 'zod';
import type { ZodApp } from '../context.js';
import type { Permission } from '../permissions.js';
import { workflowErrors } from '../schemas/run-contract.js';
import { RunRefusal } from './refusal.js';

const EXPORTED = z
  .unknown()
  .optional()
  .meta({ examples: [{ workflow: { name: 'Call Echo' }, tasks: [], linkages: [] }] });

/** Operations of the contract that Dunwell does not have (S-Z6): why, and what to use instead. */
const NOT_BUILT: readonly {
  method: 'GET' | 'POST' | 'PUT';
  url: string;
  permission: Permission;
  summary: string;
  body?: z.ZodType;
  title: string;
}[] = [
  {
    method: 'POST',
    url: '/workflows/import',
    permission: 'WORKFLOW.CREATE',
    summary: 'Import a workflow',
    body: EXPORTED,
    title:
      'Dunwell does not import workflows: send the parameters of an export to POST /v1/workflows and /v1/workflow-actions.',
  },
  {
    method: 'POST',
    url: '/workflows/:workflow_id/versions/import',
    permission: 'WORKFLOW.UPDATE',
    summary: 'Import a version of a workflow',
    body: EXPORTED,
    title: 'Dunwell does not import versions: a changed workflow (PATCH /v1/workflows/{id}) has a new one.',
  },
  {
    method: 'PUT',
    url: '/workflows/tasks/batch_update',
    permission: 'WORKFLOW_ACTION.UPDATE',
    summary: 'Update tasks',
    body: z
      .unknown()
      .optional()
      .meta({ examples: [{ data: [{ id: 2771, name: 'If' }] }] }),
    title:
      'Dunwell does not update tasks in bulk: use PATCH /v1/workflow-actions/{id}, and /v1/workflow-runs/{operation}.',
  },
  {
    method: 'POST',
    url: '/workflows/tasks/:task_id/rerun',
    permission: 'WORKFLOW_RUN.UPDATE',
    summary: 'Rerun a task',
    title: 'Dunwell does not rerun tasks by their id: use POST /v1/workflow-runs/{id}/retry.',
  },
  {
    method: 'GET',
    url: '/workflows/metrics.json',
    permission: 'WORKFLOW_RUN.VIEW',
    summary: 'Retrieve task usage',
    title:
      'Dunwell does not count the usage of tasks: runs of a time are listed by GET /workflow_runs?created_after=…&created_before=….',
  },
];

/** Each answers 501, in the contract's shape. */
export function notBuiltRoutes(app: ZodApp): void {
  for (const { method, url, permission, summary, body, title } of NOT_BUILT) {
    app.route({
      method,
      url,
      config: { permission },
      schema: {
        summary,
        description: 'Not built: answers 501, and what to use instead.',
        tags: ['run-contract'],
        ...(body && { body }),
        ...(url.includes(':') && { params: paramsOf(url) }),
        response: { 501: workflowErrors },
      },
      handler: () => {
        throw RunRefusal.errors(501, [title]);
      },
    });
  }
}

function paramsOf(url: string) {
  const [, name = ''] = /:(\w+)/.exec(url) ?? [];
  return z.object({ [name]: z.string().meta({ examples: ['396'] }) });
}
