import { spawn } from 'node:child_process';
import { closeSync, existsSync, fstatSync, openSync, readSync, renameSync, statSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { identifyProcess, stopProcess, type ProcessIdentity, type StopStep } from './processes.js';

export interface ServerCommand {
  name: string;
  command: string;
  args: string[];
  env: NodeJS.ProcessEnv;
  cwd: string;
  logFile: string;
  /** The user to run as; null = the current one. */
  user: { uid: number; gid: number } | null;
  stopSteps: StopStep[];
  log: (line: string) => void;
  /** Called in the same turn as the spawn, before anything can fail. */
  onSpawn?: ((child: ProcessIdentity) => void) | undefined;
  onExit?: (() => void) | undefined;
}

export interface SpawnedServer {
  pid: number;
  /** Waits until `check` says yes; when the server ends or time runs out, throws with the last lines of its log. */
  whenReady(check: () => Promise<boolean>, timeoutMs: number): Promise<void>;
  stop(): Promise<void>;
}

const readyPollMs = 25;
const keepLogBytes = 5 * 1024 * 1024;
const tailBytes = 4 * 1024;

/**
 * Starts a server in its own process group, so that Ctrl-C in the terminal reaches only us and the application can
 * drain while its servers still answer. Its output goes to a file, not a pipe: a pipe would break when we are killed.
 */
export function spawnServer(command: ServerCommand): SpawnedServer {
  const { name, logFile, log } = command;
  if (existsSync(logFile) && statSync(logFile).size > keepLogBytes) renameSync(logFile, `${logFile}.1`);
  const logFd = openSync(logFile, 'a+', 0o600);
  const logStart = fstatSync(logFd).size;
  let ended: string | null = null;
  let phase: 'starting' | 'ready' | 'stopping' = 'starting';

  const child = spawn(command.command, command.args, {
    cwd: command.cwd,
    env: command.env,
    stdio: ['ignore', logFd, logFd],
    detached: true,
    ...(command.user ?? {}),
  });
  closeSync(logFd);
  const identity = child.pid === undefined ? null : identifyProcess(child.pid);
  if (identity) command.onSpawn?.(identity);

  // If we leave without stop(), by process.exit or an uncaught error, at least ask it to end.
  const onProcessExit = () => child.kill(command.stopSteps[0]?.signal);
  process.once('exit', onProcessExit);
  const end = (reason: string) => {
    if (ended !== null) return;
    ended = reason;
    process.off('exit', onProcessExit);
    command.onExit?.();
  };
  child.once('error', (error) => end(error.message));
  child.once('exit', (code, signal) => {
    if (phase === 'ready') log(`${name} ended unexpectedly (${describeExit(code, signal)}); see ${logFile}`);
    end(describeExit(code, signal));
  });

  return {
    pid: child.pid ?? 0,
    async whenReady(check, timeoutMs) {
      const until = performance.now() + timeoutMs;
      while (!(await check())) {
        const late = performance.now() > until;
        if (ended === null && !late) await delay(readyPollMs);
        else throw new Error(startFailure(name, ended ?? `not ready after ${timeoutMs / 1000} s`, logFile, logStart));
      }
      phase = 'ready';
    },
    async stop() {
      phase = 'stopping';
      if (ended !== null || !identity) return;
      const exited = new Promise((resolve) => child.once('exit', resolve));
      if (!(await stopProcess(identity, command.stopSteps)))
        throw new Error(`${name} (pid ${identity.pid}) does not end`);
      await exited;
    },
  };
}

function startFailure(name: string, reason: string, logFile: string, logStart: number): string {
  const tail = readTail(logFile, logStart);
  return `${name} did not start: ${reason}. ${tail === '' ? 'It wrote nothing to' : 'The end of'} ${logFile}${tail && `:\n${tail}`}`;
}

function describeExit(code: number | null, signal: NodeJS.Signals | null): string {
  return signal ? `signal ${signal}` : `exit code ${code ?? 'unknown'}`;
}

function readTail(file: string, from: number): string {
  const fd = openSync(file, 'r');
  try {
    const { size } = fstatSync(fd);
    const start = Math.max(from, size - tailBytes);
    const buffer = Buffer.alloc(Math.max(0, size - start));
    readSync(fd, buffer, 0, buffer.length, start);
    return buffer.toString('utf8').trim();
  } finally {
    closeSync(fd);
  }
}
