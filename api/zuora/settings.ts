import { z } from 'zod';
import { DEFAULT_RUN_SETTINGS, type RunSettings } from '../../domain/run-settings.js';
import { scheduleProblems, type Schedule } from '../../domain/schedule.js';
import type { Problem } from '../../contracts/refusal.js';
import { updateRunSettings, type WorkflowRow } from '../../store/workflows.js';
import type { ApiContext, ZodApp } from '../context.js';
import { platformOf } from '../plugins/auth.js';
import { runSettings, runSettingsRequest, workflowErrors, type RunSettingsBody } from '../schemas/run-contract.js';
import { changeWorkflow } from '../solvimon/change-workflow.js';
import { invalid, missing, throwIfAny } from '../solvimon/problems.js';
import { settingsProblems } from './check-settings.js';
import { getDefinition, lockDefinition } from './definition.js';

const params = z.object({ workflow_id: z.string().meta({ examples: ['396'] }) });
const answers = { 200: runSettings, 404: workflowErrors };

/** `/workflows/{workflow_id}/settings`: how a workflow may be started (extension, S-Z4). */
export function settingsRoutes(app: ZodApp, { db }: ApiContext): void {
  app.get(
    '/workflows/:workflow_id/settings',
    {
      config: { permission: 'WORKFLOW.VIEW' },
      schema: {
        summary: 'Get how a workflow may be started',
        description: 'Extension: what Zuora’s users set on its settings page.',
        tags: ['run-contract'],
        params,
        response: answers,
      },
    },
    async (request) => settingsBody(await getDefinition(db, platformOf(request).id, request.params.workflow_id)),
  );

  app.put(
    '/workflows/:workflow_id/settings',
    {
      config: { permission: 'WORKFLOW.UPDATE' },
      schema: {
        summary: 'Set how a workflow may be started',
        description:
          'Extension. Replaces all of it. One field must bind what the variant is about, so that a call can name it.',
        tags: ['run-contract'],
        params,
        body: runSettingsRequest,
        response: { ...answers, 400: workflowErrors },
      },
    },
    async (request) => {
      const { tx } = request;
      const before = await lockDefinition(tx, platformOf(request).id, request.params.workflow_id);
      const settings = settingsOf(request.body);
      throwIfAny([...settingsProblems(settings, before.variant), ...clockProblems(request.body)]);
      await updateRunSettings(tx, before.id, settings);
      const { row } = await changeWorkflow(request, before, {
        fields: { ...before, schedule: scheduleOf(request.body) },
      });
      return settingsBody({ ...row, run_settings: settings });
    },
  );
}

function settingsOf({ callout_trigger, ondemand_trigger, event_trigger, fields }: RunSettingsBody): RunSettings {
  return {
    callout_trigger: callout_trigger ?? DEFAULT_RUN_SETTINGS.callout_trigger,
    ondemand_trigger: ondemand_trigger ?? DEFAULT_RUN_SETTINGS.ondemand_trigger,
    event_trigger: event_trigger ?? DEFAULT_RUN_SETTINGS.event_trigger,
    fields: (fields ?? []).map((field) => ({
      object_name: field.object_name ?? 'Workflow',
      field_name: field.field_name,
      datatype: field.datatype ?? 'Text',
      required: field.required ?? false,
      default: field.default ?? null,
      callout_id: field.callout_id ?? null,
      binds_to: field.binds_to,
    })),
  };
}

function clockProblems(body: RunSettingsBody): Problem[] {
  const schedule = scheduleOf(body);
  if (schedule === null) return [];
  const absent = (['interval', 'timezone'] as const).filter((name) => schedule[name] === '');
  if (absent.length > 0) return absent.map((name) => missing(name, 'scheduled_trigger needs it.'));
  return scheduleProblems(schedule).map(({ field, message }) => invalid(field, message));
}

/** What of it is not wanted is not kept: without the trigger there is no schedule. */
function scheduleOf({ scheduled_trigger, interval, timezone }: RunSettingsBody): Schedule | null {
  return scheduled_trigger ? { interval: interval ?? '', timezone: timezone ?? '' } : null;
}

export function settingsBody({ run_settings: own, schedule }: WorkflowRow): z.output<typeof runSettings> {
  return {
    callout_trigger: own.callout_trigger,
    ondemand_trigger: own.ondemand_trigger,
    event_trigger: own.event_trigger,
    scheduled_trigger: schedule !== null,
    interval: schedule?.interval ?? null,
    timezone: schedule?.timezone ?? null,
    fields: own.fields,
  };
}
