#!/usr/bin/env node
// Runs the build when there is one, else the sources: `npx dunwell` works in a fresh checkout.
import { existsSync } from 'node:fs';

const built = new URL('../dist/cli/dunwell.js', import.meta.url);
if (existsSync(built)) {
  await import(built.href);
} else {
  const { register } = await import('tsx/esm/api');
  register();
  await import('./dunwell.ts');
}
