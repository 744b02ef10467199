import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { choosePort } from '../../dev/ports.js';
import { startPostgres } from '../../dev/postgres.js';
import { usableBinaries } from '../../dev/postgres/binaries.js';
import { query, temporaryDirectory } from './support.js';

const isRoot = process.getuid?.() === 0;

describe('startPostgres', { timeout: 60_000 }, () => {
  const root = temporaryDirectory('postgres');
  const lines: string[] = [];
  const start = async (dataDir: string, over: { ephemeral?: boolean } = {}) => {
    const log = (line: string) => lines.push(line);
    const port = await choosePort({ name: 'PostgreSQL', flag: '', wanted: 0, fallback: 0, log, taken: new Set() });
    return startPostgres({ dataDir, port, log, fastForTests: true, ...over });
  };

  it.runIf(isRoot)('keeps the data elsewhere under root when its own user cannot enter the directory', async () => {
    const closed = join(root, 'closed');
    mkdirSync(closed, { mode: 0o700 });
    const dataDir = join(closed, 'data');
    const first = await start(dataDir);
    await query(first.url, 'CREATE TABLE kept (n int)', 'INSERT INTO kept VALUES (42)');
    await first.stop();
    const record = JSON.parse(readFileSync(join(dataDir, 'postgres.json'), 'utf8')) as { outside: { path: string } };
    expect(record.outside.path).not.toContain(root);

    const second = await start(dataDir, { ephemeral: true });
    expect(await query(second.url, 'SELECT n FROM kept')).toEqual([{ n: 42 }]);
    await second.stop();
    expect(existsSync(record.outside.path)).toBe(false);
  });

  it('begins anew when a killed start left its data half made', async () => {
    const dataDir = join(root, 'half');
    mkdirSync(join(dataDir, 'postgres.new', 'base'), { recursive: true });
    const server = await start(dataDir);
    expect(await query(server.url, 'SELECT current_database() AS name')).toEqual([{ name: 'dunwell' }]);
    await server.stop();
  });

  it('says which version the data is of when it is another than the server', async () => {
    const dataDir = join(root, 'old');
    await (await start(dataDir)).stop();
    writeFileSync(join(dataDir, 'postgres', 'PG_VERSION'), '15\n');
    await expect(start(dataDir)).rejects.toThrow(/is of version 15, the embedded server is \d+/);
  });

  it('gives the reason from the log when the server does not start', async () => {
    const dataDir = join(root, 'corrupt');
    await (await start(dataDir)).stop();
    rmSync(join(dataDir, 'postgres', 'global'), { recursive: true });
    await expect(start(dataDir)).rejects.toThrow(
      /PostgreSQL did not start: exit code \d+[^]*could not open file .*global\/pg_control/,
    );
  });
});

describe('usableBinaries', () => {
  it('finds programs that run', async () => {
    const { majorVersion } = await usableBinaries(null, () => undefined);
    expect(majorVersion).toBeGreaterThanOrEqual(17); // the built-in locale provider
  });
});
