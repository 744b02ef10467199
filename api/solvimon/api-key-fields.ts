import { Refusal } from '../../contracts/refusal.js';
import type { ApiKeyFields, ApiKeyRow } from '../../store/api-keys.js';
import type { Sql } from '../../store/database.js';
import { getPlatforms } from '../../store/platforms.js';
import { covers } from '../permissions.js';
import { notAllowed, type Caller } from '../plugins/auth.js';
import type { ApiKeyCreate } from '../schemas/api-key.js';
import { isoMs } from '../schemas/wire.js';

/**
 * A parsed key as it is stored. Nobody hands out more than they have: neither a role nor a platform; and TEST and LIVE are
 * never served by one key (S-W1). `before` = what it was, in a change.
 */
export async function apiKeyFields(
  sql: Sql,
  caller: Caller,
  body: ApiKeyCreate,
  before: ApiKeyRow | null,
): Promise<ApiKeyFields> {
  const role = body.role_type ?? 'ADMINISTRATOR';
  if (!covers(caller.grant, role))
    throw notAllowed('role_type', `You may not hand out ${role}: it can do more than you.`);
  return {
    status: statusOf(body, before),
    description: body.description ?? null,
    role_type: role,
    expires_at: expiryOf(body, before, caller),
    platform_ids: await platformsOf(sql, caller, body),
  };
}

/** A key that can do more than the caller is neither changed nor shown by them: they would lift themselves. */
export function checkReach(caller: Caller, key: ApiKeyRow): void {
  if (!covers(caller.grant, key.role_type)) throw notAllowed(null, 'This key can do more than you can.');
}

/** Nobody locks themselves out by mistake: that takes another key. */
export function checkNotOwn(caller: Caller, before: ApiKeyRow, after: ApiKeyFields): void {
  if (before.id !== caller.credentialId) return;
  const refuse = (field: string): never => {
    throw Refusal.operation('This is the key you are using: change that with another one.', field);
  };
  if (after.status !== 'ACTIVE') refuse('status');
  if (after.role_type !== before.role_type) refuse('role_type');
  if (!after.platform_ids.includes(caller.platform.id)) refuse('account_memberships');
}

/** What a merge patch is applied to. `active` and `status` are one thing: when a patch names the one, the other follows. */
export function apiKeyBody(row: ApiKeyRow, patch: Record<string, unknown>): ApiKeyCreate {
  return {
    ...('active' in patch ? {} : { status: row.status }),
    description: row.description,
    account_memberships: row.platform_ids.map((account_id) => ({ account_id })),
    role_type: row.role_type,
    expires_at: isoMs(row.expires_at),
  };
}

function statusOf({ active, status }: ApiKeyCreate, before: ApiKeyRow | null): ApiKeyFields['status'] {
  if (active == null) {
    // Cleared by a patch: the default would switch a key on again.
    if (status == null && before) throw Refusal.missing('status', 'status is required.');
    return status ?? 'ACTIVE';
  }
  const meant = active ? 'ACTIVE' : 'INACTIVE';
  if (status != null && status !== meant) {
    throw Refusal.invalid('status', `active is ${String(active)}: that is ${meant}.`);
  }
  return meant;
}

/** One that has passed may stay as it was, so that an expired key can be described anew. */
function expiryOf({ expires_at }: ApiKeyCreate, before: ApiKeyRow | null, caller: Caller): number | null {
  const at = expires_at == null ? null : Date.parse(expires_at);
  const isNew = at !== (before?.expires_at ?? null) || before === null;
  if (isNew && caller.expiresAt !== null && (at ?? Infinity) > caller.expiresAt) {
    throw notAllowed('expires_at', 'A key that expires gives none that outlives it.');
  }
  if (at === null) return null;
  if (at !== before?.expires_at && at <= Date.now()) {
    throw Refusal.invalid('expires_at', 'is in the past; to switch a key off, make it INACTIVE.');
  }
  return at;
}

async function platformsOf(sql: Sql, caller: Caller, { account_memberships }: ApiKeyCreate): Promise<string[]> {
  if (account_memberships == null || account_memberships.length === 0) return [caller.platform.id];
  const ids = account_memberships.map(({ account_id }) => account_id);
  const known = new Map((await getPlatforms(sql, ids)).map((platform) => [platform.id, platform]));
  const first = known.get(ids[0] ?? '');
  for (const [index, id] of ids.entries()) {
    const field = `account_memberships[${String(index)}].account_id`;
    const platform = known.get(id);
    // One that does not exist is answered like one of somebody else.
    if (!platform || !caller.platformIds.includes(id)) throw notAllowed(field, 'You may not use that platform.');
    if (ids.indexOf(id) !== index) throw Refusal.invalid(field, 'stands twice.');
    if (platform.environment !== first?.environment) {
      throw Refusal.invalid(field, 'A key serves TEST platforms or LIVE ones, never both.');
    }
  }
  return ids;
}
