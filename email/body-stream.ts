import { Readable } from 'node:stream';

const CHUNK_BYTES = 16 * 1024;

/**
 * The message as SMTPConnection reads it. Lazy on purpose: the first read happens after the server's 354, so that is
 * where the gate stands (S-E4). It knows the one thing nodemailer does not tell: whether the final dot may be out.
 */
export class BodyStream extends Readable {
  /**
   * True from the moment the end is handed on, because nodemailer adds the dot right then. It may be true although the
   * dot never left this machine; it is never false when it did.
   */
  dotMayBeWritten = false;
  private offset = 0;
  private gateResult: Promise<string | null> | null = null;

  constructor(
    private readonly raw: Buffer,
    /** Null to go on, else why not; nothing is written then. */
    private readonly gate: () => Promise<string | null>,
  ) {
    // One byte: the end must not be read ahead while earlier chunks still wait for the socket to take them.
    super({ highWaterMark: 1 });
  }

  /** True once the server has asked for the message. */
  get asked(): boolean {
    return this.gateResult !== null;
  }

  /** Resolves when the gate has spoken, or was never asked. Rejects with the gate's own error. */
  async gateSettled(): Promise<void> {
    await this.gateResult;
  }

  override _read(): void {
    if (this.gateResult !== null) return this.pushNext();
    this.gateResult = this.gate();
    this.gateResult.then(
      (stop) => (stop === null ? this.pushNext() : this.destroy(new Error(stop))),
      (error: unknown) => this.destroy(error instanceof Error ? error : new Error('The marker failed')),
    );
  }

  private pushNext(): void {
    // The connection may have gone, and the stream with it, while the gate was being asked.
    if (this.destroyed) return;
    if (this.offset < this.raw.length) {
      const chunk = this.raw.subarray(this.offset, this.offset + CHUNK_BYTES);
      this.offset += chunk.length;
      this.push(chunk);
      return;
    }
    this.dotMayBeWritten = true;
    this.push(null);
  }
}
