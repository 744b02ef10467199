import { identifyProcess, isRunning } from '../../../dev/processes.js';
import { until } from '../until.js';

/** SIGKILL, and waits until the process is gone. Only for processes that the test started. */
export async function killed(pid: number): Promise<void> {
  const identity = identifyProcess(pid);
  if (!identity) return;
  process.kill(pid, 'SIGKILL');
  await until(`process ${String(pid)} is gone`, () => !isRunning(identity));
}
