import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, type WorkflowBundleWithSourceMap } from '@temporalio/worker';

/** Workflow code of a release that never was: `unpatched` must not be released, `patched` is the same change done well. */
export function bundleChanged(name: 'unpatched' | 'patched'): Promise<WorkflowBundleWithSourceMap> {
  const silent = (): void => undefined;
  return bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL(`./changed-workflows/${name}.ts`, import.meta.url)),
    logger: { log: silent, trace: silent, debug: silent, info: silent, warn: console.warn, error: console.error },
  });
}
