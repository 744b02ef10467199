import { readFile } from 'node:fs/promises';

/** The text of a file somebody named. Throws a sentence that names it when it cannot be read. */
export async function readTextFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new Error(code === 'ENOENT' ? `There is no file ${path}.` : `${path} cannot be read: ${message}`, {
      cause: error,
    });
  }
}
