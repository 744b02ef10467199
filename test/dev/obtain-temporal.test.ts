import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { obtainTemporal } from '../../dev/obtain-temporal.js';
import { withoutDirect } from '../../dev/temporal/go-install.js';
import { temporaryDirectory } from './support.js';

const nowhere = 'http://127.0.0.1:9/cli';

describe('obtainTemporal', () => {
  const root = temporaryDirectory('obtain');
  let server: Server | undefined;
  const kept = (cache: string) => join(root, cache, 'temporal-cli-1.5.1', 'temporal');
  /** A directory for the PATH with one program in it. */
  const programIn = (directory: string, name: string, script: string) => {
    const path = join(root, directory);
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(path, name), 0o755);
    return path;
  };
  const obtain = (cache: string, path: string, over: { downloadUrl?: string; env?: NodeJS.ProcessEnv } = {}) =>
    obtainTemporal({
      log: () => undefined,
      env: { PATH: `${path}:/usr/bin:/bin`, ...over.env },
      cache: join(root, cache),
      downloadUrl: over.downloadUrl ?? nowhere,
    });
  const temporalScript = 'echo "temporal version 1.5.1"';
  // Whether Go is installed on the machine must not matter: this one is found first.
  const brokenGo = () =>
    programIn('broken-go', 'go', '[ "$1" = env ] && echo go1.24 && exit; echo "module not found" >&2; exit 1');
  afterEach(() => {
    server?.close();
  });

  it('uses the running server that TEMPORAL_ADDRESS names', async () => {
    const found = await obtain('none', '', { env: { TEMPORAL_ADDRESS: 'localhost:7233' } });
    expect(found).toEqual({ kind: 'running', address: 'localhost:7233' });
  });

  it('prefers the program on the PATH, but not another program of that name', async () => {
    const other = programIn('other', 'temporal', 'echo "a calendar"');
    const real = programIn('real', 'temporal', temporalScript);
    expect(await obtain('none', `${other}:${real}`)).toEqual({ kind: 'binary', path: join(real, 'temporal') });
  });

  it('downloads once and then uses what it kept', async () => {
    const archive = join(root, 'cli.tar.gz');
    execFileSync('tar', ['-czf', archive, '-C', programIn('archive', 'temporal', temporalScript), 'temporal']);
    const asked: string[] = [];
    server = createServer((request, response) => {
      asked.push(request.url ?? '');
      const { port } = server?.address() as AddressInfo;
      if (request.url === '/cli.tar.gz') response.end(readFileSync(archive));
      else
        response.end(JSON.stringify({ archiveUrl: `http://127.0.0.1:${port}/cli.tar.gz`, fileToExtract: 'temporal' }));
    });
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    const downloadUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/cli`;

    // Two at once, as two projects started together would.
    const found = await Promise.all([
      obtain('download', brokenGo(), { downloadUrl }),
      obtain('download', brokenGo(), { downloadUrl }),
    ]);
    for (const each of found) expect(each).toEqual({ kind: 'binary', path: kept('download') });
    expect(asked[0]).toMatch(/^\/cli\/v1\.5\.1\?platform=\w+&arch=\w+&format=tar\.gz$/);
    const requests = asked.length;
    expect(await obtain('download', brokenGo(), { downloadUrl })).toEqual(found[0]);
    expect(asked.length).toBe(requests);
    expect(readdirSync(join(root, 'download', 'temporal-cli-1.5.1'))).toEqual(['temporal']);
  });

  it('builds with Go when nothing can be downloaded', async () => {
    const go = programIn(
      'go',
      'go',
      `if [ "$1" = env ]; then echo "https://proxy.example,direct"; exit; fi
echo "$@ GOPROXY=$GOPROXY GOFLAGS=$GOFLAGS GOTOOLCHAIN=$GOTOOLCHAIN" > ${root}/go-arguments
printf '#!/bin/sh\\n${temporalScript}\\n' > $GOBIN/temporal; chmod +x $GOBIN/temporal`,
    );
    expect(await obtain('build', go)).toEqual({ kind: 'binary', path: kept('build') });
    expect(readFileSync(join(root, 'go-arguments'), 'utf8').trim()).toBe(
      'install -trimpath -ldflags=-s -w github.com/temporalio/cli/cmd/temporal@v1.5.1 GOPROXY=https://proxy.example GOFLAGS=-mod=mod GOTOOLCHAIN=local',
    );
  });

  it('says in one error what was tried, why it failed and what to do, and keeps nothing half made', async () => {
    const error = await obtain('failed', brokenGo()).catch((reason: unknown) => reason as Error);
    const { message } = error as Error;
    expect(message).toContain('- `temporal` on the PATH: not found');
    expect(message).toContain(`- kept from an earlier start (${kept('failed')}): not there`);
    expect(message).toMatch(/- download of the official CLI: http:\/\/127\.0\.0\.1:9\/cli\S+: \S+/);
    expect(message).toMatch(/- building the official CLI with Go: go install .*: exit code 1\n\s+module not found/);
    expect(message).toContain('TEMPORAL_ADDRESS');
    expect(existsSync(kept('failed'))).toBe(false);
  });
});

describe('withoutDirect', () => {
  it.each([
    ['https://a.example,direct', 'https://a.example'],
    ['https://a.example|direct', 'https://a.example'],
    ['https://a.example,https://b.example', 'https://a.example,https://b.example'],
    ['direct', 'direct'],
    ['off', 'off'],
  ])('%s → %s', (given, expected) => {
    expect(withoutDirect(given)).toBe(expected);
  });
});
