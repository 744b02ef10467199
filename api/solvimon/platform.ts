import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { FastifyRequest, FastifyReply } from 'fastify';
import { Refusal } from '../../contracts/refusal.js';
import { lockPlatform, updatePlatform, type Platform, type PlatformChanges } from '../../store/platforms.js';
import { touchRuns } from '../../store/touch-runs.js';
import type { ApiContext, ZodApp } from '../context.js';
import { mergePatch } from '../merge-patch.js';
import { platformOf } from '../plugins/auth.js';
import { nameIgnored } from '../plugins/bodies.js';
import { problemsOf } from '../plugins/errors.js';
import { calendar, calendarPatch } from '../schemas/calendar.js';
import { pdfSource, pdfSourcePatch } from '../schemas/pdf-source.js';
import { emailAddress, instant, iso, line, locale, zone } from '../schemas/wire.js';
import { withoutNulls } from '../without-nulls.js';
import { changedPdfSource, shownPdfSource } from './pdf-source-fields.js';

const sender = z.object({ name: line(255).nullish(), email: emailAddress });

const settings = {
  name: line(255),
  timezone: zone.nullable(),
  locale: locale.nullable(),
  sender: sender.nullable(),
  due_dates: z.enum(['INSTANT', 'DATE']).meta({
    description: 'DATE: a due date at exactly 00:00:00Z means that calendar date in the customer’s zone.',
  }),
  in_doubt: z.enum(['HOLD', 'RESEND', 'DROP']),
  allow_list: z.array(emailAddress).max(1_000).nullable(),
  blast_limit: z.int().min(0).max(1_000_000).nullable(),
  org_ids: z.array(z.string().min(1).max(255)).max(1_000).nullable(),
};

const platform = z
  .object({
    object_type: z.literal('PLATFORM'),
    id: z.string(),
    environment: z.enum(['TEST', 'LIVE']),
    ...settings,
    calendar: calendar.nullable().meta({ description: 'The default of workflows that have none; null = at any time.' }),
    invoice_pdf_source: pdfSource.nullable(),
    created_at: instant,
    updated_at: instant,
  })
  .meta({ id: 'Platform' });

const changes = z
  .object({
    ...settings,
    environment: z.enum(['TEST', 'LIVE']),
    sender: sender.partial().nullable(),
    calendar: calendarPatch.nullable(),
    invoice_pdf_source: pdfSourcePatch.nullable(),
  })
  .partial()
  .meta({ id: 'PlatformUpdateRequest', examples: [{ timezone: 'Europe/Amsterdam', due_dates: 'DATE' }] });

/** `/v1/platform`: one's own platform and its settings (extension, S-W12). */
export function platformRoutes(app: ZodApp, context: Pick<ApiContext, 'vault' | 'pdfNetworks'>): void {
  app.get(
    '/v1/platform',
    {
      config: { permission: 'PLATFORM.VIEW' },
      schema: { summary: 'Get the platform', tags: ['platform'], response: { 200: platform } },
    },
    (request) => toResponse(platformOf(request)),
  );

  app.patch(
    '/v1/platform',
    {
      config: { permission: 'PLATFORM.UPDATE' },
      schema: { summary: 'Change settings', tags: ['platform'], body: changes, response: { 200: platform } },
    },
    async (request, reply) => {
      // What is merged into is what is written over: two changes at once must not undo each other.
      const own = await lockPlatform(request.tx, platformOf(request).id);
      if (!own) throw Refusal.notFound('PLATFORM', platformOf(request).id);
      const { environment } = request.body;
      if (environment !== undefined && environment !== own.environment) {
        throw Refusal.invalid('environment', 'The environment of a platform never changes.');
      }
      const row = await updatePlatform(request.tx, own.id, {
        ...toChanges(own, request.body),
        calendar: calendarOf(own, request, reply),
        invoice_pdf_source: changedPdfSource(own, request.body.invoice_pdf_source, context),
      });
      if (!row) throw Refusal.notFound('PLATFORM', own.id);
      const newPdfSource = !isDeepStrictEqual(row.invoice_pdf_source, own.invoice_pdf_source);
      if (row.timezone !== own.timezone || newPdfSource) {
        request.tell('RUN', await touchRuns(request.tx, own.id, { kind: 'PLATFORM', id: own.id, newPdfSource }));
      }
      return toResponse(row);
    },
  );
}

/** The calendar with the change merged into it, validated whole (S-W10); undefined = not named. */
function calendarOf(
  own: Platform,
  { body, givenBody }: FastifyRequest<{ Body: z.infer<typeof changes> }>,
  reply: FastifyReply,
): PlatformChanges['calendar'] {
  if (body.calendar == null) return body.calendar;
  const merged = { calendar: mergePatch(own.calendar, body.calendar) };
  const parsed = z.object({ calendar }).safeParse(merged, { reportInput: true });
  if (!parsed.success) throw new Refusal(problemsOf(parsed.error));
  nameIgnored(reply, { ...(givenBody as object), ...merged }, { ...body, ...parsed.data });
  return withoutNulls(parsed.data.calendar);
}

/** Objects are merged, so a sender may be given in part (S-W10); it needs an address all the same. */
function toChanges(own: Platform, body: z.infer<typeof changes>): PlatformChanges {
  const { sender, allow_list, org_ids } = body;
  const stored = { name: own.sender_name, email: own.sender_email };
  const { name, email } = sender ? { ...stored, ...sender } : { name: null, email: null };
  if (sender && email === null) throw Refusal.missing('sender.email', 'A sender needs an address.');
  return {
    name: body.name,
    timezone: body.timezone,
    locale: body.locale,
    due_dates: body.due_dates,
    in_doubt: body.in_doubt,
    blast_limit: body.blast_limit,
    ...(sender === undefined ? {} : { sender_name: name, sender_email: email }),
    ...(allow_list === undefined ? {} : { allow_list: allow_list ?? [] }),
    ...(org_ids === undefined ? {} : { org_ids: org_ids ?? [] }),
  };
}

function toResponse(row: Platform): z.input<typeof platform> {
  return {
    object_type: 'PLATFORM',
    id: row.id,
    name: row.name,
    environment: row.environment,
    timezone: row.timezone,
    locale: row.locale,
    sender: row.sender_email === null ? null : { name: row.sender_name, email: row.sender_email },
    due_dates: row.due_dates,
    calendar: row.calendar,
    in_doubt: row.in_doubt,
    allow_list: row.allow_list,
    blast_limit: row.blast_limit,
    org_ids: row.org_ids,
    invoice_pdf_source: shownPdfSource(row),
    created_at: iso(row.created_at),
    updated_at: iso(row.updated_at),
  };
}
