import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { MailSender } from '../../contracts/mail.js';
import { createSmtpSender } from '../../email/smtp-sender.js';
import { startFaultServer, type FaultServer } from '../support/smtp/fault-server.js';
import { sampleMail } from '../support/smtp/sample-mail.js';

let server: FaultServer;
let sender: MailSender;

beforeEach(async () => {
  server = await startFaultServer();
  sender = createSmtpSender({ url: server.url, options: { replyTimeoutMs: 200, localName: 'client.test' } });
});
afterEach(async () => {
  await sender.close();
  await server.close();
});

describe('the marker (S-E4)', () => {
  it('is asked once, after DATA and before the first byte of the message', async () => {
    const marker = vi.fn(() => {
      expect(server.commands.at(-1)).toBe('DATA');
      expect(server.messageBytes).toBe(0);
      return Promise.resolve(true);
    });
    expect(await sender.send(sampleMail(), marker)).toMatchObject({ kind: 'SENT' });
    expect(marker).toHaveBeenCalledTimes(1);
  });

  it('that says no leaves nothing of the message at the server, and the next mail a new connection', async () => {
    expect(await sender.send(sampleMail(), () => Promise.resolve(false))).toEqual({ kind: 'FENCED' });
    expect(await sender.send(sampleMail(), () => Promise.resolve(true))).toMatchObject({ kind: 'SENT' });
    expect(server.received).toHaveLength(1);
    expect(server.connections).toBe(2);
  });

  it('that fails rejects the send with its own error, and nothing is written', async () => {
    const error = new Error('the database has gone');
    await expect(sender.send(sampleMail(), () => Promise.reject(error))).rejects.toBe(error);
    expect(server.messageBytes).toBe(0);
    expect(server.received).toEqual([]);
  });

  it('is not asked when the server refuses before the message', async () => {
    server.script = { data: '451 4.3.0 later' };
    const marker = vi.fn(() => Promise.resolve(true));
    expect(await sender.send(sampleMail(), marker)).toMatchObject({ kind: 'RETRY' });
    expect(marker).not.toHaveBeenCalled();
  });

  it.each([
    [true, { kind: 'RETRY', reply: { stage: 'DATA' } }],
    [false, { kind: 'FENCED' }],
  ])('that says %s after the connection was lost writes nothing', async (answer, outcome) => {
    const sent = await sender.send(sampleMail(), async () => {
      await server.hangUp();
      return answer;
    });
    expect(sent).toMatchObject(outcome);
    expect(server.received).toEqual([]);
  });

  it('may be slower than the server is patient: the send still waits for what it says', async () => {
    let say: (answer: boolean) => void = () => undefined;
    const answer = new Promise<boolean>((resolve) => (say = resolve));
    const asked = vi.fn();
    const sending = sender.send(sampleMail(), () => {
      asked();
      return answer;
    });
    const settled = vi.fn();
    void sending.then(settled, settled);
    await vi.waitFor(() => expect(asked).toHaveBeenCalled());
    await server.hangUp();
    expect(settled).not.toHaveBeenCalled();
    say(false);
    expect(await sending).toEqual({ kind: 'FENCED' });
  });

  it('is not overtaken by a server that says yes before it has the message', async () => {
    server.script = { data: '354 go ahead\r\n250 2.0.0 hasty' };
    const sent = await sender.send(sampleMail(), async () => {
      for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate);
      return true;
    });
    expect(sent).toMatchObject({ kind: 'RETRY', reply: { stage: 'DATA' } });
    expect(server.received).toEqual([]);
  });

  it('is not asked again when a connection dies after it was asked', async () => {
    expect(await sender.send(sampleMail(), () => Promise.resolve(true))).toMatchObject({ kind: 'SENT' });
    const marker = vi.fn(async () => {
      await server.hangUp();
      return true;
    });
    expect(await sender.send(sampleMail(), marker)).toMatchObject({ kind: 'RETRY' });
    expect(marker).toHaveBeenCalledTimes(1);
    expect(server.received).toHaveLength(1);
  });
});
