import { isIP } from 'node:net';
import { z } from 'zod';
import { PROVIDER_VARIANTS } from '../../contracts/email-provider.js';
import { INTEGRATION_STATUSES } from '../../store/integrations.js';
import { patchBody } from './patch-body.js';
import { idText, instant, line, period } from './wire.js';

/** The contract's types; all but EMAIL_PROVIDER are refused with a word about it. */
const INTEGRATION_TYPES = [
  'PAYMENT_GATEWAY',
  'E_INVOICING',
  'TAX_CALCULATION',
  'DATA_EXPORT',
  'EMAIL_PROVIDER',
] as const;

const LABEL = /^[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?$/;
const host = z
  .string()
  .max(253)
  .refine((text) => isIP(text) !== 0 || text.split('.').every((label) => LABEL.test(label)), {
    message: 'must be the name or the address of a host',
  })
  .meta({ examples: ['smtp.example.com'] });

const secret = z.string().min(1).max(1_000);
const region = z.enum(['US', 'EU']);

const credentials = {
  username_password: z.object({ username: secret.nullish(), password: secret.nullish() }).nullish(),
  api_key: z.object({ header: line(100).nullish(), value: secret.nullish() }).nullish(),
  /** Of other types of integration: refused. */
  client_credentials: z.record(z.string(), z.unknown()).nullish(),
};

const authentication = z
  .object({
    ...credentials,
    webhook_signing_key: secret.nullish().meta({
      description:
        'Extension, MAILGUN: the HTTP webhook signing key, for `POST /intake/mailgun/{id of the integration}`.',
    }),
    webhook_verification_key: secret.nullish().meta({
      description:
        'Extension, SENDGRID: the verification key of the signed event webhook, for `POST /intake/sendgrid/{id of the integration}`.',
    }),
  })
  .meta({
    description: 'Stored encrypted and never answered. MAILGUN and SMTP: username_password; SENDGRID: api_key.',
  });

const emailProvider = z.object({
  variant: z.enum(PROVIDER_VARIANTS).nullish().meta({ description: 'SMTP and SENDGRID are extensions.' }),
  mailgun: z
    .object({ domain: host.nullish(), region: region.nullish(), plan: line(100).nullish() })
    .nullish()
    .meta({ description: 'Mail goes by SMTP, with the SMTP login of the domain.' }),
  smtp: z
    .object({
      host: host.nullish(),
      port: z.int().min(1).max(65_535).nullish(),
      tls: z.enum(['STARTTLS', 'TLS', 'NONE']).nullish(),
    })
    .nullish()
    .meta({
      description:
        'Extension. Default STARTTLS on port 587, which the server must offer; TLS from the first byte: 465; NONE: 25, only in a private network that the operator allows.',
    }),
  sendgrid: z.object({ region: region.nullish() }).nullish().meta({ description: 'Extension.' }),
  delivery_window: period
    .refine(({ value }) => value > 0, { message: 'must be above 0', path: ['value'] })
    .nullish()
    .meta({
      description:
        'How long after the planned instant a mail may still go; the next step of the run ends it in any case. Default: 7 days.',
    }),
  rate_limit: z
    .object({ count: z.int().min(1).max(1_000_000), per: z.enum(['SECOND', 'MINUTE', 'HOUR']) })
    .nullish()
    .meta({
      description:
        'Extension. How many mails may go through it in each second, minute or hour, all workers together, evenly spaced; null = as fast as it takes them.',
    }),
  use_localized_templates: z
    .boolean()
    .nullish()
    .meta({ description: 'false = every customer gets the platform’s language. Default true.' }),
});

const linkedResources = z
  .array(
    z.object({
      resource_type: line(100).nullish(),
      link_details: z
        .array(z.object({ base_url: line(2_000).nullish(), custom_field_reference: line(255).nullish() }))
        .max(50)
        .nullish(),
    }),
  )
  .max(50);

const common = {
  name: line(256).nullish(),
  description: line(256).nullish(),
  linked_resources_configurations: linkedResources.nullish(),
};
const foreign = z.record(z.string(), z.unknown()).nullish().meta({ description: 'Of another type: refused.' });

export const integrationCreate = z
  .object({
    reference: z.string().regex(/^[A-Za-z0-9_\-.:]{1,100}$/, 'must be 1–100 characters of A-Z a-z 0-9 _ - . :'),
    type: z.enum(INTEGRATION_TYPES).meta({ description: 'Only EMAIL_PROVIDER is supported.' }),
    status: z.enum(INTEGRATION_STATUSES).nullish().meta({ description: 'DRAFT (default), TESTING or ACTIVE.' }),
    ...common,
    authentication: authentication.nullish(),
    email_provider: emailProvider.nullish(),
    payment_gateway: foreign,
    e_invoicing: foreign,
    data_export: foreign,
    tax_calculation: foreign,
  })
  .meta({
    id: 'IntegrationCreateRequest',
    examples: [
      {
        reference: 'mailgun',
        type: 'EMAIL_PROVIDER',
        status: 'ACTIVE',
        authentication: { username_password: { username: 'postmaster@mg.example.com', password: '…' } },
        email_provider: { variant: 'MAILGUN', mailgun: { domain: 'mg.example.com', region: 'EU' } },
      },
    ],
  });

export const integrationPatch = patchBody(integrationCreate, 'IntegrationUpdateRequest');

export const integration = z
  .object({
    object_type: z.literal('INTEGRATION'),
    id: z.string(),
    reference: z.string(),
    name: z.string().optional(),
    description: z.string().optional(),
    status: z.enum(INTEGRATION_STATUSES),
    message: z.string().nullable(),
    type: z.literal('EMAIL_PROVIDER'),
    authentication: z
      .object({})
      .optional()
      .meta({ description: 'There when credentials are stored; what they are is never answered.' }),
    email_provider: emailProvider.optional(),
    linked_resources_configurations: linkedResources.optional(),
    created_at: instant,
    updated_at: instant,
  })
  .meta({
    id: 'Integration',
    examples: [
      {
        object_type: 'INTEGRATION',
        id: 'int_5nV0cQe8RjT2yLxKd7Ba',
        reference: 'mailgun',
        status: 'ACTIVE',
        message: null,
        type: 'EMAIL_PROVIDER',
        authentication: {},
        email_provider: { variant: 'MAILGUN', mailgun: { domain: 'mg.example.com', region: 'EU' } },
        created_at: '2026-01-31T09:00:00Z',
        updated_at: '2026-01-31T09:00:00Z',
      },
    ],
  });

export const connectionQuery = z.object({
  integration_type: z.enum(INTEGRATION_TYPES).optional().meta({ description: 'Only EMAIL_PROVIDER is supported.' }),
  integration_id: idText.optional().meta({ description: 'Extension: test a stored integration.' }),
});

export const connectionRequest = z
  .object({
    ...credentials,
    email_provider: emailProvider
      .nullish()
      .meta({ description: 'Extension: the provider to test; required without integration_id.' }),
  })
  .nullish()
  .meta({
    id: 'ConnectionTestRequest',
    examples: [
      {
        username_password: { username: 'mailer', password: '…' },
        email_provider: { variant: 'SMTP', smtp: { host: 'smtp.example.com' } },
      },
    ],
  });

export const connectionTest = z
  .object({
    successful: z.boolean().nullable().meta({ description: 'null = there is nothing to test (SYSTEM).' }),
    message: z.string(),
  })
  .meta({ id: 'TestConnectionResponse', examples: [{ successful: true, message: 'Connected to …' }] });

export type IntegrationCreate = z.infer<typeof integrationCreate>;
export type Authentication = z.infer<typeof authentication>;
