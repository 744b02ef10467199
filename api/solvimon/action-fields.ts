import type { Problem } from '../../contracts/refusal.js';
import { samePeriod } from '../../domain/period.js';
import { subjectProblems, unfitVariables } from '../../email/check-template.js';
import type { ActionFields, ActionRow } from '../../store/actions.js';
import type { IntegrationStatus } from '../../store/integrations.js';
import type { WorkflowRow } from '../../store/workflows.js';
import type { ActionCreate } from '../schemas/workflow-action.js';
import { withoutNulls } from '../without-nulls.js';
import { BLOCKS } from './blocks.js';
import { isPartial } from './compile-template.js';
import { throwIfAny } from './problems.js';

/**
 * A parsed action as it is stored; it must fit its workflow (S-D8, D9), unless it goes: its steps may have gone before it.
 * `integration` is the status of the one that it begins to refer to; null = there is none, undefined = it refers to none anew.
 * `template` is the one it names; null = there is none, undefined = it names none.
 */
export function actionFields(
  body: ActionCreate,
  workflow: WorkflowRow,
  integration: IntegrationStatus | null | undefined,
  template: { variables: readonly string[] } | null | undefined,
): ActionFields {
  const goes = body.status === 'ARCHIVED';
  const problems = goes ? [] : [...fitProblems(body, workflow, integration, template), ...stepProblems(body, workflow)];
  throwIfAny(problems);
  return {
    status: body.status,
    description: body.description ?? null,
    send_email_to_customer: body.send_email_to_customer ? withoutNulls(body.send_email_to_customer) : null,
    steps: body.steps ?? null,
  };
}

function fitProblems(
  { send_email_to_customer: email }: ActionCreate,
  workflow: WorkflowRow,
  integration: IntegrationStatus | null | undefined,
  template: { variables: readonly string[] } | null | undefined,
): Problem[] {
  if (!email) return [];
  const at = (field: string, message: string): Problem => ({
    code: 'INVALID_FIELD',
    field: `send_email_to_customer.${field}`,
    message,
  });
  const problems: Problem[] = [];
  for (const message of email.subject == null ? [] : subjectProblems(email.subject, workflow.variant)) {
    problems.push(at('subject', message));
  }
  if (integration === null)
    problems.push(at('integration_id', `There is no integration ${email.integration_id ?? ''}.`));
  if (integration === 'DEPRECATED' || integration === 'ARCHIVED') {
    problems.push(at('integration_id', `The integration is ${integration}: no further action may send through it.`));
  }
  if (template === null) problems.push(at('template_name', notSendable(email.template_name ?? '')));
  for (const name of workflow.variant === null ? [] : unfitVariables(template?.variables ?? [], workflow.variant)) {
    const message = `The template names ${name}, which has no value in mails of ${workflow.variant ?? ''}.`;
    problems.push(at('template_name', message));
  }
  if (email.variant != null && email.variant !== workflow.type) {
    problems.push(at('variant', `The workflow is of type ${workflow.type}.`));
  }
  // The contract has no wallet block here.
  for (const [type, block] of Object.entries(BLOCKS)) {
    if (type !== workflow.type && block !== 'wallet' && email[block] != null) {
      problems.push(at(block, `An action of a ${workflow.type} workflow has no ${block} block.`));
    }
  }
  if (email.invoice?.type != null && workflow.variant !== null && email.invoice.type !== workflow.variant) {
    problems.push(at('invoice.type', `The workflow’s variant is ${workflow.variant}.`));
  }
  if (workflow.variant === 'UPCOMING_PAYMENT_REMINDER') {
    for (const field of ['include_pdf', 'include_payment_link'] as const) {
      if (email.invoice?.[field]) problems.push(at(`invoice.${field}`, 'applies only to TO_FINAL and OVERDUE.'));
    }
  }
  return problems;
}

function notSendable(name: string): string {
  return isPartial(name)
    ? `${name} is a partial, a piece of other templates, and cannot be sent: name a template that renders it.`
    : `There is no template ${name}.`;
}

function stepProblems({ steps }: ActionCreate, workflow: WorkflowRow): Problem[] {
  return (steps ?? []).flatMap((step, index): Problem[] =>
    workflow.definition.periods.some((period) => samePeriod(period, step))
      ? []
      : [{ code: 'INVALID_FIELD', field: `steps[${String(index)}]`, message: 'The workflow has no such period.' }],
  );
}

/** The action as the contract shows it; also what a merge patch is applied to. */
export function actionBody(row: ActionRow): ActionCreate {
  return {
    workflow_id: row.workflow_id,
    type: row.type,
    description: row.description,
    status: row.status,
    ...(row.send_email_to_customer
      ? { send_email_to_customer: row.send_email_to_customer as ActionCreate['send_email_to_customer'] }
      : {}),
    steps: row.steps,
  };
}
