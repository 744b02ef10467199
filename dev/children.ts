import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRunning, stopProcess, type ProcessIdentity } from './processes.js';

/**
 * The servers started on one data dir, written down so that the next start can stop those that outlived a parent which
 * was killed. Written synchronously, right after the spawn: there is no gap in which a crash would lose one.
 */
export class ChildrenRecord {
  readonly #file: string;
  #children: Record<string, ProcessIdentity>;

  constructor(dataDir: string) {
    this.#file = join(dataDir, 'children.json');
    this.#children = readRecord(this.#file);
  }

  add(name: string, child: ProcessIdentity): void {
    this.#children[name] = child;
    this.#write();
  }

  remove(name: string): void {
    delete this.#children[name];
    this.#write();
  }

  /** Stops what an earlier parent left running. Only a process with the recorded start time is touched. */
  async stopStale(log: (line: string) => void): Promise<void> {
    for (const [name, child] of Object.entries(this.#children)) {
      if (isRunning(child)) {
        log(`stopping ${name} (pid ${child.pid}), left running by an earlier start`);
        // SIGINT is PostgreSQL's fast shutdown; SIGTERM would wait for its clients to leave. Temporal takes either.
        const steps = [
          { signal: 'SIGINT', graceMs: 5_000 },
          { signal: 'SIGKILL', graceMs: 2_000 },
        ] as const;
        if (!(await stopProcess(child, [...steps])))
          throw new Error(`${name} (pid ${child.pid}) does not end; kill it by hand`);
      }
      this.remove(name);
    }
  }

  #write(): void {
    const draft = `${this.#file}.${process.pid}`;
    writeFileSync(draft, JSON.stringify(this.#children, null, 2) + '\n', { mode: 0o600 });
    renameSync(draft, this.#file);
  }
}

function readRecord(file: string): Record<string, ProcessIdentity> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, ProcessIdentity>;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new Error(`${file} cannot be read; delete it if no server of this data dir is running`, { cause: error });
  }
}
