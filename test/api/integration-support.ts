import { testVault } from '../support/vault.js';
import type { Api } from './api.js';
import { created, createLadder, type Json } from './support.js';

export const SECRET = 'Tr0ub4dor&3-never-shown';
export const LOGIN = { username_password: { username: 'postmaster@mg.acme.example', password: SECRET } };

/** What tests of integrations do again and again, with references that are used once. */
export function integrationHelpers(api: () => Api) {
  let count = 0;
  const next = (prefix: string): string => `${prefix}-${String((count += 1))}`;
  const body = (more: Json = {}): Json => ({ reference: next('int'), type: 'EMAIL_PROVIDER', ...more });
  const path = ({ id }: Json, verb = ''): string => `/v1/integrations/${id as string}${verb}`;
  const action = async (integrationId: unknown, status = 'ACTIVE'): Promise<Json> => ({
    workflow_id: (await createLadder(api(), next('ladder'))).id as string,
    type: 'SEND_EMAIL_TO_CUSTOMER',
    status,
    send_email_to_customer: { integration_id: integrationId },
  });
  return {
    body,
    path,
    /** An action, not created yet, of a workflow of its own. */
    action,
    mailgun: (more: Json = {}): Json =>
      body({
        name: 'Mailgun',
        status: 'ACTIVE',
        authentication: LOGIN,
        email_provider: { variant: 'MAILGUN', mailgun: { domain: 'mg.acme.example', region: 'EU' } },
        ...more,
      }),
    smtp: (more: Json = {}): Json => ({ variant: 'SMTP', smtp: { host: 'smtp.acme.example', ...more } }),
    create: (more: Json): Promise<Json> => created(api(), '/v1/integrations', more),
    move: (row: Json, verb: string) => api().call('POST', path(row, `/${verb}`)),
    patch: (row: Json, change: Json) => api().call('PATCH', path(row), change),
    /** An action that sends through it. */
    use: async ({ id }: Json, status?: string): Promise<Json> =>
      created(api(), '/v1/workflow-actions', await action(id, status)),
    /** What is stored of its credentials, opened. */
    credentials: async ({ id }: Json): Promise<unknown> => {
      const row = await api().db.row<{ sealed: string | null }>(
        'SELECT sealed_authentication AS sealed FROM integrations WHERE id = $1',
        [id],
      );
      return row?.sealed ? JSON.parse(testVault.open(row.sealed, id as string)) : null;
    },
  };
}
