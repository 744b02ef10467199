import { z } from 'zod';
import { isActionSelector } from '../../contracts/webhook-events.js';
import { patchBody } from './patch-body.js';
import { instant, line } from './wire.js';

const LONGEST_URL = 2_048;

/** Written by us with every request, or about the connection and not about the message (RFC 9110 section 7.6.1). */
const OWN_HEADERS = new Set([
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'expect',
  'host',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'user-agent',
]);

/** `http:` or `https:`, absolute, without credentials and without a fragment: both would be lost or leak on the way. */
const url = z
  .string()
  .max(LONGEST_URL)
  .superRefine((text, context) => {
    const message = urlProblem(text);
    if (message !== null) context.addIssue({ code: 'custom', message });
  })
  .meta({ format: 'uri', examples: ['https://hooks.example.com/dunwell'] });

const selector = z
  .string()
  .max(100)
  .refine(isActionSelector, 'is not an action that GET /v1/webhooks/actions lists, nor all of a resource (INVOICE.*)');

const selectors = z.array(selector).max(200).nullish();

/** Of a credential that is sent along. */
export const headerName = z
  .string()
  .max(100)
  .regex(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/, 'must be a header name')
  .refine((name) => !/^(dunwell|proxy)-/i.test(name) && !OWN_HEADERS.has(name.toLowerCase()), {
    message: 'is a header that cannot be chosen',
  });

/** What stands in a header as it is: visible ASCII, with spaces inside. */
export const headerValue = z
  .string()
  .min(1)
  .max(1_024)
  .regex(/^[!-~]([ -~]*[!-~])?$/, 'must be ASCII without control characters, and without spaces around it');

const secretKey = z
  .string()
  .regex(/^[!-~]{16,256}$/, 'must be 16–256 visible ASCII characters')
  .meta({ description: 'What requests are signed with; made by us when absent. Answered only when it is new.' });

const reference = z
  .string()
  .regex(/^[A-Za-z0-9_\-.:]{1,100}$/, 'must be 1–100 characters of A-Z a-z 0-9 _ - . :')
  .meta({ examples: ['billing-hook'] });

const fields = {
  name: line(255),
  reference,
  url,
  active: z.boolean().nullish().meta({ description: 'Default true.' }),
  included_actions: selectors.meta({
    description: 'What is sent: actions, or `INVOICE.*` for all of a resource. Null or empty = everything.',
  }),
  excluded_actions: selectors.meta({ description: 'What is not sent, although it is included.' }),
  include_previous_data: z.boolean().nullish().meta({ description: 'Default false.' }),
  authentication_type: z.enum(['PASSWORD', 'API_KEY', 'NONE']).nullish().meta({ description: 'Default NONE.' }),
  username: line(255)
    .regex(/^[^:]*$/, 'must not contain a colon')
    .nullish(),
  password: line(255).nullish().meta({ description: 'Never answered.' }),
  api_header_field: headerName.nullish(),
  api_key: headerValue.nullish().meta({ description: 'Never answered.' }),
};

/** What a merge patch is applied to, and checked as afterwards: the secret key has a route of its own. */
export const webhookSettings = z.object(fields);

export const webhookCreate = z.object({ ...fields, secret_key: secretKey.nullish() }).meta({
  id: 'WebhookCreateRequest',
  examples: [
    {
      name: 'Billing',
      reference: 'billing-hook',
      url: 'https://hooks.example.com/dunwell',
      included_actions: ['WORKFLOW_RUN.*', 'DELIVERY.SENT'],
      authentication_type: 'API_KEY',
      api_header_field: 'X-Hook-Key',
      api_key: 'a-key-of-theirs',
    },
  ],
});

export const webhookPatch = patchBody(webhookSettings, 'WebhookUpdateRequest');

export const webhookSecret = z
  .object({ secret_key: secretKey.nullish() })
  .nullish()
  .meta({ id: 'WebhookSecretRequest', examples: [{ secret_key: 'a-secret-that-both-sides-know' }] });

export const webhook = z
  .object({
    object_type: z.literal('WEBHOOK'),
    id: z.string(),
    ...fields,
    active: z.boolean(),
    include_previous_data: z.boolean(),
    authentication_type: z.enum(['PASSWORD', 'API_KEY', 'NONE']),
    password: z.null(),
    api_key: z.null(),
    secret_key: z.string().nullable().meta({ description: 'Shown once: when it was made.' }),
    signing_protocol: z.string(),
    previous_secret_key: z.null(),
    previous_signing_protocol: z.string().nullable().meta({ description: 'Set while the previous secret signs too.' }),
    secret_rolled_at: instant.nullable(),
    penalty_box: z.string().nullable(),
    penalty_box_data: z.null(),
    created_at: instant,
    updated_at: instant,
  })
  .meta({
    id: 'Webhook',
    examples: [
      {
        object_type: 'WEBHOOK',
        id: 'whk_5nV0cQe8RjT2yLxKd7Ba',
        name: 'Billing',
        reference: 'billing-hook',
        url: 'https://hooks.example.com/dunwell',
        included_actions: ['WORKFLOW_RUN.*', 'DELIVERY.SENT'],
        excluded_actions: null,
        active: true,
        include_previous_data: false,
        authentication_type: 'API_KEY',
        username: null,
        password: null,
        api_header_field: 'X-Hook-Key',
        api_key: null,
        secret_key: null,
        signing_protocol: 'HMAC_SHA256_V1',
        previous_secret_key: null,
        previous_signing_protocol: null,
        secret_rolled_at: null,
        penalty_box: null,
        penalty_box_data: null,
        created_at: '2026-01-31T09:00:00Z',
        updated_at: '2026-01-31T09:00:00Z',
      },
    ],
  });

export const webhookActions = z
  .object({ data: z.array(z.object({ object_type: z.string(), actions: z.array(z.string()) })) })
  .meta({
    id: 'WebhookActionResponseWrapper',
    examples: [{ data: [{ object_type: 'INVOICE', actions: ['INVOICE.CREATED', 'INVOICE.UPDATED'] }] }],
  });

export const webhookConnection = z.object({ successful: z.boolean(), message: z.string() }).meta({
  id: 'WebhookConnectionResponse',
  examples: [{ successful: true, message: 'The webhook answered with status 204.' }],
});

export type WebhookSettings = z.infer<typeof webhookSettings>;

/** Why this is no URL to call; null = it is one. */
export function urlProblem(text: string): string | null {
  // The parser drops tabs, line ends and spaces around; what is stored is what was meant.
  if (!/^https?:\/\/[^\s\p{Cc}]+$/iu.test(text) || !URL.canParse(text)) return 'must be an http or https URL';
  const { username, password } = new URL(text);
  if (username !== '' || password !== '') return 'must not contain credentials: use authentication_type';
  if (text.includes('#')) return 'must not have a fragment';
  return null;
}
