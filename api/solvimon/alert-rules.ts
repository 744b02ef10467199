import { isDeepStrictEqual } from 'node:util';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Refusal } from '../../contracts/refusal.js';
import {
  getAlertRule,
  insertAlertRule,
  lockAlertRule,
  updateAlertRule,
  type AlertRuleFields,
  type AlertRuleRow,
} from '../../store/alert-rules.js';
import { firstAbsent } from '../../store/facts.js';
import { listPage } from '../../store/lists.js';
import type { ApiContext, ZodApp } from '../context.js';
import { expand, expandQuery, type Expansions } from '../expand.js';
import { customersById } from '../facts/response.js';
import { pageQuery, pageResponse, toPage, toPageResponse } from '../pages.js';
import { patched } from '../patched.js';
import { callerOf, platformOf } from '../plugins/auth.js';
import { alertRule, alertRuleCreate, alertRulePatch } from '../schemas/alert-rule.js';
import { withoutNulls } from '../without-nulls.js';
import { alertRuleBody, alertRuleFields, alertRuleResponse, checkChange } from './alert-rule-fields.js';

const params = z.object({ resourceId: z.string() });
const one = { 200: alertRule };
const tags = ['alert-rules'];
const EXPANSIONS: Expansions<AlertRuleRow> = {
  customer_ids: {
    permission: 'CUSTOMER.VIEW',
    field: 'customers',
    ids: (row) => row.customer_ids,
    many: true,
    load: customersById,
  },
};

/** `/v1/alert-rules`: when an alert is wanted (alertrules.yml). Nothing raises alerts by itself yet. */
export function alertRuleRoutes(app: ZodApp, { db }: ApiContext): void {
  app.get(
    '/v1/alert-rules',
    {
      config: { permission: 'ALERT_RULE.VIEW' },
      schema: {
        summary: 'List alert rules',
        tags,
        querystring: pageQuery(['created_at', 'name', 'reference', 'id']).extend(expandQuery),
        response: { 200: pageResponse(alertRule) },
      },
    },
    async (request) => {
      const platformId = platformOf(request).id;
      const own = { condition: 'platform_id = ?', values: [platformId] };
      const page = await listPage<AlertRuleRow>(db, 'SELECT * FROM alert_rules', [own], toPage(request.query));
      const expanded = await expand(db, callerOf(request), EXPANSIONS, request.query['expand[]'], page.rows);
      return toPageResponse(request, request.query, page, (row) => ({ ...alertRuleResponse(row), ...expanded(row) }));
    },
  );

  app.post(
    '/v1/alert-rules',
    {
      config: { permission: 'ALERT_RULE.CREATE' },
      schema: { summary: 'Create an alert rule', tags, body: alertRuleCreate, response: { 201: alertRule } },
    },
    async (request, reply) => {
      const fields = alertRuleFields(request.body);
      if (fields.status === 'ARCHIVED') throw Refusal.invalid('status', 'An alert rule cannot be created ARCHIVED.');
      await checkCustomers(request, fields);
      const row = await insertAlertRule(request.tx, platformOf(request).id, fields);
      if (!row) throw taken(fields.reference);
      reply.code(201);
      return alertRuleResponse(row);
    },
  );

  app.get(
    '/v1/alert-rules/:resourceId',
    {
      config: { permission: 'ALERT_RULE.VIEW' },
      schema: { summary: 'Get an alert rule', tags, params, querystring: z.object(expandQuery), response: one },
    },
    async (request) => {
      const { resourceId: id } = request.params;
      const platformId = platformOf(request).id;
      const row = await getAlertRule(db, platformId, id);
      if (!row) throw Refusal.notFound('ALERT_RULE', id);
      const expanded = await expand(db, callerOf(request), EXPANSIONS, request.query['expand[]'], [row]);
      return { ...alertRuleResponse(row), ...expanded(row) };
    },
  );

  app.patch(
    '/v1/alert-rules/:resourceId',
    {
      config: { permission: 'ALERT_RULE.UPDATE' },
      schema: { summary: 'Change an alert rule', tags, params, body: alertRulePatch, response: one },
    },
    async (request, reply) => {
      const before = await locked(request, request.params.resourceId);
      const stored = alertRuleBody(before);
      const body = patched(alertRuleCreate, stored, request.body, reply);
      if (isDeepStrictEqual(withoutNulls(body), withoutNulls(stored))) return alertRuleResponse(before);
      checkChange(before, body);
      const fields = alertRuleFields(body);
      await checkCustomers(request, fields);
      const row = await updateAlertRule(request.tx, before.id, fields);
      if (!row) throw taken(fields.reference);
      return alertRuleResponse(row);
    },
  );

  app.delete(
    '/v1/alert-rules/:resourceId',
    {
      config: { permission: 'ALERT_RULE.DELETE' },
      schema: {
        summary: 'Archive an alert rule',
        description: 'Its alerts stay. A second time changes nothing.',
        tags,
        params,
        response: one,
      },
    },
    async (request) => {
      const before = await locked(request, request.params.resourceId);
      if (before.status === 'ARCHIVED') return alertRuleResponse(before);
      const row = await updateAlertRule(request.tx, before.id, { ...before, status: 'ARCHIVED' });
      if (!row) throw new Error(`alert rule ${before.id} vanished while it was locked`);
      return alertRuleResponse(row);
    },
  );
}

async function locked(request: FastifyRequest, id: string): Promise<AlertRuleRow> {
  const row = await lockAlertRule(request.tx, platformOf(request).id, id);
  if (!row) throw Refusal.notFound('ALERT_RULE', id);
  return row;
}

/** A rule for a customer who is not there would be silent for ever over a slip of the pen. */
async function checkCustomers(request: FastifyRequest, { customer_ids: ids }: AlertRuleFields): Promise<void> {
  const absent = await firstAbsent(request.tx, 'customers', platformOf(request).id, ids);
  if (absent) throw Refusal.notFound('CUSTOMER', absent.id, `customer_ids[${String(absent.index)}]`);
}

function taken(reference: string): Refusal {
  return Refusal.taken('reference', `There is an alert rule with the reference ${reference} already.`);
}
