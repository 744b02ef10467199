import { isDeepStrictEqual } from 'node:util';
import type { EmailProvider, MailConnections, ProviderAuthentication } from '../../contracts/email-provider.js';
import { Refusal, type Problem } from '../../contracts/refusal.js';
import {
  USABLE,
  type IntegrationFields,
  type IntegrationRow,
  type IntegrationStatus,
} from '../../store/integrations.js';
import type { Vault } from '../../store/vault.js';
import type { Authentication, IntegrationCreate } from '../schemas/integration.js';
import { withoutNulls } from '../without-nulls.js';
import { incomplete, misplaced } from './provider-problems.js';
import { throwIfAny } from './problems.js';

const FOREIGN = ['payment_gateway', 'e_invoicing', 'data_export', 'tax_calculation'] as const;

/** Where each status may go; the present one is always allowed. PENDING and ERROR are nobody's to ask for. */
const TRANSITIONS: Record<IntegrationStatus, readonly IntegrationStatus[]> = {
  DRAFT: ['TESTING', 'ACTIVE', 'ARCHIVED'],
  PENDING: ['ACTIVE', 'ARCHIVED'],
  TESTING: ['DRAFT', 'ACTIVE', 'ARCHIVED'],
  ACTIVE: ['TESTING', 'DEPRECATED', 'ARCHIVED'],
  ERROR: ['TESTING', 'ACTIVE', 'DEPRECATED', 'ARCHIVED'],
  DEPRECATED: ['ACTIVE', 'ARCHIVED'],
  ARCHIVED: [],
};

export interface FieldPorts {
  vault: Vault;
  mail: MailConnections;
}

/** A parsed integration as it is stored under `id`; throws with every problem when it is not whole. */
export function integrationFields(body: IntegrationCreate, id: string, { vault, mail }: FieldPorts): IntegrationFields {
  if (body.type !== 'EMAIL_PROVIDER') {
    throw Refusal.invalid('type', 'Only integrations of type EMAIL_PROVIDER are supported.');
  }
  const status = body.status ?? 'DRAFT';
  const provider = body.email_provider ? (withoutNulls(body.email_provider) as EmailProvider) : null;
  const credentials = credentialsOf(body.authentication);
  const problems: Problem[] = [
    ...FOREIGN.filter((block) => body[block] != null).map((block): Problem => {
      const message = `An integration of type EMAIL_PROVIDER has no ${block} block.`;
      return { code: 'INVALID_FIELD', field: block, message };
    }),
    ...misplaced(provider, body.authentication ?? null, mail),
    ...(USABLE.includes(status) ? incomplete(provider, credentials ?? {}) : []),
  ];
  throwIfAny(problems);
  // What is archived is never used again: nobody need keep its credentials.
  const kept = status === 'ARCHIVED' ? null : credentials;
  return {
    reference: body.reference,
    name: body.name ?? null,
    description: body.description ?? null,
    status,
    email_provider: provider,
    sealed_authentication: kept && vault.seal(JSON.stringify(kept), id),
    linked_resources_configurations: body.linked_resources_configurations ?? null,
  };
}

/** Throws when a changed body asks for what may not change, or not any more. */
export function checkIntegrationChange(
  before: IntegrationRow,
  stored: IntegrationCreate,
  body: IntegrationCreate,
  patch: Readonly<Record<string, unknown>>,
): void {
  if (before.status === 'ARCHIVED') throw Refusal.operation('An archived integration cannot be changed.', 'status');
  if (body.type !== before.type) throw Refusal.invalid('type', 'The type of an integration never changes.');
  checkIntegrationMove(before.status, body.status ?? 'DRAFT');
  const server = body.email_provider?.smtp ?? null;
  const moved = server !== null && !isDeepStrictEqual(server, stored.email_provider?.smtp ?? null);
  if (moved && stored.authentication?.username_password?.password != null && !givesPassword(patch)) {
    // Otherwise whoever may change an integration could have its password sent to a server of their own.
    const message = 'Give the login again: a stored password is not sent to another server.';
    throw Refusal.missing('authentication.username_password.password', message);
  }
}

/** Also a login that is taken away: then there is no password to send. */
function givesPassword({ authentication }: Readonly<Record<string, unknown>>): boolean {
  if (authentication === null) return true;
  const { username_password: login } = (authentication ?? {}) as { username_password?: { password?: unknown } | null };
  return login === null || login?.password !== undefined;
}

export function checkIntegrationMove(from: IntegrationStatus, to: IntegrationStatus): void {
  if (from !== to && !TRANSITIONS[from].includes(to)) {
    throw Refusal.operation(`The status cannot go from ${from} to ${to}.`, 'status');
  }
}

/** The integration as it could have been created, credentials included: what a merge patch is applied to, never an answer. */
export function integrationBody(row: IntegrationRow, vault: Vault): IntegrationCreate {
  const credentials = openCredentials(row, vault);
  return {
    reference: row.reference,
    type: row.type,
    status: row.status,
    name: row.name,
    description: row.description,
    ...(row.email_provider ? { email_provider: row.email_provider } : {}),
    ...(credentials ? { authentication: credentials } : {}),
    linked_resources_configurations: row.linked_resources_configurations,
  };
}

export function openCredentials(row: IntegrationRow, vault: Vault): ProviderAuthentication | null {
  if (row.sealed_authentication === null) return null;
  return JSON.parse(vault.open(row.sealed_authentication, row.id)) as ProviderAuthentication;
}

/** null = none: an object without any value in it is none either. */
function credentialsOf(given: Authentication | null | undefined): ProviderAuthentication | null {
  const { username_password, api_key, webhook_signing_key, webhook_verification_key } = given ?? {};
  const all = { username_password, api_key, webhook_signing_key, webhook_verification_key };
  const blocks = Object.entries(withoutNulls(all)).filter(([, block]) => Object.keys(block as object).length > 0);
  return blocks.length === 0 ? null : Object.fromEntries(blocks);
}
