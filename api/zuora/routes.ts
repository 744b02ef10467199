import type { ApiContext, ZodApp } from '../context.js';
import { definitionRoutes } from './definitions.js';
import { exportRoutes } from './export.js';
import { instanceRoutes } from './instances.js';
import { notBuiltRoutes } from './not-built.js';
import { runWorkflowRoutes } from './run-workflow.js';
import { settingsRoutes } from './settings.js';
import { taskRoutes } from './tasks.js';
import { updateDefinitionRoutes } from './update-definition.js';

/** Zuora's contract for running workflows (contract/zuora, S-Z0 … Z6). */
export function runContractRoutes(app: ZodApp, context: ApiContext): void {
  runWorkflowRoutes(app);
  settingsRoutes(app, context);
  definitionRoutes(app, context);
  updateDefinitionRoutes(app);
  exportRoutes(app, context);
  instanceRoutes(app, context);
  taskRoutes(app, context);
  notBuiltRoutes(app);
}
