import { Refusal } from '../../contracts/refusal.js';

/** Makes the check of a status: where each may go; the present one is always allowed (S-D3). */
export function transitionCheck<Status extends string>(
  ways: Readonly<Record<Status, readonly Status[]>>,
): (from: Status, to: Status) => void {
  return (from, to) => {
    if (from !== to && !ways[from].includes(to)) {
      throw Refusal.operation(`The status cannot go from ${from} to ${to}.`, 'status');
    }
  };
}
