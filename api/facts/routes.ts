import type { ApiContext, ZodApp } from '../context.js';
import { getRoute } from './get-route.js';
import { invoicePaymentRoutes } from './invoice-payments.js';
import { invoicePdfRoutes } from './invoice-pdf.js';
import { listRoutes } from './list-routes.js';
import { putRoute } from './put-route.js';
import { FACT_RESOURCES } from './resources.js';

/** `/v1/{customers|contacts|invoices|…}`: billing facts. Stored by an extension verb (S-A3), read as in the contract. */
export async function factRoutes(app: ZodApp, context: ApiContext): Promise<void> {
  const { db } = context;
  for (const resource of FACT_RESOURCES) {
    putRoute(app, resource);
    getRoute(app, db, resource);
    listRoutes(app, db, resource);
  }
  invoicePaymentRoutes(app, db);
  await invoicePdfRoutes(app, context);
}
