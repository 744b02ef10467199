import type { SendOutcome, SmtpStage } from '../../../contracts/mail.js';
import type { Fault, FaultScript } from './fault-server.js';

type Kind = SendOutcome['kind'];

/** One fault at one place of the conversation, and what must come of it. */
export interface FaultCase {
  name: string;
  script: FaultScript;
  /** Before MAIL FROM: a kept connection has this behind it. */
  setup: boolean;
  kind: Kind;
  /** null = not to be told: of what was lost before MAIL FROM it is only known that it was. */
  stage: SmtpStage | null;
  code: number | null;
  /** Whole messages, dot included, that the server has seen. */
  received: 0 | 1;
  /** The marker was asked: the message may be on its way from here on. */
  marked: boolean;
  /** The connection carries the next mail too. */
  reused: boolean;
  /** A kept connection that failed so says nothing about the mail: a new one is tried at once, without a word. */
  again: boolean;
  /** Until the sender gives up it has to wait. */
  patience: boolean;
  /** The message is larger than what the system’s buffers swallow: the dot stays here while the server does not read. */
  large: boolean;
}

interface Place {
  at: keyof FaultScript;
  stage: SmtpStage;
  /** After a complete answer of 4xx, of 5xx, and when none came (S-E5). */
  kinds: readonly [on4xx: Kind, on5xx: Kind, onNone: Kind];
  received?: 0 | 1;
  marked?: boolean;
  /** After an answer the connection is as good as before, perhaps after RSET. */
  answered?: 'REUSED';
  /** On a kept connection, what is tried again on a new one: connections that were lost, and a 421 too. */
  again?: 'LOST' | 'LOST_OR_421';
}

const PLACES: readonly Place[] = [
  { at: 'greeting', stage: 'GREETING', kinds: ['RETRY', 'PROVIDER_REFUSED', 'RETRY'] },
  { at: 'ehlo', stage: 'EHLO', kinds: ['RETRY', 'PROVIDER_REFUSED', 'RETRY'] },
  { at: 'starttls', stage: 'STARTTLS', kinds: ['RETRY', 'PROVIDER_REFUSED', 'RETRY'] },
  { at: 'handshake', stage: 'STARTTLS', kinds: ['RETRY', 'RETRY', 'RETRY'] },
  { at: 'auth', stage: 'AUTH', kinds: ['RETRY', 'PROVIDER_REFUSED', 'RETRY'] },
  {
    at: 'mail',
    stage: 'MAIL',
    kinds: ['RETRY', 'PROVIDER_REFUSED', 'RETRY'],
    answered: 'REUSED',
    again: 'LOST_OR_421',
  },
  { at: 'rcpt', stage: 'RCPT', kinds: ['RETRY', 'REJECTED', 'RETRY'], answered: 'REUSED', again: 'LOST' },
  { at: 'data', stage: 'DATA', kinds: ['RETRY', 'REJECTED', 'RETRY'], answered: 'REUSED', again: 'LOST_OR_421' },
  { at: 'duringData', stage: 'DATA', kinds: ['RETRY', 'REJECTED', 'RETRY'], marked: true },
  {
    at: 'afterDot',
    stage: 'FINAL_DOT',
    kinds: ['RETRY', 'REJECTED', 'IN_DOUBT'],
    received: 1,
    marked: true,
    answered: 'REUSED',
  },
];

const ANSWERS = [
  '421 4.3.2 bye',
  '450 4.2.0 greylisted',
  '451 4.3.0 later',
  '550 5.7.1 no',
  '552 5.2.2 full',
  '554 5.7.1 spam',
];
const NO_ANSWERS: readonly Fault[] = ['close', 'reset', 'hang', 'tarpit', { half: '250 2.0' }, { half: '550 5.0.0 n' }];

/** Every place with every fault. */
export const FAULT_MATRIX: readonly FaultCase[] = PLACES.flatMap((place) => [
  ...ANSWERS.map((fault) => answered(place, fault)),
  ...NO_ANSWERS.map((fault) => unanswered(place, fault)),
]);

function answered(place: Place, fault: string): FaultCase {
  const [on4xx, on5xx] = place.kinds;
  const code = Number(fault.slice(0, 3));
  // What is said where a handshake should be is no answer.
  const isAnswer = place.at !== 'handshake';
  return {
    ...common(place, fault),
    name: `${fault.slice(0, 3)} at ${place.at}`,
    stage: isAnswer ? place.stage : null,
    kind: code < 500 ? on4xx : on5xx,
    code: isAnswer ? code : null,
    reused: place.answered === 'REUSED' && code !== 421,
    again: place.again === 'LOST_OR_421' && code === 421,
    patience: false,
  };
}

function unanswered(place: Place, fault: Fault): FaultCase {
  // Half a reply ends with a FIN. Whoever still has much to write notices no more of that than of silence.
  const patience = fault === 'hang' || fault === 'tarpit' || (typeof fault === 'object' && place.at === 'duringData');
  const { setup, stage } = common(place, fault);
  return {
    ...common(place, fault),
    stage: setup ? null : stage,
    name: `${typeof fault === 'string' ? fault : `half of ${fault.half.slice(0, 3)}`} at ${place.at}`,
    kind: place.kinds[2],
    code: null,
    reused: false,
    again: place.again !== undefined && !patience,
    patience,
  };
}

function common({ at, stage, received = 0, marked = false }: Place, fault: Fault) {
  const script: FaultScript = { [at]: at === 'rcpt' ? () => fault : fault };
  if (at === 'starttls' || at === 'handshake') script.ehlo = '250-fault.test\r\n250 STARTTLS';
  if (at === 'handshake') script.starttls = '220 2.0.0 go ahead';
  const setup = ['GREETING', 'EHLO', 'STARTTLS', 'AUTH'].includes(stage);
  return { script, stage, setup, received, marked, large: at === 'duringData' };
}
