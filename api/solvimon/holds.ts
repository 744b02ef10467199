import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Refusal } from '../../contracts/refusal.js';
import type { Instant } from '../../domain/types.js';
import { endHold, getHold, insertHold, lockHeld, updateHold, type Held, type HoldRow } from '../../store/holds.js';
import { listPage } from '../../store/lists.js';
import { touchRuns } from '../../store/touch-runs.js';
import type { ApiContext, ZodApp } from '../context.js';
import { pageQuery, pageResponse, toPage, toPageResponse } from '../pages.js';
import { patched } from '../patched.js';
import { callerOf, platformOf } from '../plugins/auth.js';
import { hold, holdCreate, holdFields, holdPatch, type HoldCreate } from '../schemas/hold.js';
import { externalId, iso } from '../schemas/wire.js';
import { invalid, missing, throwIfAny } from './problems.js';

const params = z.object({ resourceId: z.string() });
const tags = ['holds'];

/** `/v1/holds`: nothing is sent to a customer, or about an invoice, for a while (extension, S-C6). */
export function holdRoutes(app: ZodApp, { db }: ApiContext): void {
  app.get(
    '/v1/holds',
    {
      config: { permission: 'HOLD.VIEW' },
      schema: {
        summary: 'List holds',
        description:
          'Also those that were ended or have run out; `ended=false` leaves out the ones that somebody ended.',
        tags,
        querystring: pageQuery(['created_at', 'until', 'id']).extend({
          customer_id: externalId.optional(),
          invoice_id: externalId.optional(),
          ended: z.enum(['true', 'false']).optional(),
        }),
        response: { 200: pageResponse(hold) },
      },
    },
    async (request) => {
      const { customer_id, invoice_id, ended } = request.query;
      const filters = [
        { condition: 'platform_id = ?', values: [platformOf(request).id] },
        ...(customer_id === undefined ? [] : [{ condition: 'customer_id = ?', values: [customer_id] }]),
        ...(invoice_id === undefined ? [] : [{ condition: 'invoice_id = ?', values: [invoice_id] }]),
        ...(ended === undefined ? [] : [{ condition: '(ended_at IS NOT NULL) = ?', values: [ended === 'true'] }]),
      ];
      const page = await listPage<HoldRow>(db, 'SELECT * FROM holds', filters, toPage(request.query));
      return toPageResponse(request, request.query, page, toResponse);
    },
  );

  app.post(
    '/v1/holds',
    {
      config: { permission: 'HOLD.CREATE' },
      schema: {
        summary: 'Hold a customer or an invoice',
        description:
          'Its open runs wait with the reason `held`. When the hold ends, what came due meanwhile goes by the late policy.',
        tags,
        body: holdCreate,
        response: { 201: hold },
      },
    },
    async (request, reply) => {
      const { body, tx } = request;
      const held = heldBy(body);
      const platformId = platformOf(request).id;
      const now = await lockHeld(tx, platformId, held);
      if (now === null) throw unknown(held);
      const fields = fieldsOf(body, now);
      const row = await insertHold(tx, platformId, held, fields, callerOf(request).credentialId);
      await touch(request, row);
      reply.code(201);
      return toResponse(row);
    },
  );

  app.get(
    '/v1/holds/:resourceId',
    {
      config: { permission: 'HOLD.VIEW' },
      schema: { summary: 'Get a hold', tags, params, response: { 200: hold } },
    },
    async (request) => toResponse(await known(request, db)),
  );

  app.patch(
    '/v1/holds/:resourceId',
    {
      config: { permission: 'HOLD.UPDATE' },
      schema: { summary: 'Change a hold', tags, params, body: holdPatch, response: { 200: hold } },
    },
    async (request, reply) => {
      const { row, now } = await locked(request);
      if (isOver(row, now)) throw Refusal.operation('This hold is over; make another one.');
      const { reason, until, note } = toResponse(row);
      const body = patched(holdFields, { reason, until, note }, request.body, reply);
      const fields = fieldsOf(body, now);
      // Told in whole seconds; one that is not changed stays as it is.
      if (body.until === until) fields.until = row.until;
      const changed = await updateHold(request.tx, row.id, fields);
      await touch(request, row);
      return toResponse(changed ?? row);
    },
  );

  app.delete(
    '/v1/holds/:resourceId',
    {
      config: { permission: 'HOLD.DELETE' },
      schema: {
        summary: 'End a hold',
        description: 'Ending one that is over already changes nothing.',
        tags,
        params,
        response: { 200: hold },
      },
    },
    async (request) => {
      const { row, now } = await locked(request);
      if (isOver(row, now)) return toResponse(row);
      const ended = await endHold(request.tx, row.id, now);
      await touch(request, row);
      return toResponse(ended ?? row);
    },
  );
}

function heldBy({ customer_id, invoice_id }: HoldCreate): Held {
  if (customer_id != null && invoice_id != null) {
    throwIfAny([invalid('invoice_id', 'A hold is on a customer or on an invoice, not on both.')]);
  }
  if (customer_id != null) return { customer_id, invoice_id: null };
  if (invoice_id != null) return { customer_id: null, invoice_id };
  throw new Refusal([missing('customer_id', 'A hold needs a customer_id or an invoice_id.')]);
}

function fieldsOf({ reason, until, note }: Pick<HoldCreate, 'reason' | 'until' | 'note'>, now: Instant) {
  const end = until == null ? null : Date.parse(until);
  if (end !== null && end <= now) throw Refusal.invalid('until', 'The end of a hold must lie ahead.');
  return { reason, until: end, note: note ?? null };
}

function isOver({ ended_at, until }: HoldRow, now: Instant): boolean {
  return ended_at !== null || (until !== null && until <= now);
}

async function known(request: FastifyRequest, sql: ApiContext['db'] | FastifyRequest['tx']): Promise<HoldRow> {
  const { resourceId: id } = request.params as z.infer<typeof params>;
  const row = await getHold(sql, platformOf(request).id, id);
  if (!row) throw Refusal.notFound('HOLD', id);
  return row;
}

/** The hold under the lock of what it holds, and the time on that customer's clock. */
async function locked(request: FastifyRequest): Promise<{ row: HoldRow; now: Instant }> {
  const seen = await known(request, request.tx);
  const now = await lockHeld(request.tx, seen.platform_id, heldOf(seen));
  if (now === null) throw unknown(heldOf(seen));
  return { row: await known(request, request.tx), now };
}

function heldOf({ customer_id, invoice_id }: HoldRow): Held {
  return customer_id !== null ? { customer_id, invoice_id: null } : { customer_id, invoice_id: invoice_id ?? '' };
}

function unknown({ customer_id, invoice_id }: Held): Refusal {
  return customer_id === null
    ? Refusal.notFound('INVOICE', invoice_id, 'invoice_id')
    : Refusal.notFound('CUSTOMER', customer_id, 'customer_id');
}

async function touch({ tx, tell }: FastifyRequest, { platform_id, customer_id, invoice_id }: HoldRow): Promise<void> {
  const scope =
    customer_id !== null
      ? ({ kind: 'CUSTOMER', id: customer_id } as const)
      : ({ kind: 'INVOICE', id: invoice_id ?? '' } as const);
  tell('RUN', await touchRuns(tx, platform_id, scope));
}

function toResponse(row: HoldRow): z.input<typeof hold> {
  return {
    object_type: 'HOLD',
    id: row.id,
    customer_id: row.customer_id,
    invoice_id: row.invoice_id,
    reason: row.reason,
    until: row.until === null ? null : iso(row.until),
    note: row.note,
    created_by: row.created_by,
    ended_at: row.ended_at === null ? null : iso(row.ended_at),
    created_at: iso(row.created_at),
    updated_at: iso(row.updated_at),
  };
}
