import type { ApiContext, ZodApp } from '../context.js';
import { getRoute } from './get-route.js';
import { invoicePaymentRoutes } from './invoice-payments.js';
import { listRoutes } from './list-routes.js';
import { putRoute } from './put-route.js';
import { FACT_RESOURCES } from './resources.js';

/** `/v1/{customers|contacts|invoices|…}`: billing facts. Stored by an extension verb (S-A3), read as in the contract. */
export function factRoutes(app: ZodApp, { db }: ApiContext): void {
  for (const resource of FACT_RESOURCES) {
    putRoute(app, resource);
    getRoute(app, db, resource);
    listRoutes(app, db, resource);
  }
  invoicePaymentRoutes(app, db);
}
