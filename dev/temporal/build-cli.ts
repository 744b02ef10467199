import { join } from 'node:path';
import { pinnedCliVersion } from './cli-version.js';
import { goInstall } from './go-install.js';
import { placeProgram } from './place-program.js';
import { startProgress } from './progress.js';

const cliModule = `github.com/temporalio/cli/cmd/temporal@v${pinnedCliVersion}`;

/** Builds the official CLI from source with the installed Go, to `target`: two to five minutes the first time. */
export async function buildTemporal(options: {
  target: string;
  log: (line: string) => void;
  env: NodeJS.ProcessEnv;
}): Promise<string> {
  const { target, log, env } = options;
  return placeProgram(target, async (draftDir) => {
    log(`building the Temporal CLI ${pinnedCliVersion} with Go (once, some minutes; kept in ${target})`);
    const stopProgress = startProgress(log, (elapsed) => `building the Temporal CLI with Go: ${elapsed}`);
    try {
      await goInstall({ module: cliModule, directory: draftDir, env });
    } finally {
      stopProgress();
    }
    return join(draftDir, process.platform === 'win32' ? 'temporal.exe' : 'temporal');
  });
}
