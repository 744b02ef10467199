/** Everything the worker bundles. The exported names are the workflow types: they are for ever. */
export { reminderRun } from './reminder-run.js';
export { clockAdvance } from './clock-advance.js';
export { webhookDelivery } from './webhook-delivery.js';
export { scheduledSweep } from './scheduled-sweep.js';
export { burstLane } from './burst-lane.js';
