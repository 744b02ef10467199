import { execFile, spawn } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { pinnedCliVersion } from './cli-version.js';
import { placeProgram } from './place-program.js';
import { startProgress } from './progress.js';

const timeoutMs = 20 * 60_000;
const tailLines = 8;
const cliModule = `github.com/temporalio/cli/cmd/temporal@v${pinnedCliVersion}`;

/** Builds the official CLI from source with the installed Go, to `target`: two to five minutes the first time. */
export async function buildTemporal(options: {
  target: string;
  log: (line: string) => void;
  env: NodeJS.ProcessEnv;
}): Promise<string> {
  const { target, log, env } = options;
  const go = await findGo(env);
  const proxy = withoutDirect(await goEnv(go, 'GOPROXY', env));
  return placeProgram(target, async (draftDir) => {
    log(`building the Temporal CLI ${pinnedCliVersion} with Go (once, some minutes; kept in ${target})`);
    const stopProgress = startProgress(log, (elapsed) => `building the Temporal CLI with Go: ${elapsed}`);
    try {
      await install(
        go,
        { ...env, GOBIN: draftDir, GOPROXY: proxy, GOFLAGS: '-mod=mod', GOTOOLCHAIN: 'local' },
        draftDir,
      );
    } finally {
      stopProgress();
    }
    return join(draftDir, process.platform === 'win32' ? 'temporal.exe' : 'temporal');
  });
}

/** `direct` would go to the modules' own hosts when the proxy has no answer, and wait long where those are not reached. */
export function withoutDirect(goproxy: string): string {
  return goproxy.replace(/[,|]direct$/, '');
}

async function findGo(env: NodeJS.ProcessEnv): Promise<string> {
  // The second is where Go's own installer puts it, often without the PATH being set.
  for (const go of ['go', '/usr/local/go/bin/go']) {
    const works = await goEnv(go, 'GOVERSION', env).catch(() => null);
    if (works) return go;
  }
  throw new Error('Go is not installed');
}

async function goEnv(go: string, name: string, env: NodeJS.ProcessEnv): Promise<string> {
  const { stdout } = await promisify(execFile)(go, ['env', name], {
    env: { ...env, GOTOOLCHAIN: 'local' },
    timeout: 30_000,
  });
  return stdout.trim();
}

function install(go: string, env: NodeJS.ProcessEnv, cwd: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const args = ['install', '-trimpath', '-ldflags=-s -w', cliModule];
    // Not in a process group of its own: Ctrl-C in the terminal ends the build, too.
    const child = spawn(go, args, { env, cwd, stdio: ['ignore', 'ignore', 'pipe'], timeout: timeoutMs });
    let output = '';
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (code === 0) return resolve();
      const reason = signal ? `ended by ${signal}` : `exit code ${code}`;
      const tail = output
        .split('\n')
        .filter((line) => line && !line.startsWith('go: downloading'))
        .slice(-tailLines);
      reject(new Error(`go ${args.join(' ')}: ${reason}\n${tail.map((line) => `      ${line}`).join('\n')}`));
    });
  });
}
