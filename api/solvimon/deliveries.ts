import { z } from 'zod';
import type { MailFacts } from '../../contracts/mail.js';
import { Refusal } from '../../contracts/refusal.js';
import type { Sql } from '../../store/database.js';
import { eventsOf, type DeliveryEvent } from '../../store/delivery-events.js';
import {
  deliveryConditions,
  getDelivery,
  SELECT_DELIVERIES,
  type DeliveryEvidence,
  type DeliveryView,
} from '../../store/delivery-views.js';
import { listPage } from '../../store/lists.js';
import { readMessage } from '../../store/messages.js';
import { performOperation } from '../../store/operations.js';
import type { ApiContext, ZodApp } from '../context.js';
import { pageQuery, pageResponse, toPage, toPageResponse } from '../pages.js';
import { callerOf, platformOf } from '../plugins/auth.js';
import { delivery, deliveryEvidence, deliveryFilter, resolveRequest } from '../schemas/delivery.js';
import { isoMs } from '../schemas/wire.js';

const params = z.object({ resourceId: z.string() });
const tags = ['deliveries'];
/** Names, addresses and what somebody owes: no cache is to have them. */
const PERSONAL = 'private, no-store';
const MESSAGE = z.string().meta({ examples: ['Subject: Invoice 2026-0042\r\n\r\n…'] });

/** `/v1/deliveries`: every mail there is, was or would have been, with its evidence (extension, S-E4, E5). */
export function deliveryRoutes(app: ZodApp, { db, vault }: ApiContext): void {
  app.get(
    '/v1/deliveries',
    {
      config: { permission: 'DELIVERY.VIEW' },
      schema: {
        summary: 'List deliveries',
        description: 'A delivery is one mail of one action for one step. `status=IN_DOUBT` are those to be resolved.',
        tags,
        querystring: pageQuery(['created_at', 'sent_at', 'id']).extend(deliveryFilter.shape),
        response: { 200: pageResponse(delivery) },
      },
    },
    async (request) => {
      const { sent_before: before, sent_after: after } = request.query;
      const filters = deliveryConditions(platformOf(request).id, {
        ...request.query,
        sent_before: before === undefined ? undefined : Date.parse(before),
        sent_after: after === undefined ? undefined : Date.parse(after),
      });
      const page = await listPage<DeliveryView>(db, SELECT_DELIVERIES, filters, toPage(request.query));
      return toPageResponse(request, request.query, page, toResponse);
    },
  );

  app.get(
    '/v1/deliveries/:resourceId',
    {
      config: { permission: 'DELIVERY.VIEW' },
      schema: {
        summary: 'Get a delivery with its evidence',
        description:
          'The facts it was made from, the template and its version, the hash of what went, the server’s answer.',
        tags,
        params,
        response: { 200: deliveryEvidence },
      },
    },
    async (request, reply) => {
      void reply.header('Cache-Control', PERSONAL);
      return evidence(db, platformOf(request).id, request.params.resourceId);
    },
  );

  app.get(
    '/v1/deliveries/:resourceId/message',
    {
      config: { permission: 'DELIVERY.VIEW' },
      schema: {
        summary: 'Get the message as it went to the server',
        description:
          'RFC 5322, byte for byte, as long as messages are kept (`MESSAGE_RETENTION_DAYS`); stored encrypted.',
        tags,
        params,
        response: { 200: { description: 'The message.', content: { 'message/rfc822': { schema: MESSAGE } } } },
      },
    },
    async (request, reply) => {
      const { resourceId: id } = request.params;
      const message = await readMessage(db, vault, platformOf(request).id, id);
      if (!message) throw Refusal.notFound('DELIVERY_MESSAGE', id);
      return reply
        .type('message/rfc822')
        .headers({ 'Content-Disposition': `attachment; filename="${id}.eml"`, 'Cache-Control': PERSONAL })
        .send(message as unknown as string);
    },
  );

  app.post(
    '/v1/deliveries/:resourceId/resolve',
    {
      config: { permission: 'DELIVERY.UPDATE' },
      schema: {
        summary: 'Resolve a doubtful delivery',
        description:
          'The connection was lost before the server’s answer, so nobody knows whether it arrived: say what is to count. A COMPLETED run comes back for a RESEND alone.',
        tags,
        params,
        body: resolveRequest,
        response: { 200: deliveryEvidence },
      },
    },
    async (request) => {
      const { tx } = request;
      const { resourceId: id } = request.params;
      const platformId = platformOf(request).id;
      const { as, note } = request.body;
      const { run_id: runId, step_id: stepId, action_id: actionId } = await known(tx, platformId, id);
      const asked = {
        operation: { kind: 'RESOLVE', stepId, actionId, as },
        note: note ?? null,
        by: callerOf(request).credentialId,
      } as const;
      request.tell('RUN', await performOperation(tx, platformId, runId, asked));
      return evidence(tx, platformId, id);
    },
  );
}

async function known(sql: Sql, platformId: string, id: string): Promise<DeliveryEvidence> {
  const row = await getDelivery(sql, platformId, id);
  if (!row) throw Refusal.notFound('DELIVERY', id);
  return row;
}

async function evidence(sql: Sql, platformId: string, id: string): Promise<z.input<typeof deliveryEvidence>> {
  return evidenceResponse(await known(sql, platformId, id), await eventsOf(sql, id));
}

function evidenceResponse(row: DeliveryEvidence, events: readonly DeliveryEvent[]): z.input<typeof deliveryEvidence> {
  return {
    ...toResponse(row),
    facts: row.facts && shownFacts(row.facts),
    message_hash: row.message_hash,
    resolved: row.resolved && { ...row.resolved, at: isoMs(row.resolved.at) },
    events: events.map((event) => ({ ...event, at: isoMs(event.at) })),
    message_kept_until: isoMs(row.message_kept_until),
  };
}

/** The names of parameters are the caller's own. */
function shownFacts({ parameters, ...facts }: MailFacts): Record<string, unknown> {
  return { ...(inSnakeCase(facts) as Record<string, unknown>), ...(parameters && { parameters }) };
}

/** Names as everywhere in the API: `daysOverdue` → `days_overdue`. */
function inSnakeCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inSnakeCase);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, own]) => [
      name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      inSnakeCase(own),
    ]),
  );
}

function toResponse(row: DeliveryView): z.input<typeof delivery> {
  const { recipients, server_reply: reply } = row;
  return {
    object_type: 'DELIVERY',
    id: row.id,
    run_id: row.run_id,
    step_id: row.step_id,
    action_id: row.action_id,
    workflow_id: row.workflow_id,
    customer_id: row.customer_id,
    resource_type: row.resource_type,
    resource_id: row.resource_id,
    status: row.status,
    reason: row.reason,
    attempts: row.attempts,
    subject: row.subject,
    recipients: recipients && {
      to: recipients.to ?? '',
      cc: [...(recipients.cc ?? [])],
      bcc: [...(recipients.bcc ?? [])],
      refused: [...(recipients.refused ?? [])],
      suppressed: [...(recipients.suppressed ?? [])],
      instead_of: recipients.insteadOf ?? null,
    },
    template: row.template,
    message_id: row.message_id,
    server_reply: reply && {
      stage: reply.stage ?? null,
      code: reply.code ?? null,
      enhanced: reply.enhanced ?? null,
      text: reply.text ?? '',
    },
    retry_at: isoMs(row.retry_at),
    claimed_at: isoMs(row.claimed_at),
    transmitting_at: isoMs(row.transmitting_at),
    sent_at: isoMs(row.sent_at),
    ended_at: isoMs(row.ended_at),
    created_at: isoMs(row.created_at),
  };
}
