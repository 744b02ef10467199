import { Worker, type NativeConnection, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { webhookQueue, type Activities, type WebhookDelivery } from '../contracts/engine.js';

export interface CreateWorkerOptions {
  connection: NativeConnection;
  namespace: string;
  taskQueue: string;
  activities: Activities;
  workflowBundle: WorkflowBundleWithSourceMap;
  /** How long a stop waits for activities that are under way. */
  shutdownGraceMs?: number;
}

/** Requests to webhooks that one process has under way. */
const MOST_POSTS = 20;

/** The Temporal worker: workflows + activities. Tests build theirs with it too, so there is one way to run this code. */
export function createWorker(options: CreateWorkerOptions): Promise<Worker> {
  return Worker.create({
    ...common(options),
    taskQueue: options.taskQueue,
    activities: { ...options.activities },
    workflowBundle: options.workflowBundle,
    maxConcurrentActivityTaskExecutions: 100,
  });
}

/** The worker that posts to webhooks and does nothing else: the slow ones fill its places, never those of mails. */
export function createWebhookWorker(options: Omit<CreateWorkerOptions, 'workflowBundle'>): Promise<Worker> {
  return Worker.create({
    ...common(options),
    taskQueue: webhookQueue(options.taskQueue),
    activities: { postWebhook: (delivery: WebhookDelivery) => options.activities.postWebhook(delivery) },
    maxConcurrentActivityTaskExecutions: MOST_POSTS,
    maxConcurrentActivityTaskPolls: 2,
  });
}

function common({
  connection,
  namespace,
  shutdownGraceMs,
}: Pick<CreateWorkerOptions, 'connection' | 'namespace' | 'shutdownGraceMs'>) {
  return { connection, namespace, shutdownGraceTime: shutdownGraceMs ?? 10_000 };
}
