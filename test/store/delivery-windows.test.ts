import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Sql } from '../../store/database.js';
import { getPlatforms } from '../../store/platforms.js';
import { putFact } from '../../store/put-fact.js';
import { createApi, type Api } from '../api/api.js';
import { integrationHelpers } from '../api/integration-support.js';
import { created, put, runsOf, type Json } from '../api/support.js';

describe('an event that comes late (S-T4)', () => {
  let h: Api;
  beforeEach(async () => {
    h = await createApi();
    await put(h, 'customers/cust_1', {});
  });
  afterEach(() => h.stop());

  /** A workflow for final invoices whose mail may go for so many days. */
  async function finalWorkflow(days: number | null): Promise<void> {
    const { create, mailgun } = integrationHelpers(() => h);
    const workflow = await created(h, '/v1/workflows', {
      name: 'Final',
      type: 'INVOICE',
      reference: 'final',
      status: 'ACTIVE',
      invoice: { variant: 'TO_FINAL' },
    });
    const provider = { variant: 'MAILGUN', mailgun: { domain: 'mg.acme.example', region: 'EU' } };
    const window = days === null ? {} : { delivery_window: { type: 'DAY', value: days } };
    const { id } = await create(mailgun({ email_provider: { ...provider, ...window } }));
    await created(h, '/v1/workflow-actions', {
      workflow_id: workflow.id,
      type: 'SEND_EMAIL_TO_CUSTOMER',
      status: 'ACTIVE',
      send_email_to_customer: { integration_id: id },
    });
  }

  const final = (daysAgo: number): Json => ({
    customer_id: 'cust_1',
    status: 'FINAL',
    updated_to_final_at: new Date(Date.now() - daysAgo * 86_400_000).toISOString(),
  });

  it.each([
    ['goes within a long window of its integration', 30, 20, ['ACCEPTED', null]],
    ['is late after it', 30, 31, ['COMPLETED', 'late']],
    ['is late after a short one', 2, 3, ['COMPLETED', 'late']],
    ['has seven days where none is set', null, 6, ['ACCEPTED', null]],
    ['is late after those', null, 8, ['COMPLETED', 'late']],
  ])('%s', async (_, window, daysAgo, expected) => {
    await finalWorkflow(window);
    await put(h, 'invoices/inv_1', final(daysAgo));
    const [run] = await runsOf(h, 'resource_id=inv_1');
    expect([run?.status, run?.steps[0].reason]).toEqual(expected);
  });

  it('asks for the windows only when it is a day late or more', async () => {
    await finalWorkflow(30);
    const [platform] = await getPlatforms(h.db, [h.platformId]);
    if (!platform) throw new Error('no platform');
    const asked = (id: string, body: Json): Promise<number> =>
      h.db.transaction(async (tx) => {
        const texts: string[] = [];
        const rows: Sql['rows'] = (text, values) => {
          texts.push(text);
          return tx.rows(text, values);
        };
        await putFact({ ...tx, rows, row: tx.row.bind(tx), rowsOnce: tx.rowsOnce.bind(tx) }, platform, {
          kind: 'invoices',
          id,
          body,
        });
        return texts.filter((text) => text.includes('delivery_window')).length;
      });
    expect([await asked('inv_1', final(0.9)), await asked('inv_2', final(1.1))]).toEqual([0, 1]);
  });
});
