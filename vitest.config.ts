import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    pool: 'forks',
    // Two cores: more files at once only makes each slower and their timing less like production.
    maxWorkers: 2,
    // What is marked concurrent spends its time waiting, for a death to be noticed or a connection to time out.
    maxConcurrency: 10,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
