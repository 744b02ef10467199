/** A part of what was served: `count` of them, whose delays lie evenly between two numbers of seconds. */
export interface Delays {
  count: number;
  from: number;
  to: number;
}

/** A queue in which what came first goes first, at a steady rate. Counts are real numbers; times are seconds. */
export class Fifo<Tag> {
  length = 0;
  private readonly batches: { count: number; since: number; tag: Tag }[] = [];

  push(count: number, since: number, tag: Tag): void {
    if (count <= 0) return;
    this.batches.push({ count, since, tag });
    this.length += count;
  }

  /** Serves from one instant until another at most, and answers when it was done. */
  serve(from: number, until: number, perSecond: number, served: (tag: Tag, delays: Delays) => void): number {
    let now = from;
    for (;;) {
      const [first] = this.batches;
      if (!first || now >= until) return now;
      const whole = now + first.count / perSecond <= until;
      const count = whole ? first.count : (until - now) * perSecond;
      const end = whole ? now + count / perSecond : until;
      served(first.tag, { count, from: now - first.since, to: end - first.since });
      now = end;
      this.length -= count;
      if (whole) this.batches.shift();
      else first.count -= count;
      if (this.batches.length === 0) this.length = 0;
    }
  }
}

/** How many of all have a delay of so many seconds at most, found by halving; 0 of nothing. */
export function delayAt(all: readonly Delays[], share: number): number {
  const total = all.reduce((sum, { count }) => sum + count, 0);
  if (total === 0) return 0;
  const upTo = (delay: number): number =>
    all.reduce((sum, { count, from, to }) => {
      if (delay >= to) return sum + count;
      return delay <= from ? sum : sum + (count * (delay - from)) / (to - from);
    }, 0);
  let [low, high] = [0, Math.max(...all.map(({ to }) => to))];
  for (let halving = 0; halving < 50; halving += 1) {
    const middle = (low + high) / 2;
    if (upTo(middle) < share * total) low = middle;
    else high = middle;
  }
  return high;
}
