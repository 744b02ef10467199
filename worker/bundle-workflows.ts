import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, type WorkflowBundleWithSourceMap } from '@temporalio/worker';

/** Bundles the workflow code for the sandbox, once per process. An error here is a bug in the code, never the world's. */
export function bundleWorkflows(): Promise<WorkflowBundleWithSourceMap> {
  const silent = (): void => undefined;
  return bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('../workflows', import.meta.url)),
    logger: { log: silent, trace: silent, debug: silent, info: silent, warn: console.warn, error: console.error },
  });
}
