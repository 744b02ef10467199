import type { Fault, FaultScript } from './fault-server.js';

/** What a mail comes to, whatever happens to it on the way. */
export type End = 'SENT' | 'REJECTED' | 'IN_DOUBT';

interface PlannedFault {
  at: 'rcpt' | 'data' | 'afterDot';
  fault: Fault;
}

export interface RandomFaults {
  script: FaultScript;
  /** By recipient: how its mail must end. */
  ends: ReadonlyMap<string, End>;
  /** By recipient: how many whole messages the server must have seen, those that it refused included. */
  messages: ReadonlyMap<string, number>;
  /** Recipients whose message was taken, dot and all, and never answered. */
  lostAfterDot: string[];
}

const LATER = '4.2.0 try again in 1 second';
const PASSING: readonly PlannedFault[] = [
  ...['450', '451'].flatMap((code) => faults(['rcpt', 'data', 'afterDot'], `${code} ${LATER}`)),
  ...faults(['rcpt', 'data', 'afterDot'], `421 ${LATER}`),
  ...['close', 'reset', { half: '550 5.1' }, { half: '250 2.' }].flatMap((fault) => faults(['rcpt', 'data'], fault)),
];
const LASTING: readonly PlannedFault[] = [
  { at: 'rcpt', fault: '550 5.7.1 no' },
  { at: 'data', fault: '552 5.2.2 full' },
  { at: 'afterDot', fault: '554 5.7.1 spam' },
];
const LOSSES: readonly Fault[] = [
  'close',
  'reset',
  'hang',
  { half: '250 2.0' },
  { half: '250-2.0.0 a\r\n' },
  { half: '550' },
];
/** Before a recipient is named, so they strike whoever comes. */
const SET_UP: readonly Fault[] = ['close', 'reset', `421 ${LATER}`, `451 ${LATER}`];

/** A server’s bad day, the same for the same seed as far as what each recipient meets; one mail per recipient. */
export function randomFaults(seed: number, recipients: readonly string[]): RandomFaults {
  const random = randomNumbers(seed);
  const oneOf = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;
  const plans = new Map<string, PlannedFault[]>();
  const ends = new Map<string, End>();
  const messages = new Map<string, number>();
  for (const recipient of recipients) {
    const plan: PlannedFault[] = [];
    while (plan.length < 2 && random() < 0.2) plan.push(oneOf(PASSING));
    const luck = plans.size === 0 ? 0 : random(); // The first is always lost: forty could all be lucky.
    const end = luck < 0.12 ? 'IN_DOUBT' : luck < 0.2 ? 'REJECTED' : 'SENT';
    if (end === 'IN_DOUBT') plan.push({ at: 'afterDot', fault: oneOf(LOSSES) });
    if (end === 'REJECTED') plan.push(oneOf(LASTING));
    plans.set(recipient, plan);
    ends.set(recipient, end);
    messages.set(recipient, plan.filter(({ at }) => at === 'afterDot').length + (end === 'SENT' ? 1 : 0));
  }

  const lostAfterDot: string[] = [];
  const next = (at: PlannedFault['at'], to: string): Fault | undefined => {
    const plan = plans.get(to) ?? [];
    if (plan[0]?.at !== at) return undefined;
    const { fault } = plan.shift() as PlannedFault;
    if (at === 'afterDot' && !(typeof fault === 'string' && /^\d/.test(fault))) lostAfterDot.push(to);
    return fault;
  };
  const setUp = (): Fault | undefined => (random() < 0.03 ? oneOf(SET_UP) : undefined);
  const script: FaultScript = {
    greeting: setUp,
    mail: setUp,
    rcpt: (to) => next('rcpt', to),
    data: (to) => next('data', to),
    afterDot: (to) => next('afterDot', to),
  };
  return { script, ends, messages, lostAfterDot };
}

function faults(places: readonly PlannedFault['at'][], fault: Fault): PlannedFault[] {
  return places.map((at) => ({ at, fault }));
}

/** mulberry32: numbers in [0, 1), the same for the same seed. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
