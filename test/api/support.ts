import { expect } from 'vitest';
import { createApiKey } from '../../store/api-keys.js';
import { createPlatform } from '../../store/platforms.js';
import type { Answer } from '../support/call.js';
import { overdueLadder } from '../support/scenario.js';
import type { Api } from './api.js';

export type Json = Record<string, any>;

const TABLES = [
  'platforms',
  'test_clocks',
  'customers',
  'contacts',
  'invoices',
  'payments',
  'pricing_plan_subscriptions',
  'pricing_plan_schedules',
  'wallet_types',
  'wallets',
  'workflows',
  'workflow_versions',
  'workflow_actions',
  'integrations',
  'invoice_pdfs',
  'email_templates',
  'email_template_versions',
  'workflow_triggers',
  'runs',
  'run_steps',
  'run_operations',
  'bulk_operations',
  'holds',
  'suppressions',
  'delivery_events',
  'outbox',
  'passes',
  'schedules',
  'webhooks',
  'alert_rules',
  'alerts',
];

/** Everything stored: per table how many rows, and a number that changes with any of them. */
export async function stored(h: Api): Promise<Json> {
  const one = (table: string): string =>
    `'${table}', (SELECT count(*) || ':' || coalesce(sum(hashtext(t::text)::bigint), 0) FROM ${table} t)`;
  const row = await h.db.rowsOnce<{ all: Json }>(`SELECT jsonb_build_object(${TABLES.map(one).join(', ')}) AS all`);
  return row[0]?.all ?? {};
}

/** Checks an error to the letter: status, code, field, the contract's shape and the request id (S-W2, S-W6). */
export function expectRefusal(answer: Answer<any>, status: number, code: string, field: string | null = null): void {
  expect(answer.body, JSON.stringify(answer.body)).toEqual({
    type: status >= 500 ? 'API_ERROR' : 'INVALID_REQUEST',
    code,
    field,
    message: expect.stringMatching(/\S/),
    resource_id: code === 'RESOURCE_NOT_FOUND' ? expect.any(String) : null,
    resource_type: code === 'RESOURCE_NOT_FOUND' ? expect.stringMatching(/^[A-Z_]+$/) : null,
    problems: expect.arrayContaining([{ code, field, message: answer.body.message }]),
  });
  expect(answer.status).toBe(status);
  expect(answer.headers['x-request-id']).toMatch(/^reqr_[A-Za-z0-9]{20}$/);
  expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
}

/** Refused, and not one row is different afterwards. */
export async function refuses(
  h: Api,
  [method, path, body]: readonly [string, string, unknown?],
  status: number,
  code: string,
  field: string | null = null,
): Promise<void> {
  const before = await stored(h);
  expectRefusal(await h.call(method, path, body), status, code, field);
  expect(await stored(h)).toEqual(before);
}

/** Sends text as it is, where `call` would make JSON of it. */
export function sendRaw(h: Api, method: string, path: string, text: string | Buffer, headers: Json = {}) {
  const json = { 'content-type': 'application/json', 'x-api-key': h.apiKey, ...headers };
  return h.app.inject({ method: method as 'POST', url: path, payload: text, headers: json }).then((response) => ({
    status: response.statusCode,
    headers: response.headers,
    body: response.json<Json>(),
  }));
}

export async function created(h: Api, path: string, body: Json): Promise<Json> {
  const answer = await h.call('POST', path, body);
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return answer.body;
}

/** An ACTIVE overdue ladder. */
export function createLadder(h: Api, reference: string, days = [7, 15, 30], more: Json = {}): Promise<Json> {
  return created(h, '/v1/workflows', { name: 'Ladder', status: 'ACTIVE', ...overdueLadder(reference, days), ...more });
}

export async function put(h: Api, path: string, body: Json): Promise<Json> {
  const answer = await h.call('PUT', `/v1/${path}`, body);
  expect([200, 201], JSON.stringify(answer.body)).toContain(answer.status);
  return answer.body;
}

/** An open invoice that is due long from now, so that nothing is late. */
export function openInvoice(customerId: string, more: Json = {}): Json {
  return { customer_id: customerId, status: 'FINAL', due_date: '2990-01-31T00:00:00Z', ...more };
}

/** Headers of somebody else, on a platform of their own. */
export async function stranger(h: Api): Promise<Record<string, string>> {
  const platform = await createPlatform(h.db, 'Somebody else', 'TEST');
  return { 'x-api-key': await createApiKey(h.db, [platform.id], 'stranger') };
}

export async function runsOf(h: Api, query: string): Promise<Json[]> {
  const answer = await h.call('GET', `/v1/workflow-runs?${query}`);
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body.data as Json[];
}

/** So many more runs like the only one there is, for invoices `many_1`, `many_2`, …: more than a bulk operation does at once. */
export async function multiplyRuns(h: Api, count: number): Promise<void> {
  const numbers = `generate_series(1, ${String(count)}) n`;
  await h.db.rowsOnce(`INSERT INTO invoices (platform_id, id, customer_id, body)
    SELECT platform_id, 'many_' || n, customer_id, body FROM invoices, ${numbers} WHERE id = 'inv_1'`);
  await h.db
    .rowsOnce(`INSERT INTO runs (id, platform_id, workflow_id, workflow_version, trigger_id, type, variant, resource_type, resource_id,
      customer_id, occurrence, due_dates, status, anchor_at, zone, wake_at, next_step_id, next_step_at, engine_workflow_id)
    SELECT id || n, platform_id, workflow_id, workflow_version, trigger_id, type, variant, resource_type, 'many_' || n, customer_id,
      occurrence, due_dates, status, anchor_at, zone, wake_at, next_step_id, next_step_at, engine_workflow_id || n
    FROM runs, ${numbers}`);
  await h.db.rowsOnce(`INSERT INTO run_steps (run_id, id, position, periods, raw_at, planned_at, shifts, status)
    SELECT r.id, s.id, s.position, s.periods, s.raw_at, s.planned_at, s.shifts, s.status
    FROM run_steps s JOIN runs r ON r.id LIKE s.run_id || '%' AND r.id <> s.run_id`);
}
