import type { SendOutcome, SmtpReply, SmtpStage } from '../contracts/mail.js';
import { retryWaitMs } from './retry-wait.js';

type Verdict = 'RETRY' | 'PROVIDER_REFUSED' | 'REJECTED' | 'IN_DOUBT';
/** `none`: no complete reply (lost, timed out, garbage). A 2xx or 3xx that lands here came at the wrong moment: `none` too. */
type Answer = '4xx' | '5xx' | 'none';

interface Rule {
  stages: readonly SmtpStage[];
  answers: readonly Answer[];
  verdict: Verdict;
  because: string;
}

/** S-E5 as data. Every pair of stage and answer is in exactly one rule. RCPT stands for the To: the rest is left out. */
export const OUTCOME_RULES: readonly Rule[] = [
  {
    stages: ['GREETING', 'EHLO', 'STARTTLS', 'AUTH', 'MAIL'],
    answers: ['5xx'],
    verdict: 'PROVIDER_REFUSED',
    because: 'A lasting no before any recipient was named is about us, so every other mail would get it too.',
  },
  {
    stages: ['RCPT', 'DATA'],
    answers: ['5xx'],
    verdict: 'REJECTED',
    because: 'A lasting no to this recipient or this message; sending it again gets the same answer.',
  },
  {
    stages: ['CONNECT', 'GREETING', 'EHLO', 'STARTTLS', 'AUTH', 'MAIL', 'RCPT', 'DATA'],
    answers: ['4xx', 'none'],
    verdict: 'RETRY',
    because: 'The final dot was not written, so the server cannot have the message (RFC 5321 §4.1.1.4).',
  },
  {
    stages: ['CONNECT'],
    answers: ['5xx'],
    verdict: 'RETRY',
    because: 'Nobody can have answered before there was a connection; the table is only made complete here.',
  },
  {
    stages: ['FINAL_DOT'],
    answers: ['5xx'],
    verdict: 'REJECTED',
    because: 'The server has seen the whole message and says that it does not take it.',
  },
  {
    stages: ['FINAL_DOT'],
    answers: ['4xx'],
    verdict: 'RETRY',
    because: 'The server says that it did not take the message and asks for another try (RFC 5321 §4.2.1).',
  },
  {
    stages: ['FINAL_DOT'],
    answers: ['none'],
    verdict: 'IN_DOUBT',
    because: 'The dot may have arrived and the answer got lost: the recipient may or may not have the mail.',
  },
];

/**
 * What a failed attempt means. `recipients` is the number of envelope recipients: a 5.1.1 after the dot names nobody, so
 * it says something about the To only when there was no other.
 */
export function classifyReply(reply: SmtpReply, recipients: number): SendOutcome {
  const answer = answerOf(reply.code);
  const rule = OUTCOME_RULES.find(({ stages, answers }) => stages.includes(reply.stage) && answers.includes(answer));
  if (rule === undefined) throw new Error(`No outcome rule for ${reply.stage} and ${answer}`);
  switch (rule.verdict) {
    case 'RETRY':
      return { kind: 'RETRY', reply, retryAfterMs: answer === '4xx' ? retryWaitMs(reply) : null };
    case 'REJECTED':
      return { kind: 'REJECTED', reply, unknownMailbox: isUnknownMailbox(reply, recipients) };
    case 'PROVIDER_REFUSED':
      return { kind: 'PROVIDER_REFUSED', reply };
    case 'IN_DOUBT':
      return { kind: 'IN_DOUBT', reply };
  }
}

function answerOf(code: number | null): Answer {
  if (code !== null && code >= 400 && code < 500) return '4xx';
  return code !== null && code >= 500 && code < 600 ? '5xx' : 'none';
}

/** Only the enhanced code counts (RFC 3463 §3.2, X.1.1 bad destination mailbox): a bare 550 has a dozen meanings. */
function isUnknownMailbox(reply: SmtpReply, recipients: number): boolean {
  return reply.enhanced === '5.1.1' && (reply.stage === 'RCPT' || recipients === 1);
}
