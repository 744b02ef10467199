import { readdir } from 'node:fs/promises';
import { extname, join } from 'node:path';

/** What a template's locale is written in; `.txt` beside one of the others, or alone for a partial. */
const EXTENSIONS = ['.mjml', '.html', '.txt'];

/** Every file below a directory that may be of a template, in order; null when there is no such directory. */
export async function templatePaths(dir: string): Promise<string[] | null> {
  try {
    return (await readdir(dir, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile() && EXTENSIONS.includes(extname(entry.name)))
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return null;
    throw code === 'ENOTDIR' ? new Error(`${dir} is no directory.`, { cause: error }) : error;
  }
}

/** Without the extension: what the files of a locale have in common. */
export function stemOf(path: string): string {
  return path.slice(0, -extname(path).length);
}
