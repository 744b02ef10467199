import { z } from 'zod';
import { pageResponse } from '../pages.js';
import { ROLES } from '../permissions.js';
import { patchBody } from './patch-body.js';
import { idText, instant, line } from './wire.js';

const roleType = z.enum(ROLES);
const status = z.enum(['ACTIVE', 'INACTIVE']);
const memberships = z.array(z.object({ account_id: idText })).max(100);

const fields = {
  active: z.boolean().nullish().meta({ description: 'As `status`, in another word; both given must agree.' }),
  status: status.nullish().meta({ description: 'Default ACTIVE. An API key is not invited.' }),
  description: line(256).nullish(),
  account_memberships: memberships.nullish().meta({
    description: 'The platforms it serves, by `account_id`, all TEST or all LIVE; default: the current one.',
  }),
  role_type: roleType.nullish().meta({ description: 'Default ADMINISTRATOR. Nobody makes a key that can do more.' }),
  expires_at: instant.nullish().meta({ description: 'Extension: it is refused from then on.' }),
};

/** Body of a create (apikeys.yml). */
export const apiKeyCreate = z.object(fields).meta({
  id: 'ApiKeyCreateRequest',
  examples: [{ description: 'Billing system', role_type: 'ADMINISTRATOR', expires_at: '2990-01-31T00:00:00Z' }],
});

export const apiKeyPatch = patchBody(apiKeyCreate, 'ApiKeyUpdateRequest');

/** What a merge patch must leave whole. */
export const apiKeyWhole = z.object({ ...fields, account_memberships: memberships.min(1), role_type: roleType });

export const userSearch = z
  .object({
    resource_id: z.string().nullish(),
    username: z.string().max(256).nullish().meta({ description: 'Part of the description, in any case.' }),
    user_type: z.string().nullish().meta({ description: 'API or API_KEY; nothing else is found here.' }),
    include_inactive: z.boolean().nullish().meta({ description: 'Default false.' }),
  })
  .nullish()
  .meta({ id: 'UserSearchFilterCreateRequest', examples: [{ username: 'billing' }] });

const environment = z.enum(['TEST', 'LIVE']);

const PLATFORM_ID = 'plat_5nV0cQe8RjT2yLxKd7Ba';
const KEY_ID = 'key_5nV0cQe8RjT2yLxKd7Ba';
const MEMBERSHIP = {
  object_type: 'ACCOUNT_MEMBERSHIP',
  id: `${KEY_ID}:${PLATFORM_ID}`,
  account_id: PLATFORM_ID,
  account_reference: 'Acme',
  environment: 'LIVE',
  account: {
    id: PLATFORM_ID,
    reference: 'Acme',
    account_type_code: 'PLATFORM',
    environment: 'LIVE',
    account_group_id: PLATFORM_ID,
    parent_id: null,
    platform_id: PLATFORM_ID,
  },
  type: 'ADMIN',
  role_ids: [],
  roles: null,
} as const;
const API_KEY = {
  object_type: 'API_KEY',
  id: KEY_ID,
  client_id: '0f8e5b6c-7a31-8d2e-8f41-3c5a9b7d1e20',
  api_key: null,
  entity_id: PLATFORM_ID,
  created_at: '2026-01-31T09:00:00Z',
  active: true,
  status: 'ACTIVE',
  description: 'Billing system',
  account_memberships: [MEMBERSHIP],
  team_memberships: null,
  role_type: 'ADMINISTRATOR',
  expires_at: null,
} as const;

const membership = z
  .object({
    object_type: z.literal('ACCOUNT_MEMBERSHIP'),
    id: z.string(),
    account_id: z.string(),
    account_reference: z.string(),
    environment,
    account: z.object({
      id: z.string(),
      reference: z.string(),
      account_type_code: z.literal('PLATFORM'),
      environment,
      account_group_id: z.string(),
      parent_id: z.null(),
      platform_id: z.string(),
    }),
    type: z.enum(['ADMIN', 'USER']),
    role_ids: z.array(z.string()),
    roles: z.null(),
  })
  .meta({ id: 'AccountMembershipRepresentation', examples: [MEMBERSHIP] });

export const apiKey = z
  .object({
    object_type: z.literal('API_KEY'),
    id: z.string(),
    client_id: z
      .uuid()
      .meta({ description: 'Extension: its id for `POST /oauth/token`, as clients of Zuora want it.' }),
    api_key: z.string().nullable().meta({ description: 'The key itself: shown by `decrypt`, once.' }),
    entity_id: z.string(),
    created_at: instant,
    active: z.boolean(),
    status,
    description: z.string().nullable(),
    account_memberships: z.array(membership),
    team_memberships: z.null(),
    role_type: roleType,
    expires_at: instant.nullable().meta({ description: 'Extension: it is refused from then on.' }),
  })
  .meta({ id: 'ApiKey', examples: [API_KEY] });

/** Answer of a search: the contract's one key, the first that was found, and beside it the page of all of them. */
export const apiKeySearchResponse = z
  .object({ ...apiKey.partial().shape, ...pageResponse(apiKey).shape })
  .meta({ id: 'ApiKeySearchResponse' });

export type ApiKeyCreate = z.infer<typeof apiKeyCreate>;
