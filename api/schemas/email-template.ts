import { z } from 'zod';
import { VARIANTS } from '../../domain/variants.js';
import { canonicalLocale } from '../../email/locale-chain.js';
import { emailAddress, idText, instant, line, ordinal } from './wire.js';

/** Liquid texts: bounded, so that parsing them is. */
const LONGEST = { html: 200_000, mjml: 65_536, text: 100_000 };

/** Also the name of a directory, when templates are pulled. */
export const templateName = z
  .string()
  .regex(/^_?[A-Za-z0-9][A-Za-z0-9_-]{0,98}$/, 'must be 1–100 letters, digits, _ and -; a partial begins with _')
  .meta({ examples: ['overdue'] });

/** In its usual spelling, `nl_be` → `nl-BE`. */
export const templateLocale = z
  .string()
  .max(35)
  .regex(/^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$/, 'must be a language or language-country, such as nl-BE')
  .refine((text) => canonicalLocale(text) !== null, 'is not a locale')
  .overwrite((text) => canonicalLocale(text) ?? text)
  .meta({ examples: ['nl-BE'] });

const content = {
  subject: line(500).nullish().meta({ description: 'Liquid. Required, but for partials, which have none.' }),
  preheader: line(500).nullish().meta({ description: 'Liquid: the line mail programs show after the subject.' }),
  html: z
    .string()
    .min(1)
    .max(LONGEST.html)
    .nullish()
    .meta({ description: 'Liquid in HTML; exactly one of html and mjml.' }),
  mjml: z
    .string()
    .min(1)
    .max(LONGEST.mjml)
    .nullish()
    .meta({ description: 'Liquid in MJML, compiled when it is stored.' }),
  text: z
    .string()
    .min(1)
    .max(LONGEST.text)
    .nullish()
    .meta({ description: 'Liquid; absent = made from the rendered HTML.' }),
  required: z
    .array(z.string().min(1).max(100))
    .max(50)
    .nullish()
    .meta({
      description: 'Variables without which the mail is not sent (`variable_missing`).',
      examples: [['invoice.number']],
    }),
};

export const templatePut = z
  .object({
    locale: templateLocale,
    ...content,
    default: z.boolean().nullish().meta({
      description:
        'Whether this locale is the end of the chain. The first one stored is; of a built-in name English is.',
    }),
  })
  .meta({
    id: 'EmailTemplatePutRequest',
    examples: [
      {
        locale: 'en',
        subject: 'Invoice {{ invoice.number }} is {{ invoice.days_overdue | count: "day", "days" }} overdue',
        html: '<p>Dear {{ customer.name | default: "customer" }},</p><p>{{ invoice.open }} is still open.</p>',
        required: ['invoice.number'],
      },
    ],
  });

const localized = z
  .object({
    locale: z.string().meta({ examples: ['nl-BE'] }),
    version: ordinal.nullable().meta({ description: 'null = built-in.' }),
    default: z.boolean(),
    subject: z.string().nullable(),
    preheader: z.string().nullable(),
    html: z.string().nullable(),
    mjml: z.string().nullable(),
    text: z.string().nullable(),
    required: z.array(z.string()),
    variables: z
      .array(z.string())
      .meta({ description: 'What it names.', examples: [['invoice.number', 'customer.name']] }),
    created_at: instant.nullable(),
    updated_at: instant.nullable(),
  })
  .meta({ id: 'EmailTemplateLocale' });

const common = {
  object_type: z.literal('EMAIL_TEMPLATE'),
  name: templateName,
  built_in: z.boolean().meta({ description: 'The product brings one of this name along.' }),
};

export const template = z.object({ ...common, locales: z.array(localized) }).meta({
  id: 'EmailTemplate',
  examples: [
    {
      object_type: 'EMAIL_TEMPLATE',
      name: 'overdue',
      built_in: true,
      locales: [
        {
          locale: 'nl-BE',
          version: 3,
          default: false,
          subject: 'Factuur {{ invoice.number }}',
          preheader: null,
          html: '<p>Beste {{ customer.name }}, nog te betalen: {{ invoice.open }}</p>',
          mjml: null,
          text: null,
          required: ['invoice.number'],
          variables: ['customer.name', 'invoice.number', 'invoice.open'],
          created_at: '2026-01-31T09:00:00Z',
          updated_at: '2026-01-31T09:00:00Z',
        },
      ],
    },
  ],
});

export const templateSummary = z
  .object({
    ...common,
    locales: z.array(localized.pick({ locale: true, version: true, default: true, updated_at: true })),
    created_at: instant.nullable(),
    updated_at: instant.nullable(),
  })
  .meta({ id: 'EmailTemplateSummary' });

const draft = z
  .object(content)
  .nullish()
  .meta({ description: 'Content that is not stored; it is checked as if it were to be.' });

const look = {
  locale: templateLocale.nullish().meta({ description: 'Absent = the customer’s, else the platform’s.' }),
  variant: z
    .enum(VARIANTS as [string, ...string[]])
    .nullish()
    .meta({ description: 'Of the example facts, when no others are named.' }),
  run_id: idText.nullish(),
  invoice_id: idText.nullish(),
  payment_id: idText.nullish(),
  pricing_plan_schedule_id: idText.nullish(),
  wallet_id: idText.nullish(),
  parameters: z
    .record(z.string(), z.unknown())
    .nullish()
    .meta({
      description: 'Values of `parameters.<name>`; absent = those of the run, else none.',
      examples: [{ note: 'Thank you' }],
    }),
  draft,
};

export const previewRequest = z
  .object(look)
  .nullish()
  .meta({ id: 'EmailTemplatePreviewRequest', examples: [{ locale: 'nl-BE', variant: 'OVERDUE' }] });

export const preview = z
  .object({
    object_type: z.literal('EMAIL_TEMPLATE_PREVIEW'),
    subject: z.string(),
    html: z.string(),
    text: z.string(),
    locale: z.string().meta({ description: 'Whose text was used.', examples: ['nl'] }),
    version: ordinal.nullable().meta({ description: 'null = built-in, or a draft.' }),
    missing: z
      .array(z.string())
      .meta({ description: 'Variables it names that had no value.', examples: [['invoice.paid']] }),
    problem: z
      .string()
      .nullable()
      .meta({ description: 'Why such a mail would not be sent.', examples: [null] }),
  })
  .meta({
    id: 'EmailTemplatePreview',
    examples: [
      {
        object_type: 'EMAIL_TEMPLATE_PREVIEW',
        subject: 'Factuur 2026-0042',
        html: '<p>Beste Zoë van Dijk, nog te betalen: € 810,00</p>',
        text: 'Beste Zoë van Dijk, nog te betalen: € 810,00',
        locale: 'nl',
        version: 3,
        missing: [],
        problem: null,
      },
    ],
  });

export const testSendRequest = z
  .object({
    ...look,
    to: emailAddress.nullish().meta({
      description:
        'Absent = the address of the token’s user, else of the platform’s sender. On a LIVE platform only these and the platform’s `allow_list` are mailed.',
    }),
    integration_id: idText
      .nullish()
      .meta({ description: 'Sent through this integration; absent = the operator’s own provider.' }),
  })
  .nullish()
  .meta({ id: 'EmailTemplateTestSendRequest', examples: [{ to: 'billing@acme.example' }] });

export const testSent = z
  .object({
    object_type: z.literal('EMAIL_TEMPLATE_TEST'),
    sent: z.boolean(),
    to: z.string(),
    subject: z.string(),
    message: z.string().meta({ description: 'What the mail server said.', examples: ['250 OK'] }),
  })
  .meta({
    id: 'EmailTemplateTest',
    examples: [
      {
        object_type: 'EMAIL_TEMPLATE_TEST',
        sent: true,
        to: 'billing@acme.example',
        subject: '[Test] Factuur 2026-0042',
        message: '250 OK',
      },
    ],
  });

export type TemplatePut = z.infer<typeof templatePut>;
export type TemplateDraft = Pick<TemplatePut, keyof typeof content>;
export type TemplateLook = NonNullable<z.infer<typeof previewRequest>>;
