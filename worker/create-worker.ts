import { getHeapStatistics } from 'node:v8';
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
  /** Sleeping workflows kept in memory, at 80 KB each; another one that wakes is replayed first. Default: `cachedWorkflows`. */
  maxCachedWorkflows?: number | undefined;
}

/** Requests to webhooks that one process has under way. */
const MOST_POSTS = 20;

const CACHED_BYTES = 80 * 1024;
const MOST_CACHE_BYTES = 512 * 1024 ** 2;

/**
 * As many sleepers as fit into 512 MiB (6,553), or into a quarter of the heap where that is less: a worker then stays below 1 GB
 * however many sleep. The SDK's own default supposes 1.7 MB each, and these runs need a twentieth.
 */
function cachedWorkflows(heapBytes = getHeapStatistics().heap_size_limit): number {
  return Math.max(10, Math.floor(Math.min(MOST_CACHE_BYTES, heapBytes / 4) / CACHED_BYTES));
}

/** The Temporal worker: workflows + activities. Tests build theirs with it too, so there is one way to run this code. */
export function createWorker(options: CreateWorkerOptions): Promise<Worker> {
  return Worker.create({
    ...common(options),
    taskQueue: options.taskQueue,
    activities: { ...options.activities },
    workflowBundle: options.workflowBundle,
    maxCachedWorkflows: options.maxCachedWorkflows ?? cachedWorkflows(),
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
