import type { ApiContext, ZodApp } from '../context.js';
import { runWorkflowRoutes } from './run-workflow.js';
import { settingsRoutes } from './settings.js';

/** Zuora's contract for running workflows (contract/zuora, S-Z0 … Z6). */
export function runContractRoutes(app: ZodApp, context: ApiContext): void {
  runWorkflowRoutes(app);
  settingsRoutes(app, context);
}
