import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { ChildrenRecord } from '../../dev/children.js';
import { openDataDir } from '../../dev/data-dir.js';
import { identifyProcess, isRunning } from '../../dev/processes.js';
import { eventually, temporaryDirectory } from './support.js';

describe('openDataDir', () => {
  const root = temporaryDirectory('data-dir');
  const started: ChildProcess[] = [];
  const lines: string[] = [];
  const open = (name: string) =>
    openDataDir({ dataDir: join(root, name), ephemeral: false, log: (line) => lines.push(line) });
  const sleeper = () => {
    const child = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
    started.push(child);
    return identifyProcess(child.pid ?? 0)!;
  };
  afterEach(() => {
    for (const child of started.splice(0)) child.kill('SIGKILL');
    lines.length = 0;
  });

  it('refuses a second start on the same directory, naming the first', async () => {
    const first = await open('twice');
    await expect(open('twice')).rejects.toThrow(`is in use by another dunwell dev (pid ${process.pid})`);
    first.release();
    (await open('twice')).release();
  });

  it('takes over the lock of a process that was killed', async () => {
    const directory = await open('killed');
    const holder = sleeper();
    writeFileSync(join(directory.path, 'lock'), JSON.stringify(holder));
    await expect(open('killed')).rejects.toThrow(`pid ${holder.pid}`);
    process.kill(holder.pid, 'SIGKILL');
    await eventually('the holder to be gone', () => !isRunning(holder));
    (await open('killed')).release();
    expect(existsSync(join(directory.path, 'lock'))).toBe(false);
  });

  it('takes over the lock of a pid that now belongs to another process', async () => {
    const directory = await open('reused');
    writeFileSync(join(directory.path, 'lock'), JSON.stringify({ ...sleeper(), startToken: 'an earlier boot:1' }));
    (await open('reused')).release();
  });

  it.each(['', 'not json', '{"pid":"1"}'])('takes over a lock that nobody wrote: %j', async (content) => {
    const directory = await open('garbage');
    writeFileSync(join(directory.path, 'lock'), content);
    (await open('garbage')).release();
  });

  it('does not give back a lock that somebody else has taken over', async () => {
    const first = await open('overtaken');
    const other = JSON.stringify(sleeper());
    writeFileSync(join(first.path, 'lock'), other);
    first.release();
    expect(readFileSync(join(first.path, 'lock'), 'utf8')).toBe(other);
  });

  it('stops a server that a killed parent left running, and only that one', async () => {
    const directory = await open('children');
    const [ours, strangers] = [sleeper(), sleeper()];
    directory.children.add('server', ours);
    directory.children.add('reused pid', { ...strangers, startToken: 'an earlier boot:1' });
    directory.release();
    (await open('children')).release();
    expect(isRunning(ours)).toBe(false);
    expect(isRunning(strangers)).toBe(true);
    expect(lines).toEqual([`stopping server (pid ${ours.pid}), left running by an earlier start`]);
    expect(JSON.parse(readFileSync(join(directory.path, 'children.json'), 'utf8'))).toEqual({});
  });

  it('removes an ephemeral directory at the end, and that of a killed start with its servers at the next', async () => {
    const ephemeral = () => openDataDir({ dataDir: '', ephemeral: true, log: (line) => lines.push(line) });
    const abandoned = await ephemeral();
    const server = sleeper();
    new ChildrenRecord(abandoned.path).add('server', server);
    writeFileSync(join(abandoned.path, 'lock'), JSON.stringify({ ...server, startToken: 'an earlier boot:1' }));

    const next = await ephemeral();
    expect(existsSync(abandoned.path)).toBe(false);
    expect(isRunning(server)).toBe(false);
    next.release();
    expect(existsSync(next.path)).toBe(false);
  });
});
