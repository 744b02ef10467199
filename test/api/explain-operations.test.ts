import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestIssuer, type TestIssuer } from '../support/token-issuer.js';
import { createApi, type Api } from './api.js';
import { created, createLadder, expectRefusal, openInvoice, put, runsOf, type Json } from './support.js';

describe('explain of what operators did (S-R4)', () => {
  let issuer: TestIssuer;
  let h: Api;
  beforeAll(async () => {
    issuer = await startTestIssuer();
    h = await createApi('TEST', { tokenIssuer: issuer });
    await createLadder(h, 'ladder');
    await put(h, 'customers/cust_1', { email: 'ap@acme.example' });
    await put(h, 'invoices/inv_1', openInvoice('cust_1'));
    await put(h, 'invoices/inv_2', openInvoice('cust_1'));
    await put(h, 'pricing-plan-subscriptions/ppsu_1', { customer_id: 'cust_1' });
    await put(h, 'pricing-plan-schedules/pps_1', { pricing_plan_subscription_id: 'ppsu_1', type: 'TRIAL' });
  });
  afterAll(async () => {
    await h.stop();
    await issuer.stop();
  });

  const explain = async (invoiceId: string): Promise<Json> => {
    const [run] = await runsOf(h, `resource_id=${invoiceId}`);
    const answer = await h.call('GET', `/v1/workflow-runs/${String(run?.id)}/explain`);
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    return answer.body;
  };

  it('shows of a hold what it is and why, and nothing else of its row', async () => {
    const body = { invoice_id: 'inv_1', reason: 'DISPUTE', note: 'came broken', until: '2980-01-01T00:00:00Z' };
    const { id } = await created(h, '/v1/holds', body);
    const { holds, steps } = await explain('inv_1');
    expect(holds).toEqual([{ id, reason: 'DISPUTE', until: '2980-01-01T00:00:00.000Z', note: 'came broken' }]);
    expect(steps[0].outcome).toEqual(['It goes then, to ap@acme.example.']);
  });

  it('says of an operation that nobody has carried out yet that it is in force', async () => {
    const [run] = await runsOf(h, 'resource_id=inv_2');
    await h.db.rows(
      `INSERT INTO run_operations (run_id, operation, created_by) VALUES ($1, '{"kind":"PAUSE"}', 'desk')`,
      [run?.id],
    );
    const before = await explain('inv_2');
    expect(before.operations).toMatchObject([{ operation: 'PAUSE', by: 'desk', pending: true }]);
    expect(before.text.replace(/\s+/g, ' ')).toContain('It is in force, and what is told above does not show it yet.');
    await h.call('POST', `/v1/workflow-runs/${String(run?.id)}/skip-step`);
    const after = await explain('inv_2');
    expect(after.operations.map(({ pending }: Json) => pending as boolean)).toEqual([false, false]);
    expect(after.text).not.toContain('in force');
    expect(after.steps[1].outcome).toEqual(['The run is paused: it waits for somebody to resume it.']);
  });

  it('tells of a subscription only whoever may see its schedules', async () => {
    const ask = async (...permissions: string[]) => {
      const token = await issuer.sign({ platform_ids: [h.platformId], permissions });
      const bearer = { authorization: `Bearer ${token}`, 'x-api-key': '' };
      return h.call('GET', '/v1/explain?pricing_plan_subscription_id=ppsu_1', undefined, bearer);
    };
    const some = ['WORKFLOW_RUN.VIEW', 'PRICING_PLAN_SUBSCRIPTION.VIEW'];
    const refused = await ask(...some);
    expectRefusal(refused, 403, 'USER_NOT_ALLOWED');
    expect(refused.body.message).toContain('PRICING_PLAN_SCHEDULE.VIEW');
    expect((await ask(...some, 'PRICING_PLAN_SCHEDULE.VIEW')).status).toBe(200);
  });
});
