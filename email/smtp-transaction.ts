import type { SMTPConnectionEnvelope, SMTPConnectionSendInfo, SMTPEnvelope } from 'nodemailer/lib/smtp-connection';
import type { ComposedMail, SendOutcome, SmtpReply, SmtpStage } from '../contracts/mail.js';
import { BodyStream } from './body-stream.js';
import { classifyReply } from './classify-reply.js';
import type { SmtpConfig } from './smtp-config.js';
import type { SmtpLink } from './smtp-link.js';
import { smtpReply, type SmtpError } from './smtp-reply.js';

/** What a transaction left behind: the outcome, and whether the connection may carry another mail. */
export interface Transaction {
  outcome: SendOutcome;
  /** `clean`: as good as new; `reset`: after RSET; `drop`: never again. */
  link: 'clean' | 'reset' | 'drop';
  /** The connection was lost before the server asked for the message, and the server did not say why. */
  lostBeforeData: boolean;
}

type Tracked = 'rcptQueue' | 'accepted' | 'rejected' | 'rejectedErrors';

/** nodemailer keeps its bookkeeping on the envelope object it is given (SMTPConnectionEnvelope in its types). */
type TrackedEnvelope = SMTPEnvelope & Partial<Pick<SMTPConnectionEnvelope, Tracked>>;
type RefusedError = SmtpError & { recipient?: string };
type MakeReply = (stage: SmtpStage, response: string | undefined, words: string) => SmtpReply;

interface Failure {
  link: SmtpLink;
  envelope: TrackedEnvelope;
  body: BodyStream;
  recipients: number;
  reply: MakeReply;
}

/**
 * One mail over one open connection, from MAIL FROM to the answer after the dot. Rejects only with the marker's own
 * error. By itself nodemailer sends to the CCs when the To is refused, and takes 250 for 354; both are stopped at the
 * gate, where nothing but the word DATA is out (some servers get it pipelined, RFC 2920) and the connection is dropped.
 */
export async function smtpTransaction(
  link: SmtpLink,
  config: SmtpConfig,
  mail: ComposedMail,
  marker: () => Promise<boolean>,
  timeoutMs: number,
): Promise<Transaction> {
  const { required } = mail.envelope;
  const others = mail.envelope.to.filter((address) => address !== required);
  const envelope: TrackedEnvelope = { from: mail.envelope.from, to: [required, ...others] };
  const reply: MakeReply = (stage, response, words) => smtpReply(stage, response ?? null, words, config.auth);
  const refusals = () =>
    ((envelope.rejectedErrors ?? []) as RefusedError[]).map((error) => ({
      address: error.recipient ?? '',
      reply: reply('RCPT', error.response, error.message),
    }));
  const refusedTo = () => refusals().find(({ address }) => address === required)?.reply ?? null;

  let fenced = false;
  const body = new BodyStream(mail.raw, async () => {
    if (refusedTo() !== null) return 'The To was refused';
    if (!/^3/.test(String(link.connection.lastServerResponse))) return 'The server did not answer DATA with 354';
    fenced = !(await marker());
    return fenced ? 'The marker said no' : null;
  });
  link.messages += 1;
  const result = await deliver(link, envelope, body, timeoutMs);
  // The marker may still be at work although the connection has gone: what it says decides, and it must not be cut off.
  await body.gateSettled();
  if (fenced) return { outcome: { kind: 'FENCED' }, link: 'drop', lostBeforeData: false };

  const to = refusedTo();
  const recipients = 1 + others.length;
  if (to !== null) {
    return { outcome: classifyReply(to, recipients), link: body.asked ? 'drop' : 'reset', lostBeforeData: false };
  }
  if ('error' in result) return failed(result.error, { link, envelope, body, recipients, reply });
  const final = reply(body.dotMayBeWritten ? 'FINAL_DOT' : 'DATA', result.info.response, 'Not a reply to a message');
  // nodemailer looks at the first digit only. An answer from before the dot is an answer to something else.
  if (result.toTheDot && final.code !== null) {
    return { outcome: { kind: 'SENT', reply: final, refused: refusals() }, link: 'clean', lostBeforeData: false };
  }
  return { outcome: classifyReply(final, recipients), link: 'drop', lostBeforeData: false };
}

/**
 * nodemailer's send as a value. Once the message was asked for, only an answer to the dot keeps the connection.
 * `toTheDot` is taken the moment the answer comes: a turn later the dot may have followed a hasty answer.
 */
async function deliver(
  link: SmtpLink,
  envelope: SMTPEnvelope,
  body: BodyStream,
  timeoutMs: number,
): Promise<{ info: SMTPConnectionSendInfo; toTheDot: boolean } | { error: SmtpError }> {
  body.on('error', () => undefined);
  let toTheDot = false;
  const giveUp = () => {
    link.drop();
    body.destroy(); // nodemailer forgets it once it has had an answer, and it would go on claiming to be written.
  };
  try {
    const info = await link.attempt<SMTPConnectionSendInfo>(timeoutMs, (done) =>
      link.connection.send(envelope, body, (error, sent) => {
        toTheDot = body.dotMayBeWritten;
        done(error, sent);
      }),
    );
    if (!toTheDot) giveUp();
    return { info, toTheDot };
  } catch (cause) {
    const error = cause as SmtpError;
    if (body.asked && !(toTheDot && error.command === 'DATA')) giveUp();
    return { error };
  }
}

function failed(error: SmtpError, { link, envelope, body, recipients, reply }: Failure): Transaction {
  const stage = failedStage(error, envelope, body);
  // `CONN` with a response is a remainder without its line end, or a line nobody asked for: no answer to the message.
  const response = stage === 'FINAL_DOT' && error.command !== 'DATA' ? undefined : error.response;
  const final = reply(stage, response, error.message);
  const answered = final.code !== null && !link.connection.destroyed;
  return {
    outcome: classifyReply(final, recipients),
    link: !answered ? 'drop' : stage === 'FINAL_DOT' ? 'clean' : 'reset',
    lostBeforeData: !body.asked && (final.code === null || final.code === 421) && error.code !== 'ETIMEDOUT',
  };
}

function failedStage(error: SmtpError, envelope: TrackedEnvelope, body: BodyStream): SmtpStage {
  if (body.dotMayBeWritten) return 'FINAL_DOT';
  if (body.asked || error.command === 'DATA') return 'DATA';
  if (error.command === 'MAIL FROM') return 'MAIL';
  if (error.command === 'RCPT TO') return 'RCPT';
  // Lost or timed out: what was being waited for can be read off the queues.
  const all = (envelope.to as string[]).length;
  const answered = (envelope.accepted?.length ?? 0) + (envelope.rejected?.length ?? 0);
  if ((envelope.rcptQueue?.length ?? all) === all) return 'MAIL';
  return answered < all ? 'RCPT' : 'DATA';
}
