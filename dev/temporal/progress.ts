/** Logs a line every ten seconds until stopped, so that a long wait does not look like a hang. */
export function startProgress(log: (line: string) => void, describe: (elapsed: string) => string): () => void {
  const startedMs = performance.now();
  const timer = setInterval(() => {
    const seconds = Math.round((performance.now() - startedMs) / 1000);
    log(describe(seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`));
  }, intervalMs);
  return () => clearInterval(timer);
}

const intervalMs = 10_000;
