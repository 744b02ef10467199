import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { pinnedCliVersion } from './cli-version.js';
import { placeProgram } from './place-program.js';
import { startProgress } from './progress.js';

/** Temporal's own download service, the one its SDKs use for their test server. */
const officialUrl = 'https://temporal.download/cli';
const lookUpTimeoutMs = 10_000;
const downloadTimeoutMs = 10 * 60_000;

/** Downloads the official CLI to `target`. Without a network it gives up within seconds. */
export async function downloadTemporal(options: {
  target: string;
  log: (line: string) => void;
  url?: string | undefined;
}): Promise<string> {
  const { target, log, url = officialUrl } = options;
  // A download inside the SDK would create its process-wide native runtime, which the worker wants to set up itself.
  const archive = await lookUp(url);
  return placeProgram(target, async (draftDir) => {
    let receivedBytes = 0;
    log(`downloading the Temporal CLI ${pinnedCliVersion} (once; kept in ${target})`);
    const stopProgress = startProgress(
      log,
      (elapsed) => `downloading the Temporal CLI: ${Math.round(receivedBytes / 1e6)} MB, ${elapsed}`,
    );
    try {
      const response = await get(archive.archiveUrl, downloadTimeoutMs);
      if (!response.body) throw new Error(`${archive.archiveUrl} has no content`);
      const body = Readable.fromWeb(response.body as ReadableStream<Uint8Array>);
      body.on('data', (chunk: Uint8Array) => (receivedBytes += chunk.length));
      const file = join(draftDir, 'archive.tar.gz');
      await pipeline(body, createWriteStream(file));
      await promisify(execFile)('tar', ['-xzf', file, '-C', draftDir, archive.fileToExtract]);
      return join(draftDir, archive.fileToExtract);
    } finally {
      stopProgress();
    }
  });
}

async function lookUp(url: string): Promise<{ archiveUrl: string; fileToExtract: string }> {
  const platforms: Record<string, string> = { linux: 'linux', darwin: 'darwin', win32: 'windows' };
  const architectures: Record<string, string> = { x64: 'amd64', arm64: 'arm64' };
  const [platform, arch] = [platforms[process.platform], architectures[process.arch]];
  if (!platform || !arch) throw new Error(`there is none for ${process.platform} on ${process.arch}`);
  const query = new URLSearchParams({ platform, arch, format: 'tar.gz' });
  const answer = await get(`${url}/v${pinnedCliVersion}?${query.toString()}`, lookUpTimeoutMs);
  return (await answer.json()) as { archiveUrl: string; fileToExtract: string };
}

async function get(url: string, timeoutMs: number): Promise<Response> {
  const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) }).catch((error: Error) => {
    // fetch says only "fetch failed"; the reason (no such host, refused, …) is its cause.
    throw new Error(`${url}: ${error.cause instanceof Error ? error.cause.message : error.message}`, { cause: error });
  });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return response;
}
