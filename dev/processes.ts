import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * A process named so that it cannot be mistaken for another one. A pid alone is not enough: systems reuse pids, and
 * containers reuse the same few after every start, so a recorded pid may now be anybody's.
 */
export interface ProcessIdentity {
  pid: number;
  /** Opaque; equal only for the same process since the same boot. */
  startToken: string;
}

/** One escalation step when stopping a process: the signal, and how long it may take before the next step. */
export interface StopStep {
  signal: NodeJS.Signals;
  graceMs: number;
}

const pollMs = 20;

/** The identity of a living process; null when there is none or it is only waiting to be reaped. */
export function identifyProcess(pid: number): ProcessIdentity | null {
  const startToken = process.platform === 'linux' ? linuxStartToken(pid) : psStartToken(pid);
  return startToken === null ? null : { pid, startToken };
}

export function isRunning(identity: ProcessIdentity): boolean {
  return identifyProcess(identity.pid)?.startToken === identity.startToken;
}

/** The command line of a process, to check that it is the program we think it is; null when it cannot be read. */
export function commandLine(pid: number): string | null {
  try {
    return process.platform === 'linux'
      ? readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
      : ps(pid, 'command=');
  } catch {
    return null; // gone meanwhile, or not ours to look at: either way not provably ours
  }
}

/** Signals the process, step by step, until it is gone. False when even the last step did not end it. */
export async function stopProcess(identity: ProcessIdentity, steps: StopStep[]): Promise<boolean> {
  for (const { signal, graceMs } of steps) {
    if (!signalProcess(identity, signal)) return true;
    const until = performance.now() + graceMs;
    while (performance.now() < until) {
      if (!isRunning(identity)) return true;
      await delay(pollMs);
    }
  }
  return !isRunning(identity);
}

/** False when there is no such process any more. */
function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals): boolean {
  if (!isRunning(identity)) return false;
  try {
    process.kill(identity.pid, signal);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

/** Start time in clock ticks since boot, from /proc, with the boot's id because ticks begin again at each boot. */
function linuxStartToken(pid: number): string | null {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return null;
  }
  // The second field is the program's name in brackets and may itself hold spaces and brackets.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, startTicks] = [fields[0], fields[19]];
  if (state === 'Z' || state === 'X' || startTicks === undefined) return null;
  return `${bootId()}:${startTicks}`;
}

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return 'boot';
  }
}

function psStartToken(pid: number): string | null {
  try {
    const answer = ps(pid, 'stat=,lstart=').trim();
    if (answer === '' || answer.startsWith('Z')) return null;
    return answer.slice(answer.indexOf(' ')).trim();
  } catch {
    return null; // ps exits with 1 when there is no such process
  }
}

function ps(pid: number, format: string): string {
  return execFileSync('ps', ['-o', format, '-p', String(pid)], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  });
}
