import type { SmtpReply, SmtpStage } from '../contracts/mail.js';
import type { SmtpConfig } from './smtp-config.js';

const MAX_TEXT = 500;

/** What nodemailer tells about an error; `response` is the server's reply, `command` the step that failed. */
export interface SmtpError extends Error {
  code?: string | undefined;
  command?: string | undefined;
  response?: string | undefined;
}

/**
 * A reply as the contract wants it: one line, without codes in the text and without credentials. `response` is the raw
 * reply (RFC 5321 §4.2.1, perhaps several lines) or null when no complete one came; `words` are ours for that case.
 */
export function smtpReply(
  stage: SmtpStage,
  response: string | null,
  words: string,
  auth: SmtpConfig['auth'],
): SmtpReply {
  const secrets = auth === null ? [] : secretsOf(auth, stage);
  const lines = (response ?? '').split(/\r?\n/);
  const last = /^([2-5]\d\d)(?:[ ]|$)/.exec(lines.at(-1) ?? '');
  if (response === null || last === null) {
    const text = oneLine(response === null ? words : `${words}: ${response}`, secrets);
    return { stage, code: null, enhanced: null, text };
  }
  const bodies = lines.map((line) => line.replace(/^\d{3}(?:[ -]|$)/, ''));
  // RFC 2034 §4: the enhanced code opens every line, and its class is the reply's first digit.
  const enhanced = /^([245]\.\d{1,3}\.\d{1,3})(?=\s|$)/.exec(bodies.at(-1) ?? '')?.[1] ?? null;
  const text = bodies.map((body) => body.replace(/^[245]\.\d{1,3}\.\d{1,3}(?=\s|$)/, '').trim()).join(' ');
  return {
    stage,
    code: Number(last[1]),
    enhanced: enhanced?.[0] === last[1]?.[0] ? enhanced : null,
    text: oneLine(text, secrets),
  };
}

/** Control characters out, secrets out: a server may quote what we said to it, also in base64 as AUTH sends it. */
function oneLine(text: string, secrets: readonly string[]): string {
  const clean = secrets.reduce((masked, secret) => masked.replaceAll(secret, '***'), text);
  // eslint-disable-next-line no-control-regex -- replies are foreign text that ends up in logs and tables
  const line = clean.replace(/[\s\u0000-\u001f\u007f]+/g, ' ');
  return line.trim().slice(0, MAX_TEXT);
}

/** Longest first. The user name is masked at AUTH only: elsewhere it may be an ordinary word or the sender's address. */
function secretsOf({ user, pass }: { user: string; pass: string }, stage: SmtpStage): string[] {
  const base64 = (text: string) => Buffer.from(text, 'utf8').toString('base64');
  const names = stage === 'AUTH' ? [base64(user), user] : [];
  return [base64(`\0${user}\0${pass}`), base64(pass), pass, ...names].sort((a, b) => b.length - a.length);
}
