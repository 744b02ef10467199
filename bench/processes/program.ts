import { fork, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A program of the benchmark in a process of its own, which answers questions one after the other or at the same time. */
export interface Program {
  pid: number;
  ask<Answer>(question: string, input?: unknown): Promise<Answer>;
  stop(): Promise<void>;
}

export interface ProgramOptions {
  /** Relative to `bench/`, e.g. `sink/sink.ts`. */
  file: string;
  args?: readonly string[];
  /** Where its output goes. */
  logFile: string;
  /** The Node that runs it; default: this one. */
  node?: string;
}

interface Reply {
  id: number;
  answer?: unknown;
  error?: string;
}

const STOP_MS = 15_000;

/** Starts a program that calls `answerQuestions`. It ends by itself when this process does. */
export function startProgram({ file, args = [], logFile, node = process.execPath }: ProgramOptions): Program {
  const log = openSync(logFile, 'a');
  const child = fork(fileURLToPath(new URL(`../${file}`, import.meta.url)), [...args], {
    execPath: node,
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', log, log, 'ipc'],
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
  });
  closeSync(log);
  const open = new Map<number, { resolve: (answer: never) => void; reject: (error: Error) => void }>();
  let lastId = 0;
  const exited = new Promise<void>((resolve) => {
    child.once('exit', (code) => {
      for (const { reject } of open.values()) reject(new Error(`${file} ended (${String(code)}); see ${logFile}`));
      open.clear();
      resolve();
    });
  });
  child.on('message', ({ id, answer, error }: Reply) => {
    const asked = open.get(id);
    open.delete(id);
    if (error === undefined) asked?.resolve(answer as never);
    else asked?.reject(new Error(`${file}: ${error}`));
  });
  return {
    pid: child.pid ?? 0,
    ask: <Answer>(question: string, input?: unknown) =>
      new Promise<Answer>((resolve, reject) => {
        lastId += 1;
        open.set(lastId, { resolve, reject });
        child.send({ id: lastId, question, input }, (error) => {
          if (error) reject(error);
        });
      }),
    stop: () => stopChild(child, exited),
  };
}

async function stopChild(child: ChildProcess, exited: Promise<void>): Promise<void> {
  if (child.connected) child.disconnect();
  const killer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await exited;
  clearTimeout(killer);
}
