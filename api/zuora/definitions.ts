import { z } from 'zod';
import {
  definitionOfNumber,
  SELECT_DEFINITIONS,
  versionOfNumber,
  versionsOf,
  type DefinitionRow,
} from '../../store/definitions.js';
import type { Sql } from '../../store/database.js';
import { listPage, type Filter } from '../../store/lists.js';
import type { ApiContext, ZodApp } from '../context.js';
import { platformOf } from '../plugins/auth.js';
import { definition, definitionList, deleted, unknownId, versionList } from '../schemas/definition.js';
import { contractPage, queryFlag } from '../schemas/run-contract-lists.js';
import { workflowErrors } from '../schemas/run-contract.js';
import { changeWorkflow, moved } from '../solvimon/change-workflow.js';
import { getDefinition, lockDefinition } from './definition.js';
import { definitionBody, listedBody, versionBody } from './definition-body.js';
import { readNumber } from './number.js';
import { pageBody } from './page.js';
import { RunRefusal } from './refusal.js';

const tags = ['run-contract'];
const params = z.object({ workflow_id: z.string().meta({ examples: ['396'] }) });
const versionParams = z.object({ version_id: z.string().meta({ examples: ['397'] }) });
const query = z.object({
  callout_trigger: queryFlag.optional(),
  ondemand_trigger: queryFlag.optional(),
  scheduled_trigger: queryFlag.optional(),
  interval: z.string().max(200).optional(),
  name: z.string().max(255).optional(),
  ...contractPage(50),
});

/** `/workflows` and its versions (contract/zuora): definitions, looked at and deleted. */
export function definitionRoutes(app: ZodApp, { db }: Pick<ApiContext, 'db'>): void {
  app.get(
    '/workflows',
    {
      config: { permission: 'WORKFLOW.VIEW' },
      schema: {
        summary: 'List workflows',
        description: 'In order of their ids. `name` is compared whole. Archived ones are deleted for this contract.',
        tags,
        querystring: query,
        response: { 200: definitionList },
      },
    },
    async (request) => {
      const { page, page_length, ...asked } = request.query;
      const filters = [
        { condition: 'platform_id = ?', values: [platformOf(request).id] },
        { condition: `status <> 'ARCHIVED'`, values: [] },
        ...is(`(run_settings ->> 'callout_trigger')::boolean = ?`, asked.callout_trigger),
        ...is(`(run_settings ->> 'ondemand_trigger')::boolean = ?`, asked.ondemand_trigger),
        ...is('(schedule IS NOT NULL) = ?', asked.scheduled_trigger),
        ...is(`schedule ->> 'interval' = ?`, asked.interval),
        ...is('name = ?', asked.name),
      ];
      const by = { page, limit: page_length, orderBy: 'number', descending: false };
      const found = await listPage<DefinitionRow>(db, SELECT_DEFINITIONS, filters, by);
      return pageBody(request, request.query, found, listedBody);
    },
  );

  app.get(
    '/workflows/:workflow_id',
    {
      config: { permission: 'WORKFLOW.VIEW' },
      schema: { summary: 'Get a workflow', tags, params, response: { 200: definition } },
    },
    async (request) => shownDefinition(db, platformOf(request).id, request.params.workflow_id),
  );

  app.delete(
    '/workflows/:workflow_id',
    {
      config: { permission: 'WORKFLOW.UPDATE' },
      schema: {
        summary: 'Delete a workflow',
        description: 'Archives it: open runs stop, and what it sent can still be explained.',
        tags,
        params,
        response: { 200: deleted, 404: unknownId },
      },
    },
    async (request) => {
      const before = await withStrings(request.params.workflow_id, (id) =>
        lockDefinition(request.tx, platformOf(request).id, id),
      );
      await changeWorkflow(request, before, { fields: { ...moved(before, 'ARCHIVED'), schedule: null } });
      return { success: true as const, id: before.number };
    },
  );

  app.get(
    '/workflows/:workflow_id/versions',
    {
      config: { permission: 'WORKFLOW.VIEW' },
      schema: {
        summary: 'List the versions of a workflow',
        description: 'Oldest first. What can be changed without a new version is shown as it is now.',
        tags,
        params,
        response: { 200: versionList },
      },
    },
    async (request) => {
      const row = await getDefinition(db, platformOf(request).id, request.params.workflow_id);
      return { data: (await versionsOf(db, row.id)).map((version) => versionBody(row, version)) };
    },
  );

  // Zuora's older and newer spelling (S-Z1).
  for (const url of ['/versions/:version_id', '/workflows/versions/:version_id'] as const) {
    app.delete(
      url,
      {
        config: { permission: 'WORKFLOW.UPDATE' },
        schema: {
          summary: 'Delete a version of a workflow',
          description:
            'Not built: what a run was pinned to belongs to its evidence. The active version cannot be deleted.',
          tags,
          params: versionParams,
          response: { 403: workflowErrors, 501: workflowErrors },
        },
      },
      async (request) => {
        const { version_id: id } = request.params;
        const number = readNumber(id);
        const version = number === null ? null : await versionOfNumber(request.tx, platformOf(request).id, number);
        if (!version) throw RunRefusal.errors(404, [`There is no workflow version with Id ${id}.`]);
        if (version.newest) throw RunRefusal.errors(403, ['Cannot delete the active version of a workflow.']);
        throw RunRefusal.errors(501, [
          'Dunwell keeps every version: what runs were pinned to belongs to their evidence.',
        ]);
      },
    );
  }
}

/** A workflow as it stands. Throws 404. */
export async function shownDefinition(sql: Sql, platformId: string, id: string) {
  const { number } = await getDefinition(sql, platformId, id);
  const row = await definitionOfNumber(sql, platformId, number);
  if (!row) throw new Error(`Workflow ${String(number)} has gone.`);
  return definitionBody(row);
}

/** The contract's own 404 of changes: texts instead of errors. */
export async function withStrings<Found>(id: string, find: (id: string) => Promise<Found>): Promise<Found> {
  try {
    return await find(id);
  } catch (error) {
    if (!(error instanceof RunRefusal) || error.status !== 404) throw error;
    const text = `Invalid ID / Multiple objects returned - ObjectId: ${id}`;
    throw new RunRefusal(404, { errors: [text] }, text);
  }
}

function is(condition: string, value: unknown): Filter[] {
  return value === undefined ? [] : [{ condition, values: [value] }];
}
