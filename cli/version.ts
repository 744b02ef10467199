import { readFile } from 'node:fs/promises';

/** Our version, from package.json: one folder up from the sources, two from the build. */
export async function readVersion(): Promise<string> {
  const read = (path: string): Promise<string> => readFile(new URL(path, import.meta.url), 'utf8');
  const text = await read('../package.json').catch(() => read('../../package.json'));
  return (JSON.parse(text) as { version: string }).version;
}
