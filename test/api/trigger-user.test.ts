import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestIssuer, type TestIssuer } from '../support/token-issuer.js';
import { createApi, type Api } from './api.js';
import { createLadder, expectRefusal, openInvoice, put, stored, type Json } from './support.js';

const PATH = '/v1/workflow-triggers';

describe('whose wish a MANUAL trigger is (S-M4)', () => {
  let h: Api;
  let issuer: TestIssuer;
  let ladder: Json;
  let keyId: string;
  beforeAll(async () => {
    issuer = await startTestIssuer();
    h = await createApi('TEST', { tokenIssuer: issuer });
    keyId = (await h.call('GET', '/v1/api-keys')).body.data[0].id as string;
    await put(h, 'customers/cust_1', { email: 'ap@acme.example' });
    await put(h, 'invoices/inv_1', openInvoice('cust_1'));
    await put(h, 'pricing-plan-subscriptions/ppsu_1', { customer_id: 'cust_1', status: 'ACTIVE' });
    await put(h, 'pricing-plan-schedules/pps_1', {
      pricing_plan_subscription_id: 'ppsu_1',
      type: 'TRIAL',
      end_at: '2990-01-31T00:00:00Z',
    });
    ladder = await createLadder(h, 'ladder');
  });
  afterAll(async () => {
    await h.stop();
    await issuer.stop();
  });

  const manual = (more: Json = {}): Json => ({
    type: 'MANUAL',
    invoice: { invoice_id: 'inv_1', manual: { variant: 'OVERDUE', ...more } },
  });
  const byToken = async (claims: Json): Promise<Record<string, string>> => ({
    'x-api-key': '',
    authorization: `Bearer ${await issuer.sign({ platform_ids: [h.platformId], sub: 'ann', ...claims })}`,
  });
  const trigger = (body: Json, headers: Record<string, string> = {}) => h.call('POST', PATH, body, headers);
  const clerk = { permissions: ['WORKFLOW_TRIGGER.CREATE', 'WORKFLOW_TRIGGER.VIEW'] };

  it('is the caller’s when nobody is named, and is shown so afterwards', async () => {
    for (const user_id of [undefined, null]) {
      const answer = await trigger(manual({ user_id }));
      expect([answer.status, answer.body.invoice.manual]).toEqual([201, { user_id: keyId, variant: 'OVERDUE' }]);
      const path = `${PATH}/${answer.body.id as string}`;
      expect((await h.call('GET', path)).body.invoice.manual.user_id).toBe(keyId);
    }
  });

  it('is the caller’s also without a manual block', async () => {
    const body = { type: 'MANUAL', workflow_id: ladder.id as string, invoice: { invoice_id: 'inv_1', manual: null } };
    expect((await trigger(body)).body.invoice).toEqual({ invoice_id: 'inv_1', manual: { user_id: keyId } });
    const trial = { pricing_plan_schedule_id: 'pps_1', manual: { variant: 'FREE_TRIAL_REMINDER' } };
    const answer = await trigger({ type: 'MANUAL', pricing_plan_subscription: trial });
    expect(answer.body.pricing_plan_subscription.manual.user_id).toBe(keyId);
  });

  it('is that of the token’s subject', async () => {
    const headers = await byToken(clerk);
    for (const user_id of [undefined, 'ann']) {
      const answer = await trigger(manual({ user_id }), headers);
      expect([answer.status, answer.body.invoice.manual.user_id]).toEqual([201, 'ann']);
    }
  });

  it('may be somebody else’s only if an administrator says so', async () => {
    for (const grant of [{ role_type: 'ADMINISTRATOR' }, { permissions: ['*'] }]) {
      const answer = await trigger(manual({ user_id: 'bob' }), await byToken(grant));
      expect([answer.status, answer.body.invoice.manual.user_id]).toEqual([201, 'bob']);
    }
    const before = await stored(h);
    const answer = await trigger(manual({ user_id: 'bob' }), await byToken(clerk));
    expectRefusal(answer, 403, 'USER_NOT_ALLOWED', 'invoice.manual.user_id');
    const trial = { pricing_plan_schedule_id: 'pps_1', manual: { user_id: 'bob', variant: 'FREE_TRIAL_REMINDER' } };
    const other = await trigger({ type: 'MANUAL', pricing_plan_subscription: trial }, await byToken(clerk));
    expectRefusal(other, 403, 'USER_NOT_ALLOWED', 'pricing_plan_subscription.manual.user_id');
    expect(await stored(h)).toEqual(before);
  });

  it('is nobody’s in an EVENT', async () => {
    const body = { type: 'EVENT', invoice: { invoice_id: 'inv_1', event: { variant: 'OVERDUE' } } };
    expect(JSON.stringify((await trigger(body)).body.invoice)).not.toContain('user_id');
  });
});
