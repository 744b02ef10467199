import { z } from 'zod';
import { Refusal } from '../../contracts/refusal.js';
import type { Database } from '../../store/database.js';
import { getFact } from '../../store/facts.js';
import type { ZodApp } from '../context.js';
import { pageResponse } from '../pages.js';
import { platformOf } from '../plugins/auth.js';
import { textOf } from './columns.js';
import { answerFacts, factQuery } from './list-routes.js';
import { PAYMENTS } from './resources.js';

const params = z.object({ resourceId: z.string() });

/**
 * `GET /v1/invoices/{id}/payments`: the payments that name the invoice, whatever came of them. `payment-attempts` is the
 * contract's deprecated name for the same.
 */
export function invoicePaymentRoutes(app: ZodApp, db: Database): void {
  for (const [word, summary] of [
    ['payments', 'List the payments of an invoice'],
    ['payment-attempts', 'List the payments of an invoice (deprecated: use payments)'],
  ] as const) {
    app.get(
      `/v1/invoices/:resourceId/${word}`,
      {
        config: { permission: 'INVOICE.VIEW' },
        schema: {
          summary,
          deprecated: word === 'payment-attempts',
          tags: ['facts'],
          params,
          querystring: factQuery(PAYMENTS, {}),
          response: { 200: pageResponse(PAYMENTS.response) },
        },
      },
      async (request) => {
        const { resourceId: id } = request.params;
        if (!(await getFact(db, 'invoices', platformOf(request).id, id))) throw Refusal.notFound('INVOICE', id);
        const named = { condition: `${textOf('invoice_id')} = ?`, values: [id] };
        return answerFacts(request, db, PAYMENTS, request.query, [named]);
      },
    );
  }
}
