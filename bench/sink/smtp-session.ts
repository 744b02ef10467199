import type { Socket } from 'node:net';

/** A mail that has arrived: its recipient, its delivery key, and when its last byte came. */
export type Arrival = [to: string, delivery: string, atMs: number];

const END = Buffer.from('\r\n.\r\n');
const KEY = 'X-Dunwell-Delivery: ';

/** One SMTP connection that takes everything and reads no more of it than recipient and key. No extensions. */
export function serveSession(socket: Socket, record: (arrival: Arrival) => void): void {
  let buffered: Buffer = Buffer.alloc(0);
  let to = '';
  /** How much of the mail has been looked at for its end; -1 = commands are awaited. */
  let searched = -1;
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  socket.write('220 sink\r\n');
  socket.on('data', (chunk: Buffer) => {
    buffered = buffered.length === 0 ? chunk : Buffer.concat([buffered, chunk]);
    while (searched >= 0 ? takeMail() : takeCommand());
  });

  function takeCommand(): boolean {
    const end = buffered.indexOf(10);
    if (end < 0) return false;
    const line = buffered.toString('latin1', 0, end).trimEnd();
    buffered = buffered.subarray(end + 1);
    const verb = line.slice(0, 4).toUpperCase();
    if (verb === 'RCPT') to = line.slice(line.indexOf('<') + 1, line.lastIndexOf('>'));
    if (verb === 'DATA') searched = 0;
    if (verb === 'QUIT') socket.end('221 bye\r\n');
    else socket.write(verb === 'DATA' ? '354 go\r\n' : '250 ok\r\n');
    return true;
  }

  function takeMail(): boolean {
    const end = buffered.indexOf(END, Math.max(0, searched - END.length));
    if (end < 0) {
      searched = buffered.length;
      return false;
    }
    const head = buffered.toString('latin1', 0, Math.min(end, 4096));
    const from = head.indexOf(KEY) + KEY.length;
    record([to, head.slice(from, head.indexOf('\r\n', from)), Date.now()]);
    buffered = buffered.subarray(end + END.length);
    searched = -1;
    socket.write('250 ok\r\n');
    return true;
  }
}
