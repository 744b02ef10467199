import { expect } from 'vitest';
import type { Harness } from './harness.js';

/** A workflow with one action, ready to send. Answers its id. */
export async function createWorkflow(h: Harness, workflow: Record<string, unknown>): Promise<string> {
  const created = await h.call('POST', '/v1/workflows', { name: 'Test', status: 'ACTIVE', ...workflow });
  expect(created.status, JSON.stringify(created.body)).toBe(201);
  const action = { workflow_id: created.body.id, type: 'SEND_EMAIL_TO_CUSTOMER', status: 'ACTIVE' };
  expect((await h.call('POST', '/v1/workflow-actions', action)).status).toBe(201);
  return created.body.id as string;
}

/** An overdue ladder in days. */
export function overdueLadder(reference: string, days: readonly number[]): Record<string, unknown> {
  const periods = days.map((value) => ({ type: 'DAY', value }));
  return { type: 'INVOICE', reference, invoice: { variant: 'OVERDUE', overdue: { periods } } };
}

export async function createClock(h: Harness, frozenTime: string): Promise<string> {
  const created = await h.call('POST', '/v1/test-clocks', { frozen_time: frozenTime });
  expect(created.status, JSON.stringify(created.body)).toBe(201);
  return created.body.id as string;
}

/** Moves a clock and waits until every run on it is at rest. */
export async function advance(h: Harness, clock: string, to: string): Promise<void> {
  const answer = await h.call('POST', `/v1/test-clocks/${clock}/advance`, { frozen_time: to });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
}

export async function put(h: Harness, path: string, body: Record<string, unknown>): Promise<void> {
  const answer = await h.call('PUT', `/v1/${path}`, body);
  expect([200, 201], JSON.stringify(answer.body)).toContain(answer.status);
}

export async function onlyRun(h: Harness, query = ''): Promise<Record<string, any>> {
  const answer = await h.call('GET', `/v1/workflow-runs${query}`);
  expect(answer.body.data).toHaveLength(1);
  return answer.body.data[0];
}

/** Each step as `7-DAY SKIPPED paid`, for asserting whole ladders at once. */
export function ladderOf(run: Record<string, any>): string[] {
  return run.steps.map((step: Record<string, any>) => [step.id, step.status, step.reason].filter(Boolean).join(' '));
}
