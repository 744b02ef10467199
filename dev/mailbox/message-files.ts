import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StoredMessage } from './message-store.js';

const readsAtOnce = 64;

/** Messages on disk: `<id>.eml` as received and `<id>.json` with the rest. The second is written last and so decides. */
export class MessageFiles {
  readonly #directory: string;

  private constructor(directory: string) {
    this.#directory = directory;
  }

  static async open(directory: string): Promise<MessageFiles> {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    return new MessageFiles(directory);
  }

  /** Oldest first. A file that a crash left half-way is not a message: SMTP has not said yes to it. */
  async readAll(): Promise<StoredMessage[]> {
    const names = (await readdir(this.#directory)).filter((name) => name.endsWith('.json')).sort();
    const messages: StoredMessage[] = [];
    for (let start = 0; start < names.length; start += readsAtOnce) {
      const batch = names
        .slice(start, start + readsAtOnce)
        .map((name) => readFile(join(this.#directory, name), 'utf8'));
      for (const text of await Promise.all(batch)) messages.push(JSON.parse(text) as StoredMessage);
    }
    return messages;
  }

  async write(message: StoredMessage, raw: Buffer): Promise<void> {
    await writeFile(this.#path(message.summary.ID, 'eml'), raw, { mode: 0o600 });
    await this.writeSummary(message);
  }

  async writeSummary(message: StoredMessage): Promise<void> {
    const draft = this.#path(message.summary.ID, 'new');
    await writeFile(draft, JSON.stringify(message), { mode: 0o600 });
    await rename(draft, this.#path(message.summary.ID, 'json'));
  }

  async readRaw(id: string): Promise<Buffer> {
    return readFile(this.#path(id, 'eml'));
  }

  async remove(id: string): Promise<void> {
    await rm(this.#path(id, 'json'), { force: true });
    await rm(this.#path(id, 'eml'), { force: true });
  }

  #path(id: string, extension: string): string {
    return join(this.#directory, `${id}.${extension}`);
  }
}
