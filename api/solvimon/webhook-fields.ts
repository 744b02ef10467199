import { isPublic, type Networks } from '../../contracts/networks.js';
import { Refusal, type Problem } from '../../contracts/refusal.js';
import type { Platform } from '../../store/platforms.js';
import type { Vault } from '../../store/vault.js';
import type { WebhookFields, WebhookRow } from '../../store/webhooks.js';
import { literalOf } from '../../webhooks/literal-of.js';
import type { Authentication, WebhookTarget } from '../../webhooks/send-webhook.js';
import type { WebhookSettings } from '../schemas/webhook.js';
import { throwIfAny } from './problems.js';

type AuthenticationType = Authentication['type'];

const AUTHENTICATION_FIELDS = ['username', 'password', 'api_header_field', 'api_key'] as const;

/** What each way to authenticate needs; everything else of it is refused, because it would do nothing (S-W3). */
const NEEDED: Record<AuthenticationType, readonly (typeof AUTHENTICATION_FIELDS)[number][]> = {
  NONE: [],
  PASSWORD: ['username', 'password'],
  API_KEY: ['api_header_field', 'api_key'],
};

/** Throws with every problem that the schema cannot see: fields that need each other, and addresses that are not called. */
export function checkSettings(body: WebhookSettings, { environment }: Platform, allowed: Networks): void {
  const problems = [...authenticationProblems(body), ...urlProblems(body.url, environment === 'LIVE', allowed)];
  throwIfAny(problems);
}

/** Checked settings as they are stored. What `before` has sealed stays sealed as it is, when it is the same. */
export function webhookFields(
  id: string,
  body: WebhookSettings,
  vault: Vault,
  before: WebhookRow | null = null,
): WebhookFields {
  const seal = (field: 'password' | 'api_key'): string | null => {
    const text = body[field] ?? null;
    if (text === null) return null;
    const sealed = before?.[`sealed_${field}`] ?? null;
    return sealed !== null && opened(vault, id, field, sealed) === text ? sealed : vault.seal(text, `${id}:${field}`);
  };
  return {
    reference: body.reference,
    name: body.name,
    url: body.url,
    active: body.active ?? true,
    included_actions: body.included_actions ?? [],
    excluded_actions: body.excluded_actions ?? [],
    include_previous_data: body.include_previous_data ?? false,
    authentication_type: body.authentication_type ?? 'NONE',
    username: body.username ?? null,
    api_header_field: body.api_header_field ?? null,
    sealed_password: seal('password'),
    sealed_api_key: seal('api_key'),
  };
}

/** The stored settings as an answer shows them too: without the secrets. */
export function openSettings(row: WebhookRow) {
  return {
    name: row.name,
    reference: row.reference,
    url: row.url,
    active: row.active,
    included_actions: row.included_actions.length === 0 ? null : row.included_actions,
    excluded_actions: row.excluded_actions.length === 0 ? null : row.excluded_actions,
    include_previous_data: row.include_previous_data,
    authentication_type: row.authentication_type,
    username: row.username,
    api_header_field: row.api_header_field,
  };
}

/** The stored settings, secrets opened: what a merge patch is applied to. */
export function storedSettings(row: WebhookRow, vault: Vault): WebhookSettings {
  const open = (field: 'password' | 'api_key'): string | null => {
    const sealed = row[`sealed_${field}`];
    return sealed === null ? null : opened(vault, row.id, field, sealed);
  };
  return { ...openSettings(row), password: open('password'), api_key: open('api_key') };
}

/**
 * What a patch is merged into, and the patch. Answers show a secret as null, so null says nothing of it: whoever sends back what
 * they read loses none. Another way to authenticate begins with nothing of the one before.
 */
export function mergeable(
  stored: WebhookSettings,
  patch: Readonly<Record<string, unknown>>,
): [base: Partial<WebhookSettings>, patch: Record<string, unknown>] {
  const base: Partial<WebhookSettings> = { ...stored };
  const kept = Object.entries(patch).filter(
    ([key, value]) => value !== null || (key !== 'password' && key !== 'api_key'),
  );
  const type = patch.authentication_type === null ? 'NONE' : patch.authentication_type;
  if (type !== undefined && type !== stored.authentication_type) {
    for (const field of AUTHENTICATION_FIELDS) delete base[field];
  }
  return [base, Object.fromEntries(kept)];
}

/** A stored password or key is not sent to another server: whoever may change a webhook could read it there. */
export function checkOrigin(
  stored: WebhookSettings,
  body: WebhookSettings,
  patch: Readonly<Record<string, unknown>>,
): void {
  if (new URL(body.url).origin === new URL(stored.url).origin) return;
  for (const field of ['password', 'api_key'] as const) {
    if (stored[field] != null && body[field] != null && patch[field] == null) {
      throw Refusal.missing(field, `Give the ${field} again: a stored one is not sent to another server.`);
    }
  }
}

/** Whom to post to, and as whom. */
export function targetOf(
  body: WebhookSettings,
  { environment }: Pick<Platform, 'environment'>,
  { id, secrets }: Pick<WebhookTarget, 'id' | 'secrets'>,
): WebhookTarget {
  return { id, url: body.url, authentication: authenticationOf(body), secrets, needsTls: environment === 'LIVE' };
}

/** The secrets that sign now: the present one, and for a day after a roll the one before. */
export function secretsOf(row: WebhookRow, vault: Vault): string[] {
  return [row.sealed_secret_key, row.sealed_previous_secret_key].flatMap((sealed) =>
    sealed === null ? [] : opened(vault, row.id, 'secret_key', sealed),
  );
}

function opened(vault: Vault, id: string, field: string, sealed: string): string {
  return vault.open(sealed, `${id}:${field}`);
}

function authenticationOf(body: WebhookSettings): Authentication {
  const { username, password, api_header_field: header, api_key: key } = body;
  if (username != null && password != null) return { type: 'PASSWORD', username, password };
  if (header != null && key != null) return { type: 'API_KEY', header, key };
  return { type: 'NONE' };
}

function authenticationProblems(body: WebhookSettings): Problem[] {
  const type = body.authentication_type ?? 'NONE';
  return AUTHENTICATION_FIELDS.flatMap((field): Problem[] => {
    const needed = NEEDED[type].includes(field);
    if (needed === (body[field] != null)) return [];
    return needed
      ? [{ code: 'MISSING_FIELD', field, message: `The authentication type ${type} needs ${field}.` }]
      : [{ code: 'INVALID_FIELD', field, message: `The authentication type ${type} has no ${field}.` }];
  });
}

/** Names are judged when they are looked up, at each request; literals say at once where they lead (S-A2). */
function urlProblems(text: string, live: boolean, allowed: Networks): Problem[] {
  const url = new URL(text);
  const literal = literalOf(url);
  if (live && url.protocol === 'http:' && !(literal === null ? !allowed.isEmpty : allowed.has(literal))) {
    return [{ code: 'INVALID_FIELD', field: 'url', message: 'A LIVE platform sends to https only.' }];
  }
  if (literal === null || isPublic(literal) || allowed.has(literal)) return [];
  const message = `${literal} is not an address of the public internet, and not in an allowed network.`;
  return [{ code: 'INVALID_FIELD', field: 'url', message }];
}
