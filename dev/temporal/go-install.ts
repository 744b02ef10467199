import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';

const timeoutMs = 20 * 60_000;
const tailLines = 8;

/** Builds one program with the installed Go, into `directory`, under the name of its last path segment. */
export async function goInstall(options: { module: string; directory: string; env: NodeJS.ProcessEnv }): Promise<void> {
  const { module, directory, env } = options;
  const go = await findGo(env);
  const proxy = withoutDirect(await goEnv(go, 'GOPROXY', env));
  await install(
    go,
    module,
    { ...env, GOBIN: directory, GOPROXY: proxy, GOFLAGS: '-mod=mod', GOTOOLCHAIN: 'local' },
    directory,
  );
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

function install(go: string, module: string, env: NodeJS.ProcessEnv, cwd: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const args = ['install', '-trimpath', '-ldflags=-s -w', module];
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
