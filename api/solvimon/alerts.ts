import { z } from 'zod';
import { Refusal } from '../../contracts/refusal.js';
import { getAlertRule, getAlertRules } from '../../store/alert-rules.js';
import { getAlert, insertAlert, type AlertRow } from '../../store/alerts.js';
import { getFact } from '../../store/facts.js';
import { listPage } from '../../store/lists.js';
import type { ApiContext, ZodApp } from '../context.js';
import { expand, expandQuery, type Expansions } from '../expand.js';
import { customersById } from '../facts/response.js';
import { pageQuery, pageResponse, toPage, toPageResponse } from '../pages.js';
import { callerOf, platformOf } from '../plugins/auth.js';
import { alert, alertCreate, type AlertCreate } from '../schemas/alert.js';
import { idText, iso } from '../schemas/wire.js';
import { withoutNulls } from '../without-nulls.js';
import { alertRuleResponse, foreignBlocks } from './alert-rule-fields.js';
import { throwIfAny } from './problems.js';

const params = z.object({ resourceId: z.string() });
const tags = ['alerts'];
const EXPANSIONS: Expansions<AlertRow> = {
  customer_id: { permission: 'CUSTOMER.VIEW', field: 'customer', ids: (row) => [row.customer_id], load: customersById },
  alert_rule_id: {
    permission: 'ALERT_RULE.VIEW',
    field: 'alert_rule',
    ids: (row) => [row.alert_rule_id],
    load: async (sql, platformId, ids) => {
      const rules = await getAlertRules(sql, platformId, ids);
      return new Map(rules.map((rule) => [rule.id, alertRuleResponse(rule)]));
    },
  },
};

/** `/v1/alerts`: what was raised, kept as given (alerts.yml, S-A1). */
export function alertRoutes(app: ZodApp, { db }: ApiContext): void {
  app.get(
    '/v1/alerts',
    {
      config: { permission: 'ALERT.VIEW' },
      schema: {
        summary: 'List alerts',
        tags,
        querystring: pageQuery(['created_at', 'id']).extend({ ...expandQuery, customer_id: idText.optional() }),
        response: { 200: pageResponse(alert) },
      },
    },
    async (request) => {
      const { customer_id: customerId, 'expand[]': wanted } = request.query;
      const platformId = platformOf(request).id;
      const filters = [
        { condition: 'platform_id = ?', values: [platformId] },
        ...(customerId === undefined ? [] : [{ condition: 'customer_id = ?', values: [customerId] }]),
      ];
      const page = await listPage<AlertRow>(db, 'SELECT * FROM alerts', filters, toPage(request.query));
      const expanded = await expand(db, callerOf(request), EXPANSIONS, wanted, page.rows);
      return toPageResponse(request, request.query, page, (row) => ({ ...toResponse(row), ...expanded(row) }));
    },
  );

  app.post(
    '/v1/alerts',
    {
      config: { permission: 'ALERT.CREATE' },
      schema: { summary: 'Store an alert', tags, body: alertCreate, response: { 201: alert } },
    },
    async (request, reply) => {
      const { body, tx } = request;
      const platformId = platformOf(request).id;
      checkForm(body, platformId);
      const rule = await getAlertRule(tx, platformId, body.alert_rule_id);
      if (!rule) throw Refusal.notFound('ALERT_RULE', body.alert_rule_id, 'alert_rule_id');
      if (body.type !== rule.type) throw Refusal.invalid('type', `The alert rule is of type ${rule.type}.`);
      const customer = await getFact(tx, 'customers', platformId, body.customer_id);
      if (!customer) throw Refusal.notFound('CUSTOMER', body.customer_id, 'customer_id');
      const row = await insertAlert(tx, {
        platform_id: platformId,
        alert_rule_id: rule.id,
        customer_id: customer.id,
        type: body.type,
        data_trigger_reference: body.data_trigger_reference ?? null,
        alert_data: withoutNulls(body.alert_data),
      });
      reply.code(201);
      return toResponse(row);
    },
  );

  app.get(
    '/v1/alerts/:resourceId',
    {
      config: { permission: 'ALERT.VIEW' },
      schema: { summary: 'Get an alert', tags, params, querystring: z.object(expandQuery), response: { 200: alert } },
    },
    async (request) => {
      const { resourceId: id } = request.params;
      const platformId = platformOf(request).id;
      const row = await getAlert(db, platformId, id);
      if (!row) throw Refusal.notFound('ALERT', id);
      const expanded = await expand(db, callerOf(request), EXPANSIONS, request.query['expand[]'], [row]);
      return { ...toResponse(row), ...expanded(row) };
    },
  );
}

/** What can be judged without looking anything up. Whether another platform exists is nobody's business (S-W1). */
function checkForm({ platform_id: id, type, alert_data: data }: AlertCreate, platformId: string): void {
  if (id !== platformId) throw Refusal.invalid('platform_id', 'This is not the platform of the request.');
  throwIfAny(foreignBlocks(type, data, 'alert_data.'));
}

function toResponse(row: AlertRow): z.input<typeof alert> {
  return {
    object_type: 'ALERT',
    id: row.id,
    platform_id: row.platform_id,
    alert_rule_id: row.alert_rule_id,
    customer_id: row.customer_id,
    type: row.type,
    data_trigger_reference: row.data_trigger_reference,
    alert_data: row.alert_data,
    created_at: iso(row.created_at),
  };
}
