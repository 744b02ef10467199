import { proxyActivities, sleep } from '@temporalio/workflow';
import type { FloorActivities, FloorInput } from './input.js';

const { sendReminder } = proxyActivities<FloorActivities>({ startToCloseTimeout: '1 minute' });

/** The least that a durable reminder on Temporal can be: wait until it is due, then one activity. */
export async function floorReminder({ reminder, dueAt }: FloorInput): Promise<void> {
  await sleep(Math.max(0, dueAt - Date.now()));
  await sendReminder(reminder);
}
