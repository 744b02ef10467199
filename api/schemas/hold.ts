import { z } from 'zod';
import { HOLD_REASONS } from '../../store/holds.js';
import { patchBody } from './patch-body.js';
import { externalId, instant, line } from './wire.js';

const fields = {
  reason: z.enum(HOLD_REASONS),
  until: instant.nullish().meta({ description: 'When it runs out by itself; null = until it is ended.' }),
  note: line(1_000).nullish(),
};

export const holdCreate = z
  .object({ customer_id: externalId.nullish(), invoice_id: externalId.nullish(), ...fields })
  .meta({
    id: 'HoldCreateRequest',
    description: 'Exactly one of `customer_id` and `invoice_id`.',
    examples: [
      { invoice_id: 'inv_1001', reason: 'PROMISE_TO_PAY', until: '2026-06-01T00:00:00Z', note: 'pays on Friday' },
    ],
  });

/** What of a hold can be changed. */
export const holdFields = z.object(fields);

export const holdPatch = patchBody(holdFields, 'HoldUpdateRequest');

export const hold = z
  .object({
    object_type: z.literal('HOLD'),
    id: z.string(),
    customer_id: z.string().nullable(),
    invoice_id: z.string().nullable(),
    reason: fields.reason,
    until: instant.nullable(),
    note: z.string().nullable(),
    created_by: z.string().meta({ description: 'The credential that made it.' }),
    ended_at: instant.nullable().meta({ description: 'When somebody ended it; null = nobody did.' }),
    created_at: instant,
    updated_at: instant,
  })
  .meta({ id: 'Hold' });

export type HoldCreate = z.infer<typeof holdCreate>;
