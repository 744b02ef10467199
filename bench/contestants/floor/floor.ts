import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, NativeConnection, Worker } from '@temporalio/worker';
import { createEngineClient } from '../../../engine/client.js';
import { installQuietRuntime } from '../../../worker/quiet-runtime.js';
import type { Queue } from '../queue/queue.js';
import type { FloorActivities, FloorInput } from './input.js';

const TASK_QUEUE = 'floor';
const NAMESPACE = 'default';

/** A hand-written workflow with the SDK's own settings, the worker's as in `createWorker`. */
const floor: Queue = {
  prepare: () => Promise.resolve(),
  produce({ engineAddress }) {
    const engine = createEngineClient({ connection: { address: engineAddress }, namespace: NAMESPACE });
    return Promise.resolve({
      async accept(reminder, dueAt) {
        const input: FloorInput = { reminder, dueAt };
        await engine.call(
          (client) =>
            client.workflow.start('floorReminder', {
              taskQueue: TASK_QUEUE,
              workflowId: `reminder-${String(reminder)}`,
              args: [input],
            }),
          30_000,
        );
      },
      close: () => engine.close(),
    });
  },
  async work({ engineAddress }, handle) {
    installQuietRuntime('WARN');
    const connection = await NativeConnection.connect({ address: engineAddress });
    const activities: FloorActivities = { sendReminder: handle };
    const worker = await Worker.create({
      connection,
      namespace: NAMESPACE,
      taskQueue: TASK_QUEUE,
      activities: { ...activities },
      workflowBundle: await bundleWorkflowCode({
        workflowsPath: fileURLToPath(new URL('workflow.ts', import.meta.url)),
      }),
      maxConcurrentActivityTaskExecutions: 100,
    });
    const running = worker.run();
    return {
      async close() {
        worker.shutdown();
        await running;
        await connection.close();
      },
    };
  },
};

export default floor;
