import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes } from 'node:crypto';

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;
const NAME_CHARS = 8;

/**
 * Seals secrets at rest: AES-256-GCM, `<key>.<nonce, tag and ciphertext>` in base64url, where `<key>` names the key that sealed
 * it. The first key seals, every one opens, so that a new key can be put in front while old texts are still about.
 */
export class Vault {
  private readonly keys: ReadonlyMap<string, Buffer>;
  private readonly newest: string;

  /** `keys` are 32 bytes in base64 each. */
  constructor(keys: readonly [string, ...string[]]) {
    const named = keys.map((text) => {
      const key = Buffer.from(text, 'base64');
      if (key.length !== KEY_BYTES) throw new Error('An encryption key is 32 bytes in base64.');
      return [createHash('sha256').update(key).digest('base64url').slice(0, NAME_CHARS), key] as const;
    });
    this.keys = new Map(named);
    this.newest = named[0]?.[0] ?? '';
  }

  /** `context` must be given again to open it: what was sealed for one row cannot be put into another. */
  seal(text: string, context: string): string {
    return `${this.newest}.${this.encrypt(Buffer.from(text), context).toString('base64url')}`;
  }

  /** Throws when the key is not known, or the text was changed or sealed for another context. */
  open(sealed: string, context: string): string {
    const [name = '', text = ''] = sealed.split('.');
    return this.decrypt(name, Buffer.from(text, 'base64url'), context).toString('utf8');
  }

  /** As `seal`, for bytes: the key's name, then nonce, tag and ciphertext. */
  sealBytes(bytes: Buffer, context: string): Buffer {
    return Buffer.concat([Buffer.from(this.newest), this.encrypt(bytes, context)]);
  }

  /** As `open`, for what `sealBytes` made. */
  openBytes(sealed: Buffer, context: string): Buffer {
    return this.decrypt(sealed.toString('latin1', 0, NAME_CHARS), sealed.subarray(NAME_CHARS), context);
  }

  /** Marks of a text under each key, the newest first: equal texts have equal marks, and nobody without a key can try texts out. */
  marks(text: string): Buffer[] {
    return [...this.keys.values()].map((key) => createHmac('sha256', key).update(text).digest());
  }

  private encrypt(plain: Buffer, context: string): Buffer {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, this.key(this.newest), nonce).setAAD(Buffer.from(context));
    const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
  }

  private decrypt(name: string, bytes: Buffer, context: string): Buffer {
    const decipher = createDecipheriv(CIPHER, this.key(name), bytes.subarray(0, NONCE_BYTES))
      .setAAD(Buffer.from(context))
      .setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
  }

  private key(name: string): Buffer {
    const key = this.keys.get(name);
    if (!key) throw new Error(`No encryption key ${name}: it is needed to open what it sealed.`);
    return key;
  }
}

/** A new key, as `ENCRYPTION_KEYS` takes it. */
export function newEncryptionKey(): string {
  return randomBytes(KEY_BYTES).toString('base64');
}
