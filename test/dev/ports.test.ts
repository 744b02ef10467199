import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { choosePort } from '../../dev/ports.js';

describe('choosePort', () => {
  let occupant: Server;
  let occupied: number;
  let lines: string[];
  const request = (over: { wanted?: number; fallback?: number; taken?: Set<number> }) => ({
    name: 'PostgreSQL',
    flag: '--postgres-port',
    wanted: over.wanted,
    fallback: over.fallback ?? occupied,
    log: (line: string) => lines.push(line),
    taken: over.taken ?? new Set<number>(),
  });

  beforeEach(async () => {
    lines = [];
    occupant = createServer();
    await new Promise<void>((resolve) => occupant.listen(0, '127.0.0.1', resolve));
    occupied = (occupant.address() as AddressInfo).port;
  });
  afterEach(() => new Promise((resolve) => occupant.close(resolve)));

  it('moves on from a default that is taken, and says so', async () => {
    const port = await choosePort(request({}));
    expect(port).toBeGreaterThan(occupied);
    expect(lines).toEqual([`port ${occupied} is taken; PostgreSQL uses ${port} (set another with --postgres-port)`]);
  });

  it('refuses an explicit port that is taken, naming the option and the port', async () => {
    await expect(choosePort(request({ wanted: occupied }))).rejects.toThrow(
      `--postgres-port ${occupied}: port ${occupied} for PostgreSQL is taken by another program`,
    );
  });

  it('notices a program that listens on all addresses', async () => {
    const everywhere = createServer();
    await new Promise<void>((resolve) => everywhere.listen(0, '0.0.0.0', resolve));
    const { port } = everywhere.address() as AddressInfo;
    await expect(choosePort(request({ wanted: port }))).rejects.toThrow('is taken');
    await new Promise((resolve) => everywhere.close(resolve));
  });

  it('takes any free port for 0, and never the same twice', async () => {
    const taken = new Set<number>();
    for (let n = 0; n < 20; n++) await choosePort(request({ wanted: 0, taken }));
    expect(taken.size).toBe(20);
    expect(lines).toEqual([]);
  });

  it('does not give a port to two servers of one stack', async () => {
    const first = await choosePort(request({ wanted: 0 }));
    await expect(choosePort(request({ wanted: first, taken: new Set([first]) }))).rejects.toThrow(
      'another server of this stack',
    );
    expect(await choosePort(request({ fallback: first, taken: new Set([first]) }))).not.toBe(first);
  });

  it.each([-1, 65_536, 1.5, Number.NaN])('refuses %s as a port', async (wanted) => {
    await expect(choosePort(request({ wanted }))).rejects.toThrow(
      'a port is a whole number from 0 (any free one) to 65535',
    );
  });
});
