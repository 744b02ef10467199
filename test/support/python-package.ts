import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheDir } from '../../dev/cache-dir.js';

const INSTALL_LIMIT_MS = 300_000;
const execute = promisify(execFile);

/** A package of PyPI, kept beside the other programs in a Python environment of its own. */
export class PythonPackage {
  readonly home: string;

  constructor(
    private readonly name: string,
    private readonly version: string,
  ) {
    this.home = join(cacheDir(), `${name}-${version}`);
  }

  /** A program of that environment. */
  program(name: string): string {
    return join(this.home, 'bin', name);
  }

  /** Installs it where it is not yet; answers why it cannot, null = it is there. */
  async install(log: (line: string) => void): Promise<string | null> {
    const { home } = this;
    const what = `${this.name} ${this.version}`;
    if (existsSync(join(home, 'installed'))) return null;
    try {
      await execute('python3', ['-c', 'import sys, venv, ensurepip; assert sys.version_info >= (3, 10)']);
    } catch {
      return 'it needs Python 3.10 or newer, with venv';
    }
    log(`installing ${what} in ${home}`);
    await rm(home, { recursive: true, force: true });
    await mkdir(cacheDir(), { recursive: true });
    await execute('python3', ['-m', 'venv', home]);
    try {
      const pip = ['--quiet', '--disable-pip-version-check', '--retries', '1', `${this.name}==${this.version}`];
      await execute(this.program('pip'), ['install', ...pip], { timeout: INSTALL_LIMIT_MS });
    } catch (error) {
      await rm(home, { recursive: true, force: true });
      return `pip did not install ${what}: ${String(error).slice(0, 300)}`;
    }
    await writeFile(join(home, 'installed'), '');
    return null;
  }
}
