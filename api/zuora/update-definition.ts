import { z } from 'zod';
import { Refusal, type Problem } from '../../contracts/refusal.js';
import { versionOfNumber } from '../../store/definitions.js';
import type { RunSettings } from '../../domain/run-settings.js';
import type { Schedule } from '../../domain/schedule.js';
import type { Sql } from '../../store/database.js';
import { updateRunSettings, type WorkflowFields, type WorkflowRow } from '../../store/workflows.js';
import type { ZodApp } from '../context.js';
import { platformOf } from '../plugins/auth.js';
import { problemsOf } from '../plugins/errors.js';
import { definition, definitionPatch, unknownId, validationErrors } from '../schemas/definition.js';
import { workflowErrors } from '../schemas/run-contract.js';
import { changeWorkflow, moved } from '../solvimon/change-workflow.js';
import { invalid, missing, throwIfAny } from '../solvimon/problems.js';
import { settingsProblems } from './check-settings.js';
import { lockDefinition } from './definition.js';
import { shownDefinition, withStrings } from './definitions.js';
import { RunRefusal } from './refusal.js';

type Patch = z.infer<typeof definitionPatch>;

const STATUSES = { Active: 'ACTIVE', Inactive: 'INACTIVE' } as const;

/** `PATCH /workflows/{workflow_id}` (contract/zuora). */
export function updateDefinitionRoutes(app: ZodApp): void {
  app.patch(
    '/workflows/:workflow_id',
    {
      config: { permission: 'WORKFLOW.UPDATE' },
      schema: {
        summary: 'Update a workflow',
        description:
          'What is absent stays. `active_workflow_version_id` can only be the newest version’s, and `priority` only Medium: Dunwell knows no other.',
        tags: ['run-contract'],
        params: z.object({ workflow_id: z.string().meta({ examples: ['396'] }) }),
        body: definitionPatch.nullish(),
        response: { 200: definition, 404: unknownId, 422: z.union([validationErrors, workflowErrors]) },
      },
      // The contract's own shape for a body that does not fit, and its own status.
      validatorCompiler:
        ({ schema }) =>
        (data: unknown) => {
          const result = (schema as unknown as z.ZodType).safeParse(data, { reportInput: true });
          return result.success ? { value: result.data } : { error: reasons(problemsOf(result.error)) };
        },
    },
    async (request) => {
      const { tx } = request;
      const { id: platformId } = platformOf(request);
      const before = await withStrings(request.params.workflow_id, (id) => lockDefinition(tx, platformId, id));
      const body = request.body ?? {};
      if (Object.keys(body).length === 0) return shownDefinition(tx, platformId, request.params.workflow_id);
      try {
        const settings = settingsOf(before.run_settings, body);
        const schedule = scheduleOf(before.schedule, body);
        throwIfAny([
          ...priorityProblems(body),
          ...(await versionProblems(tx, platformId, before, body)),
          ...clockProblems(body, schedule),
          ...(body.callout_trigger === true ? settingsProblems(settings, before.variant) : []),
        ]);
        await updateRunSettings(tx, before.id, settings);
        await changeWorkflow(request, before, { fields: fieldsOf(before, body, schedule) });
      } catch (error) {
        throw error instanceof Refusal && !(error instanceof RunRefusal) ? reasons(error.problems) : error;
      }
      return shownDefinition(tx, platformId, request.params.workflow_id);
    },
  );
}

function fieldsOf(
  before: WorkflowRow,
  { name, description, status }: Patch,
  schedule: Schedule | null,
): WorkflowFields {
  // A draft is inactive, too.
  const target = status === 'Inactive' && before.status === 'DRAFT' ? undefined : status;
  const base = target === undefined ? before : moved(before, STATUSES[target]);
  return {
    ...base,
    name: name ?? before.name,
    description: description === undefined ? before.description : description || null,
    schedule,
  };
}

function settingsOf(before: RunSettings, { ondemand_trigger, callout_trigger }: Patch): RunSettings {
  return {
    ...before,
    ondemand_trigger: ondemand_trigger ?? before.ondemand_trigger,
    callout_trigger: callout_trigger ?? before.callout_trigger,
  };
}

/** Interval and timezone change a schedule that there is, or make one together with the trigger. */
function scheduleOf(before: Schedule | null, { scheduled_trigger, interval, timezone }: Patch): Schedule | null {
  if (!(scheduled_trigger ?? before !== null)) return null;
  return {
    interval: interval === undefined ? (before?.interval ?? '') : (interval ?? ''),
    timezone: timezone === undefined ? (before?.timezone ?? '') : (timezone ?? ''),
  };
}

/** What the body says of either was checked with its form; what is stored fits. */
function clockProblems({ interval, timezone }: Patch, schedule: Schedule | null): Problem[] {
  if (schedule) {
    const absent = (['interval', 'timezone'] as const).filter((field) => schedule[field] === '');
    return absent.map((field) => missing(field, `A valid ${field} is needed while scheduled_trigger is true.`));
  }
  return Object.entries({ interval, timezone }).flatMap(([field, value]) =>
    value ? [invalid(field, `The ${field} has no effect while scheduled_trigger is false.`)] : [],
  );
}

function priorityProblems({ priority }: Patch): Problem[] {
  if (priority === undefined || priority === 'Medium') return [];
  return [
    invalid('priority', `Dunwell has no priorities: every workflow is Medium, ${priority} would have no effect.`),
  ];
}

async function versionProblems(tx: Sql, platformId: string, before: WorkflowRow, body: Patch): Promise<Problem[]> {
  const { active_workflow_version_id: id } = body;
  if (id === undefined) return [];
  const version = await versionOfNumber(tx, platformId, id);
  const field = 'active_workflow_version_id';
  if (version?.workflow_id !== before.id) return [invalid(field, `The workflow has no version with Id ${String(id)}.`)];
  if (version.newest) return [];
  return [invalid(field, 'Only the newest version of a workflow is active: change the workflow instead.')];
}

/** The contract's ValidationErrors. */
function reasons(problems: readonly [Problem, ...Problem[]]): RunRefusal {
  const list = problems.map(({ field, message }) => ({ fieldName: field, title: titleOf(field, message) }));
  return new RunRefusal(422, { success: false, reasons: list }, problems[0].message);
}

/** Without the field's name in front, which stands beside it. */
function titleOf(field: string | null, message: string): string {
  return field !== null && message.startsWith(`${field}: `) ? message.slice(field.length + 2) : message;
}
