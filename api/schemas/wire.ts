import { z } from 'zod';
import { maxPeriodValue } from '../../domain/period.js';
import type { Instant } from '../../domain/types.js';
import { isZone } from '../../domain/zone.js';
import { parseAddress } from '../../email/parse-address.js';

/** ISO 8601 with `Z` or an offset, years 1970–2999 (S-W4). */
export const instant = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})$/i, {
    message: 'must be an ISO 8601 date-time with a zone, such as 2026-01-31T09:00:00Z',
    abort: true,
  })
  .refine((text) => isRealInstant(text), { message: 'is not a date between 1970 and 2999', abort: true })
  .meta({ format: 'date-time', examples: ['2026-01-31T09:00:00Z'] });

/** Instants of facts are kept as UTC, so that equal instants are equal text. */
export const utc = instant.overwrite((text) => new Date(text).toISOString().replace('.000Z', 'Z'));

/** An id of the caller's own (S-W2). */
export const externalId = z
  .string()
  // `.` and `..` cannot stand in a URL.
  .regex(/^(?!\.{1,2}$)[A-Za-z0-9_\-.:]{1,255}$/, 'must be 1–255 characters of A-Z a-z 0-9 _ - . :')
  .meta({ examples: ['inv_2026-0042'] });

/** An id as a reference to something else: whether it exists is looked up. */
export const idText = z.string().min(1).max(255);

export const zone = z
  .string()
  .refine(isZone, 'is not a time zone we know; use an IANA name such as Europe/Amsterdam')
  .meta({ examples: ['Europe/Amsterdam'] });

export const locale = z
  .string()
  .regex(/^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$/, 'must be a language or language-country, such as en-US')
  .meta({ examples: ['nl-NL'] });

export const emailAddress = z
  .string()
  .superRefine((text, context) => {
    const parsed = parseAddress(text);
    if ('problem' in parsed) context.addIssue({ code: 'custom', message: parsed.problem });
  })
  .meta({ examples: ['billing@example.com'] });

export const period = z
  .object({ type: z.enum(['DAY', 'WEEK', 'MONTH', 'YEAR']), value: z.int().min(0) })
  .superRefine(({ type, value }, context) => {
    const most = maxPeriodValue(type);
    if (value > most) {
      context.addIssue({ code: 'custom', path: ['value'], message: `must be at most ${String(most)} for ${type}` });
    }
  })
  .meta({ examples: [{ type: 'DAY', value: 7 }] });

/** Integers that we count ourselves: numbers, versions, pages. */
export const ordinal = z
  .int()
  .min(1)
  .meta({ examples: [1] });

/** One line of text for people. */
export const line = (longest: number): z.ZodString =>
  z
    .string()
    .min(1)
    .max(longest)
    // eslint-disable-next-line no-control-regex -- control characters are what is being refused
    .regex(/^[^\u0000-\u001f\u007f]*$/, 'must be one line without control characters')
    .meta({ examples: ['One line of text'] });

export const problem = z.object({ code: z.string(), field: z.string().nullable(), message: z.string() }).meta({
  id: 'Problem',
  examples: [{ code: 'MISSING_FIELD', field: 'reference', message: 'reference is required.' }],
});

export const apiError = z
  .object({
    type: z.enum(['API_ERROR', 'INVALID_REQUEST']),
    code: z.string(),
    field: z.string().nullable(),
    message: z.string(),
    resource_id: z.string().nullable(),
    resource_type: z.string().nullable(),
    problems: z.array(problem),
  })
  .meta({
    id: 'ApiError',
    description: 'The first problem, and all of them in `problems`.',
    examples: [
      {
        type: 'INVALID_REQUEST',
        code: 'MISSING_FIELD',
        field: 'reference',
        message: 'reference is required.',
        resource_id: null,
        resource_type: null,
        problems: [{ code: 'MISSING_FIELD', field: 'reference', message: 'reference is required.' }],
      },
    ],
  });

/** An instant as it leaves: UTC, whole seconds (S-W4). */
export function iso(at: Instant): string;
export function iso(at: Instant | null): string | null;
export function iso(at: Instant | null): string | null {
  return at === null ? null : `${new Date(at).toISOString().slice(0, 19)}Z`;
}

/** As `iso`, with milliseconds: runs, steps and deliveries. */
export function isoMs(at: Instant): string;
export function isoMs(at: Instant | null): string | null;
export function isoMs(at: Instant | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}

function isRealInstant(text: string): boolean {
  const at = Date.parse(text);
  const [year, month, day] = text.slice(0, 10).split('-').map(Number);
  if (Number.isNaN(at) || year === undefined || month === undefined || day === undefined) return false;
  const lastDay = new Date(Date.UTC(year, month, 0)).getUTCDate();
  return day <= lastDay && new Date(at).getUTCFullYear() >= 1970 && new Date(at).getUTCFullYear() <= 2999;
}
