import { Refusal } from '../../contracts/refusal.js';
import { DEFAULT_RUN_SETTINGS } from '../../domain/run-settings.js';
import { samePeriod } from '../../domain/period.js';
import type { Variant } from '../../domain/types.js';
import { builtInName } from '../../email/built-in-library.js';
import type { Sql } from '../../store/database.js';
import { getIntegration } from '../../store/integrations.js';
import { readActions, toAction, type LoadedAction } from '../../store/loaded-actions.js';
import { storedLocales, readTemplate } from '../../store/email-templates.js';
import { getWorkflow, type WorkflowRow } from '../../store/workflows.js';
import type { SimulationRequest } from '../schemas/simulation.js';
import { actionFields } from './action-fields.js';
import { namedTemplate } from './named-template.js';
import type { Demand } from './simulated-facts.js';
import { within } from './within.js';
import { workflowBody, workflowFields } from './workflow-fields.js';

/** What is simulated: a workflow as if it were ACTIVE, and the actions it would have. */
export interface SimulatedWorkflow {
  /** null = it is told inline. */
  storedId: string | null;
  row: WorkflowRow;
  variant: Variant;
  actions: LoadedAction[];
  notes: string[];
}

const NOTHING = { steps: null, email: null, integration: null, templates: [] };

/** Reads which workflow a simulation is about; throws with the field at fault, or what the caller may not see. */
export async function simulatedWorkflow(
  sql: Sql,
  platformId: string,
  request: SimulationRequest,
  demand: Demand,
): Promise<SimulatedWorkflow> {
  const { workflow_id: id, workflow } = request;
  if ((id == null) === (workflow == null)) {
    const message = 'Give exactly one of workflow_id and workflow.';
    throw id == null ? Refusal.missing('workflow_id', message) : Refusal.invalid('workflow', message);
  }
  const found = id == null ? inline(request) : await stored(sql, platformId, id, demand);
  checkPeriod(request, found.row);
  if (request.actions == null) {
    if (found.storedId !== null) return { ...found, actions: await readActions(sql, found.storedId) };
    const note = 'No actions were given: one that sends the built-in mail is assumed.';
    const templates = storedLocales(await readTemplate(sql, platformId, builtInName(found.variant)));
    const plain = toAction({ ...NOTHING, id: 'simulated', templates });
    return { ...found, actions: [plain], notes: [...found.notes, note] };
  }
  return { ...found, actions: await given(sql, platformId, request.actions, found.row, demand) };
}

type Found = Omit<SimulatedWorkflow, 'actions'>;

function inline({ workflow }: SimulationRequest): Found {
  const body = workflow ?? null;
  if (!body) throw Refusal.missing('workflow', 'Give a workflow.');
  if (body.status === 'ARCHIVED') throw Refusal.invalid('workflow.status', 'An ARCHIVED workflow runs for nothing.');
  const fields = within('workflow', () => workflowFields({ ...body, status: 'ACTIVE' }));
  const own = {
    id: 'simulated',
    platform_id: '',
    number: 0,
    version: 1,
    run_settings: DEFAULT_RUN_SETTINGS,
    created_at: 0,
    updated_at: 0,
  };
  return { storedId: null, row: { ...own, ...fields }, variant: variantOf(fields), notes: asIfActive(body.status) };
}

async function stored(sql: Sql, platformId: string, id: string, demand: Demand): Promise<Found> {
  demand('WORKFLOW.VIEW');
  const row = await getWorkflow(sql, platformId, id);
  if (!row) throw Refusal.notFound('WORKFLOW', id, 'workflow_id');
  if (row.status === 'ARCHIVED')
    throw Refusal.operation('The workflow is ARCHIVED: it runs for nothing.', 'workflow_id');
  const whole = within('workflow_id', () => workflowFields({ ...workflowBody(row), status: 'ACTIVE' }));
  return { storedId: row.id, row: { ...row, ...whole }, variant: variantOf(whole), notes: asIfActive(row.status) };
}

function variantOf({ variant }: Pick<WorkflowRow, 'variant'>): Variant {
  if (variant === null) throw new Error('A complete workflow has a variant.');
  return variant;
}

function asIfActive(status: WorkflowRow['status']): string[] {
  return status === 'ACTIVE' ? [] : [`The workflow is ${status}; it is simulated as if it were ACTIVE.`];
}

function checkPeriod({ period }: SimulationRequest, { variant, definition }: WorkflowRow): void {
  if (period == null) return;
  if (variant !== 'OVERDUE') throw Refusal.invalid('period', 'Only OVERDUE is triggered for one period.');
  if (!definition.periods.some((own) => samePeriod(own, period))) {
    throw Refusal.invalid('period', 'The workflow has no such period.');
  }
}

/** Actions as they would be created; those that are not ACTIVE send nothing. */
async function given(
  sql: Sql,
  platformId: string,
  bodies: NonNullable<SimulationRequest['actions']>,
  workflow: WorkflowRow,
  demand: Demand,
): Promise<LoadedAction[]> {
  const actions: LoadedAction[] = [];
  for (const [index, body] of bodies.entries()) {
    const integrationId = body.send_email_to_customer?.integration_id;
    if (integrationId != null) demand('INTEGRATION.VIEW');
    const integration = integrationId == null ? undefined : await getIntegration(sql, platformId, integrationId);
    const template = await namedTemplate(sql, platformId, body);
    const fields = within(`actions[${String(index)}]`, () =>
      actionFields({ ...body, workflow_id: workflow.id }, workflow, integration && integration.status, template),
    );
    if (fields.status !== 'ACTIVE') continue;
    actions.push(
      toAction({
        id: `actions[${String(index)}]`,
        steps: fields.steps,
        email: fields.send_email_to_customer,
        templates:
          template?.stored ?? storedLocales(await readTemplate(sql, platformId, builtInName(variantOf(workflow)))),
        integration: integration
          ? {
              id: integration.id,
              status: integration.status,
              version: integration.version,
              provider: integration.email_provider,
              sealedAuthentication: null,
            }
          : null,
      }),
    );
  }
  return actions;
}
