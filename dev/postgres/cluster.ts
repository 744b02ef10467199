import { existsSync } from 'node:fs';
import { chown, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { usableBinaries } from './binaries.js';
import { chooseClusterPath, type ClusterRecord, readRecord, writeRecord } from './cluster-record.js';
import { runAs, serverUser, type ServerUser } from './server-user.js';
import { stopStalePostmaster } from './postmaster-pid.js';

/** PostgreSQL's word for one server's data. */
export interface Cluster {
  path: string;
  serverUser: ServerUser | null;
  login: { user: string; password: string; database: string };
  /** Removes the cluster if it lies outside the data dir; one inside goes with the data dir. */
  remove(): Promise<void>;
}

const user = 'dunwell';
const database = 'dunwell';

/** Finds the cluster of this data dir, or makes one with a superuser and a database named `dunwell`. */
export async function prepareCluster(options: { dataDir: string; log: (line: string) => void }): Promise<Cluster> {
  const { dataDir, log } = options;
  const known = await readRecord(dataDir);
  const runner = await serverUser(known?.path ?? join(dataDir, 'postgres'));
  const record = known && existsSync(known.path) ? known : await create(dataDir, runner, log);
  await checkUsable(record.path, runner, log);
  return {
    path: record.path,
    serverUser: runner,
    login: { user, password: record.password, database },
    remove: async () => {
      if (!record.path.startsWith(dataDir)) await rm(record.path, { recursive: true, force: true });
    },
  };
}

async function create(dataDir: string, runner: ServerUser | null, log: (line: string) => void): Promise<ClusterRecord> {
  const record = await chooseClusterPath(dataDir, runner, log);
  // A directory without a record: its data dir was deleted, perhaps under a running server, and made again.
  if (existsSync(record.path)) await stopStalePostmaster(record.path, log);
  const draft = `${record.path}.new`;
  for (const path of [record.path, draft]) await rm(path, { recursive: true, force: true });
  log(`creating the PostgreSQL data in ${record.path}`);
  await mkdir(draft, { recursive: true, mode: 0o700 });
  if (runner) await chown(draft, runner.uid, runner.gid);
  await initialise(draft, runner, record.password, log);
  // Only a finished cluster gets the final name: killed half-way, the next start begins anew.
  await writeRecord(dataDir, record);
  await rename(draft, record.path);
  return record;
}

async function initialise(
  path: string,
  runner: ServerUser | null,
  password: string,
  log: (line: string) => void,
): Promise<void> {
  const { initdb, postgres } = await usableBinaries(runner, log);
  await runAs(runner, initdb, [
    `--pgdata=${path}`,
    `--username=${user}`,
    '--auth=trust', // replaced below; initdb cannot take a password without a file that another user could read
    '--encoding=UTF8',
    // The built-in provider sorts alike on every system and needs no locale to be installed.
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--no-sync',
    '--no-instructions',
  ]);
  // Single-user mode: one statement a line, and no server that others could reach before the password is set.
  const statements = [`ALTER ROLE ${user} PASSWORD '${password}'`, `CREATE DATABASE ${database}`];
  await runAs(runner, postgres, ['--single', '-D', path, '-c', 'fsync=off', 'template1'], statements.join('\n') + '\n');
  await writeFile(join(path, 'pg_hba.conf'), 'host all all 127.0.0.1/32 scram-sha-256\n');
}

/** Says in our words what PostgreSQL would say in its own, in a log file, about data that cannot be used. */
async function checkUsable(path: string, runner: ServerUser | null, log: (line: string) => void): Promise<void> {
  const owner = (await stat(path)).uid;
  const uid = runner?.uid ?? process.getuid?.();
  if (uid !== undefined && owner !== uid) {
    throw new Error(
      `the PostgreSQL data in ${path} belongs to user id ${owner}, we are ${uid}. Start as the user who created it (or root), or choose another directory with --data-dir.`,
    );
  }
  const created = Number(await readFile(join(path, 'PG_VERSION'), 'utf8'));
  const { majorVersion } = await usableBinaries(runner, log);
  if (created !== majorVersion) {
    throw new Error(
      `the PostgreSQL data in ${path} is of version ${created}, the embedded server is ${majorVersion}. Choose another directory with --data-dir, or delete this one (and its data).`,
    );
  }
}
