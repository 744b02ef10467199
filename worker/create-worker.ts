import { Worker, type NativeConnection, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import type { Activities } from '../contracts/engine.js';

export interface CreateWorkerOptions {
  connection: NativeConnection;
  namespace: string;
  taskQueue: string;
  activities: Activities;
  workflowBundle: WorkflowBundleWithSourceMap;
  /** How long a stop waits for activities that are under way. */
  shutdownGraceMs?: number;
}

/** The Temporal worker: workflows + activities. Tests build theirs with it too, so there is one way to run this code. */
export function createWorker(options: CreateWorkerOptions): Promise<Worker> {
  return Worker.create({
    connection: options.connection,
    namespace: options.namespace,
    taskQueue: options.taskQueue,
    activities: { ...options.activities },
    workflowBundle: options.workflowBundle,
    shutdownGraceTime: options.shutdownGraceMs ?? 10_000,
    maxConcurrentActivityTaskExecutions: 100,
  });
}
