import { z } from 'zod';
import { Refusal } from '../../contracts/refusal.js';
import type { RunField } from '../../domain/run-settings.js';
import { traitsOf } from '../../domain/variants.js';
import type { Sql } from '../../store/database.js';
import { findInstance } from '../../store/instances.js';
import { acceptTrigger, checkCustomer, lockTarget, type TriggerRequest } from '../../store/triggers.js';
import { workflowOfNumber, type WorkflowRow } from '../../store/workflows.js';
import type { ZodApp } from '../context.js';
import { callerOf, platformOf } from '../plugins/auth.js';
import { sayIgnored } from '../plugins/bodies.js';
import { BLOCKS } from '../solvimon/blocks.js';
import { calledInstance, requestAccepted, runErrors, startedRun, workflowParameters } from '../schemas/run-contract.js';
import { instanceBody, runName, startedBody } from './instance.js';
import { readNumber } from './number.js';
import { parameterName, readParameters, type ReadParameters } from './parameters.js';
import { RunRefusal } from './refusal.js';

const params = z.object({
  workflow_id: z.string().meta({ description: 'Integer id of the workflow.', examples: ['396'] }),
});

/** `POST /workflows/{workflow_id}/run` (contract/zuora): one call, one run by hand (S-Z2, Z3). */
export function runWorkflowRoutes(app: ZodApp): void {
  app.post(
    '/workflows/:workflow_id/run',
    {
      // What is kept for a repeated key quotes the body (S-Z3), which may hold secrets.
      config: { permission: 'WORKFLOW_TRIGGER.CREATE', judgesBody: true, answersSecret: true },
      schema: {
        summary: 'Run a workflow',
        description:
          'The body is a map of the parameters that the workflow’s settings declare, or `{"input_parameters": {…}}`, which is answered 201 in the shape of the quickstart API. With the header `async: true` the answer is 202 and only an id; `Location` names the run in every case, `Dunwell-Run-Status` says how it stands: one that has nothing to send has ended already.',
        tags: ['run-contract'],
        params,
        headers: z.object({ async: z.string().optional() }).loose(),
        // Anything: what is wrong with it is said in the contract's order (S-Z3), and kept for a repeated key.
        body: workflowParameters,
        response: { 200: calledInstance, 201: startedRun, 202: requestAccepted, ...runErrors },
      },
    },
    async (request, reply) => {
      const { tx } = request;
      const platform = platformOf(request);
      const workflow = await callable(tx, platform.id, request.params.workflow_id);
      if (request.bodyProblem) throw request.bodyProblem;
      const call = readCall(request.body);
      const read = readParameters(workflow.run_settings.fields, call.parameters);
      if (read.invalid.length > 0) throw badRequest(read.invalid);
      const asked = triggerOf(workflow, read, callerOf(request).userId);
      if (read.missing.length > 0) {
        // What names nothing is said before what is missing.
        await named(read, async () => {
          if (asked) await lockTarget(tx, platform, asked);
          else if (read.customer) await checkCustomer(tx, platform.id, read.customer.id);
        });
        throw missing(read.missing, request.body);
      }
      if (!asked) throw new Error('A call without a resource misses its parameter.');
      const { runs } = await named(read, () => acceptTrigger(tx, platform, asked));
      const [made] = runs;
      const run = made && (await findInstance(tx, platform.id, made.id));
      if (!made || !run) throw new Error('A trigger by hand makes a run.');
      request.tell('RUN', [made.id]);
      sayIgnored(reply, [...call.ignored, ...read.ignored]);
      void reply.header('Location', `/workflows/workflow_runs/${String(run.number)}`);
      void reply.header('Dunwell-Run-Id', made.id).header('Dunwell-Run-Status', run.status);
      if (request.headers.async?.toLowerCase() === 'true') {
        void reply.code(202);
        return { request_id: String(reply.getHeader('Zuora-Request-Id')) };
      }
      if (!call.quickstart) return instanceBody(run);
      void reply.code(201);
      return startedBody(run);
    },
  );
}

/** The workflow of a call, if it can be called: not found, a run's id, not active, switched off, in this order (S-Z3). */
async function callable(tx: Sql, platformId: string, id: string): Promise<WorkflowRow> {
  const number = readNumber(id);
  const workflow = number === null ? null : await workflowOfNumber(tx, platformId, number);
  if (!workflow || workflow.status === 'ARCHIVED') {
    const run = number === null ? null : await findInstance(tx, platformId, number);
    if (!run) throw RunRefusal.errors(404, [`There is no workflow with Id ${id}.`]);
    const title = `Workflow ${runName(run)} with Id ${String(run.number)} is an instance/run.`;
    throw RunRefusal.errors(409, [title], 406);
  }
  if (workflow.status !== 'ACTIVE') throw inactive(workflow);
  if (!workflow.run_settings.callout_trigger) {
    throw RunRefusal.errors(400, ['Callout mode is not turned on in this workflow.']);
  }
  return workflow;
}

interface Call {
  parameters: Record<string, unknown>;
  quickstart: boolean;
  /** Beside `input_parameters`. */
  ignored: string[];
}

function readCall(body: unknown): Call {
  const given = body ?? {};
  if (!isMap(given)) throw RunRefusal.errors(400, ['The body must be an object: a map of parameters.']);
  const { input_parameters: wrapped, ...others } = given;
  if (wrapped === undefined) return { parameters: given, quickstart: false, ignored: [] };
  if (!isMap(wrapped ?? {})) throw RunRefusal.errors(400, ['input_parameters must be an object: a map of parameters.']);
  return { parameters: (wrapped ?? {}) as Record<string, unknown>, quickstart: true, ignored: Object.keys(others) };
}

function triggerOf(workflow: WorkflowRow, read: ReadParameters, userId: string): TriggerRequest | null {
  const { resource, customer, variables } = read;
  if (!resource) return null;
  if (workflow.variant === null) throw new Error('An ACTIVE workflow has a variant.');
  return {
    type: 'MANUAL',
    workflowId: workflow.id,
    customerId: customer?.id ?? null,
    variant: null,
    targetType: workflow.type,
    resource: { type: traitsOf(workflow.variant).resource, id: resource.id, field: resource.parameter },
    subscriptionId: null,
    walletTypeId: null,
    period: null,
    trialEndAt: null,
    call: { variables, userId },
    target: {},
    variantField: `${BLOCKS[workflow.type]}.variant`,
    periodField: 'period',
  };
}

/** Says which parameter is at fault, as the caller calls it. */
async function named<Result>({ resource, customer }: ReadParameters, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const [problem] = error.problems;
    // It was made INACTIVE since it was read.
    if (problem.code === 'INVALID_OPERATION') throw RunRefusal.errors(422, [problem.message]);
    const parameter = problem.field === 'customer_id' ? customer?.parameter : resource?.parameter;
    throw badRequest([`Parameter '${parameter ?? ''}': ${problem.message}`]);
  }
}

function badRequest(titles: readonly string[]): RunRefusal {
  return RunRefusal.errors(400, titles as readonly [string, ...string[]]);
}

function missing(fields: readonly RunField[], body: unknown): RunRefusal {
  const errors = fields.map((field) => ({
    status: 406,
    code: 'invalid',
    title: `Required field for ${field.object_name}-${field.field_name} does not have a set value. Ensure parameter '${parameterName(field)}' is present.`,
  }));
  return new RunRefusal(406, { errors, parameters: { workflow: body ?? {} } }, 'Required parameters are missing.');
}

function inactive({ number, status }: WorkflowRow): RunRefusal {
  return RunRefusal.errors(422, [`Workflow ${String(number)} is ${status}: only ACTIVE ones can be run.`]);
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
