import type { ExpectedMail } from './examples.js';
import type { ReceivedMail } from './inbox.js';

export interface Verdict {
  arrived: number;
  missing: ExpectedMail[];
  unexpected: ReceivedMail[];
}

/** Compares what came with what was worked out by hand: whom, about what, which step, at which local minute. */
export function verify(expected: readonly ExpectedMail[], received: readonly ReceivedMail[]): Verdict {
  const unexpected = [...received];
  const missing = expected.filter((mail) => {
    const index = unexpected.findIndex((other) => keyOf(other) === keyOf(mail));
    if (index >= 0) unexpected.splice(index, 1);
    return index < 0;
  });
  return { arrived: expected.length - missing.length, missing, unexpected };
}

type Key = Pick<ExpectedMail, 'at' | 'customer' | 'about' | 'step'>;

export function keyOf({ at, customer, about, step }: Key): string {
  return `${at}  ${customer}  ${about}  ${step}`;
}
