import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { at } from '../../store/database.js';
import {
  findInstance,
  getInstance,
  SELECT_INSTANCES,
  type InstanceView,
  type TaskStatus,
} from '../../store/instances.js';
import { listPage, type Filter } from '../../store/lists.js';
import { RunEnds } from '../../store/run-ends.js';
import { performOperation } from '../../store/operations.js';
import type { ApiContext, ZodApp } from '../context.js';
import { callerOf, platformOf } from '../plugins/auth.js';
import { instance, instanceList, instanceQuery, stopped } from '../schemas/instance.js';
import { runName, runTime, statusesOf, statusWord } from './instance.js';
import { readNumber } from './number.js';
import { pageBody } from './page.js';
import { RunRefusal } from './refusal.js';

const tags = ['run-contract'];
const params = z.object({ workflow_run_id: z.string().meta({ examples: ['400'] }) });

/** `/workflows/workflow_runs` (contract/zuora): runs, looked at and stopped. */
export function instanceRoutes(app: ZodApp, { db }: Pick<ApiContext, 'db'>): void {
  const ends = new RunEnds(db);
  // Before the server waits for its requests: these would keep it waiting.
  app.addHook('preClose', (done) => {
    ends.close();
    done();
  });

  app.get(
    '/workflows/workflow_runs/:workflow_run_id',
    {
      config: { permission: 'WORKFLOW_RUN.VIEW' },
      schema: {
        summary: 'Get a run',
        description:
          'With `wait` (extension) the answer comes when the run has ended, at the latest after so many seconds.',
        tags,
        params,
        querystring: z.object({ wait: z.coerce.number().min(0).max(60).optional() }),
        response: { 200: instance },
      },
    },
    async (request, reply) => {
      const { id: platformId } = platformOf(request);
      const { workflow_run_id: id } = request.params;
      const run = await found(id, (number) => getInstance(db, platformId, number));
      const { wait = 0 } = request.query;
      if (wait === 0 || run.finished_at !== null) return instanceView(run);
      await ends.wait(run.id, wait * 1_000, whileOpen(reply));
      return instanceView(await found(id, (number) => getInstance(db, platformId, number)));
    },
  );

  app.put(
    '/workflows/workflow_runs/:workflow_run_id/stop',
    {
      config: { permission: 'WORKFLOW_RUN.UPDATE' },
      schema: {
        summary: 'Stop a run',
        description:
          'It ends `cancelled_by_operator`; a mail that is on its way goes. Of a run that has ended nothing changes.',
        tags,
        params,
        response: { 200: stopped },
      },
    },
    async (request) => {
      const { tx } = request;
      const { id: platformId } = platformOf(request);
      const run = await found(request.params.workflow_run_id, (number) => findInstance(tx, platformId, number));
      if (statusWord(run.status) === 'Processing' || statusWord(run.status) === 'Queued') {
        const asked = { operation: { kind: 'CANCEL' } as const, note: null, by: callerOf(request).credentialId };
        request.tell('RUN', await performOperation(tx, platformId, run.id, asked));
      }
      return { success: true as const };
    },
  );

  // Extension (S-Z6), under both spellings that somebody may look for.
  for (const url of ['/workflow_runs', '/workflows/workflow_runs'] as const) {
    app.get(
      url,
      {
        config: { permission: 'WORKFLOW_RUN.VIEW' },
        schema: {
          summary: 'List runs',
          description: 'Extension; newest first. `created_after` is included, `created_before` is not.',
          tags,
          querystring: instanceQuery,
          response: { 200: instanceList },
        },
      },
      async (request) => {
        const { page, page_length: limit } = request.query;
        const filters = filtersOf(platformOf(request).id, request.query);
        const by = { page, limit, orderBy: 'created_at', descending: true };
        return pageBody(
          request,
          request.query,
          await listPage<InstanceView>(db, SELECT_INSTANCES, filters, by),
          instanceView,
        );
      },
    );
  }
}

function filtersOf(platformId: string, query: z.output<typeof instanceQuery>): Filter[] {
  const { workflow_id, status, resource_id, customer_id, created_after, created_before } = query;
  const is = (condition: string, value: unknown): Filter[] =>
    value === undefined ? [] : [{ condition, values: [value] }];
  const instant = (text: string | undefined) => (text === undefined ? undefined : at(Date.parse(text)));
  return [
    ...is('platform_id = ?', platformId),
    // What is no integer id is nobody's.
    ...is('workflow_number = ?', workflow_id === undefined ? undefined : (readNumber(workflow_id) ?? 0)),
    ...is('status = ANY (?)', status === undefined ? undefined : statusesOf(status)),
    ...is('resource_id = ?', resource_id),
    ...is('customer_id = ?', customer_id),
    ...is('created_at >= ?', instant(created_after)),
    ...is('created_at < ?', instant(created_before)),
  ];
}

/** Aborts when the caller has gone. */
function whileOpen({ raw }: FastifyReply): AbortSignal {
  const controller = new AbortController();
  raw.once('close', () => {
    controller.abort();
  });
  return controller.signal;
}

async function found<Row>(id: string, find: (number: number) => Promise<Row | null>): Promise<Row> {
  const number = readNumber(id);
  const row = number === null ? null : await find(number);
  if (!row) throw RunRefusal.errors(404, [`There is no workflow run with Id ${id}.`]);
  return row;
}

function instanceView(run: InstanceView): z.input<typeof instance> {
  const tookMs = Math.max(0, (run.finished_at ?? run.now) - run.created_at);
  const count = (word: TaskStatus): number => run.tasks.filter((status) => status === word).length;
  return {
    id: run.number,
    name: runName(run),
    originalWorkflowId: run.workflow_number,
    type: 'Workflow::Instance',
    status: statusWord(run.status),
    tasks: {
      total: run.tasks.length,
      queued: count('Queued'),
      processing: count('Processing'),
      pending: count('Pending'),
      stopped: count('Stopped'),
      success: count('Success'),
      error: count('Error'),
    },
    runTime: tookMs / 1_000,
    cpuTime: clockText(tookMs),
    finishedAt: run.finished_at === null ? null : runTime(run.finished_at),
    createdAt: runTime(run.created_at),
    updatedAt: runTime(run.updated_at),
  };
}

/** `HH:MM:SS`; a run of months has more hours than two digits. */
function clockText(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  const parts = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
}
