import type { EmailProvider, MailProvider } from '../contracts/email-provider.js';
import type { StoredLocale } from '../contracts/mail.js';
import type { Action } from '../domain/run.js';
import type { Period } from '../domain/types.js';
import type { SendEmail } from './actions.js';
import type { Sql } from './database.js';
import { STORED_LOCALES } from './email-templates.js';
import { USABLE, type IntegrationStatus } from './integrations.js';

/** An action with what sending its mail needs besides. */
export interface LoadedAction extends Action {
  email: SendEmail;
  /** The integration that its mail goes through; null = the operator's own provider. */
  via: MailProvider | null;
  /** In which locales its template is stored; empty = it is a built-in one. */
  templates: readonly StoredLocale[];
}

/** As `ACTION` makes it. */
export interface ActionJson {
  id: string;
  steps: Period[] | null;
  email: SendEmail | null;
  integration: IntegrationJson | null;
  templates: StoredLocale[];
}

interface IntegrationJson {
  id: string;
  status: IntegrationStatus;
  version: number;
  provider: EmailProvider | null;
  sealedAuthentication: string | null;
}

/** An action `a` of the workflow `w` with the integration `g` that it sends through. */
export const ACTION = `jsonb_build_object('id', a.id, 'steps', a.steps, 'email', a.send_email_to_customer,
  'integration', CASE WHEN g.id IS NOT NULL THEN jsonb_build_object('id', g.id, 'status', g.status,
    'version', g.version, 'provider', g.email_provider, 'sealedAuthentication', g.sealed_authentication) END,
  'templates', ${STORED_LOCALES})`;
export const INTEGRATION_OF_ACTION = `LEFT JOIN integrations g
  ON g.id = a.send_email_to_customer ->> 'integration_id' AND g.platform_id = a.platform_id`;

/** The ACTIVE actions of a workflow as they stand now, in order of creation, for telling rather than sending. */
export async function readActions(sql: Sql, workflowId: string): Promise<LoadedAction[]> {
  const rows = await sql.rows<{ action: ActionJson }>(
    `SELECT ${ACTION} AS action FROM workflow_actions a ${INTEGRATION_OF_ACTION}
     JOIN workflows w ON w.id = a.workflow_id WHERE a.workflow_id = $1 AND a.status = 'ACTIVE' ORDER BY a.created_at, a.id`,
    [workflowId],
  );
  return rows.map(({ action }) => toAction(action));
}

export function toAction({ id, steps, email, integration, templates }: ActionJson): LoadedAction {
  const provider = integration?.provider ?? {};
  const isNamed = email?.integration_id != null;
  return {
    id,
    steps,
    email: email ?? {},
    needsPaymentLink: email?.invoice?.include_payment_link === true,
    needsPdf: email?.invoice?.include_pdf === true,
    providerActive: !isNamed || (integration !== null && USABLE.includes(integration.status)),
    fallbackToContacts: email?.fallback_to_contacts === true,
    templates,
    deliveryWindow: provider.delivery_window ?? null,
    via: integration && {
      id: integration.id,
      version: integration.version,
      provider,
      sealedAuthentication: integration.sealedAuthentication,
    },
  };
}
