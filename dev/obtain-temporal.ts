import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { cacheDir } from './cache-dir.js';
import { buildTemporal } from './temporal/build-cli.js';
import { cliVersion, pinnedCliVersion } from './temporal/cli-version.js';
import { downloadTemporal } from './temporal/download-cli.js';

export type ObtainedTemporal = { kind: 'running'; address: string } | { kind: 'binary'; path: string };

export interface ObtainTemporalOptions {
  log: (line: string) => void;
  /** Default: process.env. */
  env?: NodeJS.ProcessEnv;
  /** Where a downloaded or built program is kept. Default: cacheDir(). */
  cache?: string;
  /** Where the download is asked for; see download-cli.ts. */
  downloadUrl?: string;
}

type Attempt = { what: string; run: () => Promise<string> };

/**
 * Finds a Temporal server, or the program to start one, in this order: a running server named by TEMPORAL_ADDRESS,
 * `temporal` on the PATH, what an earlier start has kept, the official download, building the official CLI with Go.
 * When nothing works, one error lists every attempt with its reason.
 */
export async function obtainTemporal(options: ObtainTemporalOptions): Promise<ObtainedTemporal> {
  const { log, env = process.env, cache = cacheDir() } = options;
  const address = env['TEMPORAL_ADDRESS'];
  if (address) return { kind: 'running', address };

  const kept = join(
    cache,
    `temporal-cli-${pinnedCliVersion}`,
    process.platform === 'win32' ? 'temporal.exe' : 'temporal',
  );
  const attempts: Attempt[] = [
    { what: '`temporal` on the PATH', run: () => onPath(env) },
    { what: `kept from an earlier start (${kept})`, run: () => checked(kept) },
    {
      what: 'download of the official CLI',
      run: () => downloadTemporal({ target: kept, log, url: options.downloadUrl }),
    },
    { what: 'building the official CLI with Go', run: () => buildTemporal({ target: kept, log, env }) },
  ];
  const failures: string[] = [];
  for (const { what, run } of attempts) {
    try {
      return { kind: 'binary', path: await run() };
    } catch (error) {
      failures.push(`  - ${what}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  throw new Error(
    [
      'no Temporal server could be found or installed. Tried:',
      ...failures,
      'What to do: install the Temporal CLI (https://docs.temporal.io/cli) so that `temporal` is on the PATH, or install Go 1.24 or newer,',
      'or point TEMPORAL_ADDRESS at a running server (host:port).',
    ].join('\n'),
  );
}

async function onPath(env: NodeJS.ProcessEnv): Promise<string> {
  const reasons: string[] = [];
  for (const directory of (env['PATH'] ?? '').split(delimiter).filter(Boolean)) {
    const path = join(directory, process.platform === 'win32' ? 'temporal.exe' : 'temporal');
    const result = await checked(path).catch((error: unknown) => error as Error);
    if (typeof result === 'string') return result;
    if (!(result instanceof MissingProgram)) reasons.push(result.message);
  }
  throw new Error(reasons.join('; ') || 'not found');
}

/** A file of that name may be another program, or of another system: it must say that it is Temporal's. */
async function checked(path: string): Promise<string> {
  await access(path, constants.X_OK).catch(() => {
    throw new MissingProgram('not there');
  });
  await cliVersion(path);
  return path;
}

class MissingProgram extends Error {}
