import { DefaultLogger, Runtime } from '@temporalio/worker';

let installed = false;

/** Lets the Temporal SDK log warnings and errors only, to our log. Once per process, before the first worker. */
export function installQuietRuntime(): void {
  if (installed) return;
  installed = true;
  Runtime.install({ logger: new DefaultLogger('WARN') });
}
