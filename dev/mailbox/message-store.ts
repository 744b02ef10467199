import { randomBytes } from 'node:crypto';
import { parseMessage } from './parse-message.js';
import { MessageFiles } from './message-files.js';
import type { Envelope, MessageSummary } from './message.js';

/** A message without its raw content, which may lie on disk. */
export interface StoredMessage {
  summary: MessageSummary;
  envelope: Envelope;
  searchText: string;
}

const maxMessages = 50_000;
const maxRawBytesInMemory = 512 * 1024 * 1024;

/** All messages, newest first. Bounded: the oldest go when there are too many. */
export class MessageStore {
  readonly #messages = new Map<string, StoredMessage>(); // oldest first
  readonly #raw = new Map<string, Buffer>(); // only without files
  readonly #files: MessageFiles | null;
  #rawBytes = 0;
  #lastTime = 0;

  private constructor(files: MessageFiles | null) {
    this.#files = files;
  }

  /** With a directory, messages are kept in it and survive a restart; null keeps them in memory only. */
  static async open(directory: string | null): Promise<MessageStore> {
    const files = directory === null ? null : await MessageFiles.open(directory);
    const store = new MessageStore(files);
    for (const message of (await files?.readAll()) ?? []) store.#messages.set(message.summary.ID, message);
    return store;
  }

  /** When it resolves the message is kept: only then may SMTP say yes. */
  async add(raw: Buffer, envelope: Envelope): Promise<void> {
    const { summary, searchText } = await parseMessage(raw, envelope);
    const id = this.#nextId();
    const created = new Date(Date.now()).toISOString();
    const message = { summary: { ID: id, ...summary, Read: false, Created: created }, envelope, searchText };
    if (this.#files) await this.#files.write(message, raw);
    else {
      this.#raw.set(id, raw);
      this.#rawBytes += raw.length;
    }
    this.#messages.set(id, message);
    for (const oldest of this.#messages.keys()) {
      if (this.#messages.size <= maxMessages && this.#rawBytes <= maxRawBytesInMemory) break;
      await this.remove([oldest]);
    }
  }

  /** Newest first. */
  list(): StoredMessage[] {
    return [...this.#messages.values()].reverse();
  }

  get(id: string): StoredMessage | undefined {
    return id === 'latest' ? this.list()[0] : this.#messages.get(id);
  }

  async raw(message: StoredMessage): Promise<Buffer> {
    const { ID } = message.summary;
    const raw = this.#files ? await this.#files.readRaw(ID) : this.#raw.get(ID);
    if (!raw) throw new Error(`message ${ID} was removed meanwhile`);
    return raw;
  }

  async setRead(ids: string[], read: boolean): Promise<void> {
    for (const id of ids) {
      const message = this.#messages.get(id);
      if (!message || message.summary.Read === read) continue;
      message.summary.Read = read;
      await this.#files?.writeSummary(message);
    }
  }

  async remove(ids: string[]): Promise<void> {
    for (const id of ids) {
      if (!this.#messages.delete(id)) continue;
      this.#rawBytes -= this.#raw.get(id)?.length ?? 0;
      this.#raw.delete(id);
      await this.#files?.remove(id);
    }
  }

  /** Ids sort by time of arrival, so that the files, too, are in order after a restart. */
  #nextId(): string {
    this.#lastTime = Math.max(Date.now(), this.#lastTime + 1);
    return this.#lastTime.toString(36).padStart(9, '0') + randomBytes(5).toString('hex');
  }
}
