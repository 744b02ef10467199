import { z } from 'zod';
import { idText, instant, line, ordinal } from './wire.js';
import { reason, reasonCode } from './workflow-run.js';

const status = z.enum(['PLANNED', 'CLAIMED', 'TRANSMITTING', 'SENT', 'REJECTED', 'IN_DOUBT', 'SKIPPED', 'BLOCKED']);

const addresses = z.array(z.string().meta({ examples: ['ap@acme.example'] }));

const SENT = {
  object_type: 'DELIVERY',
  id: 'dlv_5nV0cQe8RjT2yLxKd7Ba',
  run_id: 'run_5nV0cQe8RjT2yLxKd7Ba',
  step_id: '7-DAY',
  action_id: 'wact_5nV0cQe8RjT2yLxKd7Ba',
  workflow_id: 'wkfl_5nV0cQe8RjT2yLxKd7Ba',
  customer_id: 'cust_acme',
  resource_type: 'INVOICE',
  resource_id: 'inv_2026-0042',
  status: 'SENT',
  reason: null,
  attempts: 1,
  subject: 'Factuur 2026-0042 is 7 dagen te laat',
  recipients: { to: 'ap@acme.example', cc: [], bcc: [], refused: [], suppressed: [], instead_of: null },
  template: { name: 'overdue', locale: 'nl', version: null },
  message_id: '<dlv_5nV0cQe8RjT2yLxKd7Ba@mail.example.com>',
  server_reply: { stage: 'FINAL_DOT', code: 250, enhanced: '2.0.0', text: 'Ok: queued as 4F1C2' },
  retry_at: null,
  claimed_at: '2026-01-17T08:00:00.914Z',
  transmitting_at: '2026-01-17T08:00:01.012Z',
  sent_at: '2026-01-17T08:00:01.240Z',
  ended_at: '2026-01-17T08:00:01.240Z',
  created_at: '2026-01-17T08:00:00.914Z',
} as const;

export const delivery = z
  .object({
    object_type: z.literal('DELIVERY'),
    id: z.string(),
    run_id: z.string(),
    step_id: z.string().meta({ examples: ['7-DAY'] }),
    action_id: z.string(),
    workflow_id: z.string(),
    customer_id: z.string(),
    resource_type: z.string(),
    resource_id: z.string(),
    status,
    reason,
    attempts: z.int().min(0),
    subject: z.string().nullable(),
    recipients: z
      .object({
        to: z.string(),
        cc: addresses,
        bcc: addresses,
        refused: addresses.meta({ description: 'CC and BCC that the server refused; the mail went without them.' }),
        suppressed: addresses.meta({ description: 'CC and BCC that were left out because they are suppressed.' }),
        instead_of: z
          .enum(['no_recipient', 'suppressed'])
          .nullable()
          .meta({ description: 'Why `to` is a contact and not the customer; null = it is the customer.' }),
      })
      .nullable(),
    template: z
      .object({
        name: z.string().meta({ examples: ['overdue'] }),
        locale: z.string().meta({ examples: ['nl'] }),
        version: ordinal.nullable().meta({ description: 'null = built-in.' }),
      })
      .nullable(),
    message_id: z.string().nullable().meta({ description: 'The Message-ID header: the same in every attempt.' }),
    server_reply: z
      .object({
        stage: z
          .enum(['CONNECT', 'GREETING', 'EHLO', 'STARTTLS', 'AUTH', 'MAIL', 'RCPT', 'DATA', 'FINAL_DOT'])
          .nullable()
          .meta({ description: 'How far the conversation had come; null = no server was asked.' }),
        code: z
          .int()
          .nullable()
          .meta({ description: 'RFC 5321 §4.2.', examples: [250] }),
        enhanced: z
          .string()
          .nullable()
          .meta({ description: 'RFC 3463.', examples: ['2.0.0'] }),
        text: z.string(),
      })
      .nullable()
      .meta({ description: 'The last answer.' }),
    retry_at: instant.nullable().meta({ description: 'BLOCKED: when it is tried again by itself.' }),
    claimed_at: instant.nullable().meta({ description: 'When it was decided, from the facts of that moment.' }),
    transmitting_at: instant.nullable().meta({ description: 'Immediately before the first byte of the message.' }),
    sent_at: instant.nullable(),
    ended_at: instant.nullable().meta({ description: 'When the last attempt came to an outcome, whatever it was.' }),
    created_at: instant,
  })
  .meta({ id: 'Delivery', examples: [SENT] });

export const deliveryEvidence = delivery
  .extend({
    facts: z
      .record(z.string(), z.unknown())
      .nullable()
      .meta({ description: 'What the mail was made from, as read when it was decided: amounts, dates, days.' }),
    message_hash: z
      .string()
      .nullable()
      .meta({ description: 'SHA-256 of the message as it went to the server, in hex.' }),
    resolved: z
      .object({
        as: z.enum(['SENT', 'RESEND', 'DROP']),
        by: z.string().meta({ examples: ['key_5nV0cQe8RjT2yLxKd7Ba'] }),
        note: z.string().nullable(),
        at: instant,
      })
      .nullable()
      .meta({ description: 'How somebody ended its doubt, the last time.' }),
    events: z
      .array(
        z.object({
          kind: z.enum(['DELIVERED', 'DEFERRED', 'BOUNCED', 'COMPLAINED', 'UNSUBSCRIBED']),
          address: z.string(),
          at: instant,
          source: z.string().meta({ examples: ['MAILGUN'] }),
          status_code: z.string().nullable(),
          detail: z.string().nullable(),
        }),
      )
      .meta({ description: 'What was reported of it afterwards, oldest first.' }),
    message_kept_until: instant
      .nullable()
      .meta({ description: 'Until then `…/message` answers it; null = it is not kept.' }),
  })
  .meta({
    id: 'DeliveryEvidence',
    examples: [
      {
        ...SENT,
        facts: {
          variant: 'OVERDUE',
          locales: ['nl-NL', 'en'],
          customer_name: 'Acme',
          invoice: { number: '2026-0042', due_on: '2026-01-10', days_overdue: 7 },
        },
        message_hash: '1b4f0e9851971998e732078544c96b36c3d01cedf7caa332359d6f1d83567014',
        resolved: null,
        events: [
          {
            kind: 'BOUNCED',
            address: 'ap@acme.example',
            at: '2026-01-17T08:02:00Z',
            source: 'MAILGUN',
            status_code: '5.1.1',
            detail: 'No such user',
          },
        ],
        message_kept_until: '2026-04-17T08:00:01.240Z',
      },
    ],
  });

export const deliveryFilter = z.object({
  run_id: idText.optional(),
  workflow_id: idText.optional(),
  action_id: idText.optional(),
  customer_id: idText.optional(),
  resource_id: idText.optional(),
  status: status.optional(),
  reason: reasonCode.optional(),
  sent_before: instant.optional(),
  sent_after: instant.optional(),
});

export const resolveRequest = z
  .object({
    as: z.enum(['SENT', 'RESEND', 'DROP']).meta({
      description:
        'SENT: it arrived. RESEND: send it once more, under the same Message-ID, at once; within seven days. DROP: leave it at that.',
    }),
    note: line(1_000).nullish().meta({ description: 'In your own words; explain shows it.' }),
  })
  .meta({ id: 'DeliveryResolveRequest', examples: [{ as: 'SENT', note: 'the customer has it' }] });
