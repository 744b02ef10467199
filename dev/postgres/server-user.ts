import { execFile, spawn } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { promisify } from 'node:util';

export interface ServerUser {
  uid: number;
  gid: number;
}

/**
 * Who runs the server: null = whoever we are. PostgreSQL refuses to run as root, so under root it is, in this order,
 * the owner of the existing data (it cannot be anybody else), the system's `postgres`, or `nobody`. No user is created:
 * starting a development stack should not change the system's accounts.
 */
export async function serverUser(existingData: string): Promise<ServerUser | null> {
  if (process.getuid?.() !== 0) return null;
  const owner = await stat(existingData).catch(() => null);
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  const user = (await lookUp('postgres')) ?? (await lookUp('nobody'));
  if (!user)
    throw new Error(
      'PostgreSQL cannot run as root, and this system has neither a user "postgres" nor "nobody". Start as an ordinary user.',
    );
  return user;
}

/**
 * Runs a program as that user and returns what it printed; rejects with its error output. The working directory is one
 * that everybody can enter, because ours may be closed to that user.
 */
export function runAs(user: ServerUser | null, command: string, args: string[], input = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...(user ?? {}), cwd: '/', env: postgresEnvironment(), timeout: 120_000 });
    const output = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
    child.stdin.on('error', () => undefined); // a program that ends without reading its input says why on stderr
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (code === 0) resolve(output.stdout);
      else
        reject(
          new Error(`${command} failed (${signal ?? `exit code ${code}`}): ${(output.stderr || output.stdout).trim()}`),
        );
    });
    child.stdin.end(input);
  });
}

/** Asked of the system itself rather than computed from modes: access lists and mounts have a say, too. */
export async function canEnter(user: ServerUser | null, directory: string): Promise<boolean> {
  return runAs(user, '/bin/sh', ['-c', 'cd -- "$1"', 'sh', directory]).then(
    () => true,
    () => false,
  );
}

/** Nothing of ours: PGDATA, PGPORT or a locale of the user's shell would change what the server does. */
export function postgresEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' };
}

async function lookUp(name: string): Promise<ServerUser | null> {
  const id = async (flag: string) => Number((await promisify(execFile)('id', [flag, name])).stdout.trim());
  try {
    return { uid: await id('-u'), gid: await id('-g') };
  } catch {
    return null; // no such user
  }
}
