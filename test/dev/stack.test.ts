import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { obtainTemporal } from '../../dev/obtain-temporal.js';
import { startStack, type Stack, type StackOptions } from '../../dev/stack.js';
import { missingSearchAttributes } from '../../dev/temporal/server-ready.js';
import { sendMail } from './send-mail.js';
import { eventually, isAlive, query, temporaryDirectory } from './support.js';

const anyPorts = { postgres: 0, temporal: 0, temporalUi: 0, smtp: 0, mailbox: 0 };
const options = (over: Partial<StackOptions>): StackOptions => ({
  dataDir: '',
  ephemeral: false,
  ports: anyPorts,
  searchAttributes: { DunwellTest: 'Keyword' },
  log: () => undefined,
  headless: true,
  fastForTests: true,
  ...over,
});
const pids = (dataDir: string): number[] =>
  Object.values(
    JSON.parse(readFileSync(join(dataDir, 'children.json'), 'utf8')) as Record<string, { pid: number }>,
  ).map(({ pid }) => pid);
const mailCount = async (stack: { mailboxUrl: string }) =>
  ((await (await fetch(`${stack.mailboxUrl}/api/v1/messages`)).json()) as { total: number }).total;
const smtpPort = (stack: { smtpUrl: string }) => Number(new URL(stack.smtpUrl).port);
const mail = { to: ['a@example.com'], raw: 'Subject: kept\n\nHello\n' };

describe('startStack', { timeout: 90_000 }, () => {
  const root = temporaryDirectory('stack');
  const open: Stack[] = [];
  const start = async (over: Partial<StackOptions>) => {
    const stack = await startStack(options(over));
    open.push(stack);
    return stack;
  };
  // On a new machine the server has to be built once; that must not count against a test's own time.
  beforeAll(async () => {
    delete process.env['TEMPORAL_ADDRESS'];
    await obtainTemporal({ log: (line) => process.stderr.write(line + '\n') });
  }, 20 * 60_000);
  afterEach(() => Promise.all(open.splice(0).map((stack) => stack.stop())));

  it('starts all three, and keeps their data over a restart', async () => {
    const dataDir = join(root, 'restart');
    const first = await start({ dataDir });
    await query(first.databaseUrl, 'CREATE TABLE kept (n int)', 'INSERT INTO kept VALUES (42)');
    await sendMail(smtpPort(first), mail);
    expect(await missingSearchAttributes(first.temporalAddress, 'default', ['DunwellTest', 'Later'])).toEqual([
      'Later',
    ]);
    const children = pids(dataDir);
    expect(children).toHaveLength(2);
    await first.stop();
    expect(children.filter(isAlive)).toEqual([]);
    expect(pids(dataDir)).toEqual([]);

    const startedMs = performance.now();
    const second = await start({ dataDir, searchAttributes: { DunwellTest: 'Keyword', Later: 'Datetime' } });
    expect(performance.now() - startedMs, 'a warm start, in ms').toBeLessThan(10_000);
    expect(await query(second.databaseUrl, 'SELECT n FROM kept')).toEqual([{ n: 42 }]);
    expect(await mailCount(second)).toBe(1);
    expect(await missingSearchAttributes(second.temporalAddress, 'default', ['DunwellTest', 'Later'])).toEqual([]);
  });

  it('sets PostgreSQL up as the rest expects it', async () => {
    const stack = await start({ ephemeral: true, fastForTests: false });
    const settings = [
      'listen_addresses',
      'max_connections',
      'synchronous_commit',
      'fsync',
      'server_encoding',
      'TimeZone',
    ];
    const rows = await query(
      stack.databaseUrl,
      `SELECT name, setting FROM pg_settings WHERE name IN (${settings.map((name) => `'${name}'`).join()})`,
    );
    expect(
      Object.fromEntries((rows as { name: string; setting: string }[]).map(({ name, setting }) => [name, setting])),
    ).toEqual({
      listen_addresses: '127.0.0.1',
      max_connections: '200',
      synchronous_commit: 'on',
      fsync: 'on',
      server_encoding: 'UTF8',
      TimeZone: 'UTC',
    });
    const withoutPassword = stack.databaseUrl.replace(/:[^:@/]+@/, ':wrong@');
    await expect(query(withoutPassword, 'SELECT 1')).rejects.toThrow('password authentication failed');
  });

  it('leaves nothing behind when ephemeral', async () => {
    const stack = await start({ ephemeral: true });
    const children = pids(stack.dataDir);
    await stack.stop();
    await stack.stop();
    expect(existsSync(stack.dataDir)).toBe(false);
    expect(children.filter(isAlive)).toEqual([]);
  });

  it('stops what has started when one of them cannot start', async () => {
    const dataDir = join(root, 'broken');
    // A directory where Temporal wants its database file.
    mkdirSync(join(dataDir, 'temporal.db'), { recursive: true });
    await expect(start({ dataDir })).rejects.toThrow(/Temporal did not start: exit code 1[^]*temporal\.log/);
    expect(pids(dataDir)).toEqual([]);
    rmSync(join(dataDir, 'temporal.db'), { recursive: true });
    await start({ dataDir });
  });

  it('names the option of an explicit port that is taken, and starts nothing', async () => {
    const occupant = createServer();
    await new Promise<void>((resolve) => occupant.listen(0, '127.0.0.1', resolve));
    const { port } = occupant.address() as AddressInfo;
    const dataDir = join(root, 'ports');
    await expect(start({ dataDir, ports: { ...anyPorts, smtp: port } })).rejects.toThrow(
      `--smtp-port ${port}: port ${port} for SMTP is taken`,
    );
    await new Promise((resolve) => occupant.close(resolve));
    expect(existsSync(join(dataDir, 'children.json'))).toBe(false);
  });

  it('starts cleanly after its parent was killed, with all that was acknowledged', async () => {
    const dataDir = join(root, 'killed');
    const parent = await startInOtherProcess(dataDir);
    await query(parent.databaseUrl, 'CREATE TABLE kept (n int)', 'INSERT INTO kept VALUES (42)');
    await sendMail(smtpPort(parent), mail);
    const orphans = pids(dataDir);
    process.kill(parent.pid, 'SIGKILL');
    await parent.ended;
    expect(orphans.map(isAlive), 'the servers outlive their parent').toEqual([true, true]);

    const lines: string[] = [];
    const next = await start({ dataDir, log: (line) => lines.push(line) });
    expect(lines.filter((line) => line.includes('left running by an earlier start'))).toHaveLength(2);
    expect(await query(next.databaseUrl, 'SELECT n FROM kept')).toEqual([{ n: 42 }]);
    expect(await mailCount(next)).toBe(1);
    const servers = pids(dataDir);
    expect(orphans.filter((pid) => servers.includes(pid))).toEqual([]);
  });

  it('starts after PostgreSQL, too, was killed and its pid given to another process', async () => {
    const dataDir = join(root, 'reused-pid');
    const stack = await start({ dataDir });
    const postmaster = join(dataDir, 'postgres', 'postmaster.pid');
    const content = readFileSync(postmaster, 'utf8');
    await stack.stop();
    writeFileSync(postmaster, content.replace(/^\d+/, String(process.pid)));
    const next = await start({ dataDir });
    expect(await query(next.databaseUrl, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});

/** A parent that can be killed without killing the tests. */
async function startInOtherProcess(dataDir: string): Promise<Stack & { pid: number; ended: Promise<unknown> }> {
  const module = pathToFileURL(join(import.meta.dirname, '../../dev/stack.ts')).href;
  const script = `import(${JSON.stringify(module)}).then(async ({ startStack }) => {
    const stack = await startStack({ ...${JSON.stringify(options({ dataDir }))}, log: () => undefined });
    process.stdout.write(JSON.stringify(stack) + '\\n');
    setInterval(() => undefined, 1000);
  });`;
  const child = spawn(process.execPath, ['--import', 'tsx', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  await eventually(
    'the other process to have started its stack',
    () => output.includes('\n') || child.exitCode !== null,
    60_000,
  );
  return { ...(JSON.parse(output) as Stack), pid: child.pid ?? 0, ended };
}
