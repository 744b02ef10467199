import { connect } from 'node:net';
import { createInterface } from 'node:readline';

export interface TestMail {
  from?: string;
  /** The envelope's recipients. */
  to: string[];
  /** Header lines and body, lines ended by \n. */
  raw: string;
  login?: { user: string; password: string };
}

/** Speaks SMTP in plain sight: the last answer of the server, or an error with the first that was not 2xx or 3xx. */
export async function sendMail(port: number, mail: TestMail): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', timeout: 10_000 });
  const answers = createInterface(socket)[Symbol.asyncIterator]();
  const answer = async (): Promise<string> => {
    for (;;) {
      const { value, done } = (await answers.next()) as { value: string; done?: boolean };
      if (done) throw new Error('the server hung up');
      if (value[3] === '-') continue;
      if (/^[23]/.test(value)) return value;
      throw new Error(value);
    }
  };
  const say = (line: string) => {
    socket.write(line + '\r\n');
    return answer();
  };
  try {
    await answer();
    await say('EHLO test');
    if (mail.login) {
      await say(`AUTH PLAIN ${Buffer.from(`\0${mail.login.user}\0${mail.login.password}`).toString('base64')}`);
    }
    await say(`MAIL FROM:<${mail.from ?? 'billing@example.com'}>`);
    for (const address of mail.to) await say(`RCPT TO:<${address}>`);
    await say('DATA');
    return await say(mail.raw.replace(/^\./gm, '..').replace(/\r?\n/g, '\r\n') + '\r\n.');
  } finally {
    socket.destroy();
  }
}
