import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { PythonPackage } from '../support/python-package.js';

const execute = promisify(execFile);
const schemathesis = new PythonPackage('schemathesis', '4.32.5');

export interface Outcome {
  good: boolean;
  output: string;
}

/** Installs schemathesis where it is not yet; answers why it cannot, null = it is there. */
export function installSchemathesis(log: (line: string) => void): Promise<string | null> {
  return schemathesis.install(log);
}

/** One run of its command line. Its output says how to repeat each failing request. */
export async function runSchemathesis(
  args: readonly string[],
  limitMs: number,
  signal?: AbortSignal,
): Promise<Outcome> {
  const options = { timeout: limitMs, signal, maxBuffer: 256 * 1_048_576 };
  try {
    const { stdout } = await execute(schemathesis.program('st'), [...args], options);
    return { good: true, output: stdout };
  } catch (error) {
    if (signal?.aborted) throw error;
    const { stdout = '', stderr = '', killed } = error as { stdout?: string; stderr?: string; killed?: boolean };
    const late = killed ? `\nStopped after ${String(limitMs / 1_000)} s.` : '';
    return { good: false, output: stdout + stderr + late };
  }
}
