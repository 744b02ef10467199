import { connect, type Socket } from 'node:net';

/**
 * One kept-alive HTTP/1.1 connection with one request under way: as little work as possible on the cores that are measured.
 * Answers must come with Content-Length.
 */
export class HttpConnection {
  private readonly socket: Socket;
  private buffered = '';
  private waiting: { resolve: (answer: HttpAnswer) => void; reject: (error: Error) => void } | null = null;

  constructor(port: number) {
    this.socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.socket.setEncoding('latin1');
    this.socket.on('data', (text: string) => {
      this.buffered += text;
      this.look();
    });
    const fail = (error?: Error): void => this.waiting?.reject(error ?? new Error('The connection was closed.'));
    this.socket.on('error', fail);
    this.socket.on('close', () => {
      fail();
    });
  }

  /** `head` are the request's lines without Content-Length, each with CRLF. */
  post(head: string, body: string): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
      this.socket.write(`${head}content-length: ${String(Buffer.byteLength(body))}\r\n\r\n${body}`);
    });
  }

  close(): void {
    this.waiting = null;
    this.socket.destroy();
  }

  private look(): void {
    const headEnd = this.buffered.indexOf('\r\n\r\n');
    if (headEnd < 0) return;
    const head = this.buffered.slice(0, headEnd).toLowerCase();
    const length = Number(/content-length: (\d+)/.exec(head)?.[1] ?? NaN);
    if (Number.isNaN(length)) {
      this.waiting?.reject(new Error('An answer came without Content-Length.'));
      return;
    }
    const end = headEnd + 4 + length;
    if (this.buffered.length < end) return;
    const answer = { status: Number(this.buffered.slice(9, 12)), body: this.buffered.slice(headEnd + 4, end) };
    this.buffered = this.buffered.slice(end);
    const { waiting } = this;
    this.waiting = null;
    waiting?.resolve(answer);
  }
}

interface HttpAnswer {
  status: number;
  body: string;
}
