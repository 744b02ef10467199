import { z } from 'zod';
import { SUPPRESSION_REASONS } from '../../domain/recipient.js';
import { SUPPRESSION_SOURCES } from '../../store/suppressions.js';
import { emailAddress, instant, line } from './wire.js';

const reason = z.enum(SUPPRESSION_REASONS);

export const suppressionCreate = z
  .object({
    email: emailAddress,
    reason: reason.nullish().meta({ description: 'Default MANUAL.' }),
    note: line(1_000).nullish(),
  })
  .meta({
    id: 'SuppressionCreateRequest',
    examples: [{ email: 'ap@acme.example', note: 'asked by phone to get no mail' }],
  });

export const suppression = z
  .object({
    object_type: z.literal('SUPPRESSION'),
    id: z.string(),
    email: z.string().meta({ description: 'Lower case, its domain in ASCII.', examples: ['ap@acme.example'] }),
    reason,
    source: z.enum(SUPPRESSION_SOURCES).meta({
      description:
        'Who told: the API, the mail server itself (SMTP), a bounce by mail (DSN), a complaint by mail (FEEDBACK), or a provider.',
    }),
    status_code: z
      .string()
      .nullable()
      .meta({ description: 'RFC 3463.', examples: ['5.1.1'] }),
    detail: z.string().nullable().meta({ description: 'The server’s words, or the note.' }),
    delivery_id: z.string().nullable().meta({ description: 'The mail it came of, when that is known.' }),
    created_at: instant,
  })
  .meta({
    id: 'Suppression',
    examples: [
      {
        object_type: 'SUPPRESSION',
        id: 'supp_8fQ2mZx1LrT0bYcVn3Wd',
        email: 'ap@acme.example',
        reason: 'HARD_BOUNCE',
        source: 'DSN',
        status_code: '5.1.1',
        detail: 'smtp; 550 5.1.1 No such user here',
        delivery_id: 'dlv_8fQ2mZx1LrT0bYcVn3Wd',
        created_at: '2026-01-31T09:00:00Z',
      },
    ],
  });

/** Filters of the list, besides the page. */
export const suppressionFilters = {
  email: emailAddress.optional(),
  reason: reason.optional(),
  since: instant.optional().meta({ description: 'Suppressed at this instant or later.' }),
};
