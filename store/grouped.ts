import { Refusal } from '../contracts/refusal.js';

/** What a group's work says of one of its items. */
export type Settled<Result> = { value: Result } | { error: unknown };

/** What the judging of one item says: a refusal is its own, every other error is the group's. */
export function settle<Result>(judge: () => Result): Settled<Result> {
  try {
    return { value: judge() };
  } catch (error) {
    if (error instanceof Refusal) return { error };
    throw error;
  }
}

/** The result of a group of one. */
export function valueOf<Result>(settled: Settled<Result> | undefined): Result {
  if (!settled) throw new Error('The group’s work answered too few results');
  if ('error' in settled) throw settled.error;
  return settled.value;
}

export interface GroupedOptions {
  /** Items of one group at most. */
  most: number;
  /** Groups under way at once at most. Default 1: what comes meanwhile goes together in the next. */
  atOnce?: number;
}

/**
 * Group commit: what several callers ask for at the same time is done by one call of `work`, in the order asked. Who is alone waits
 * for nobody. `work` answers one result per item, or rejects: then nothing of the group is done, and each item is tried by itself,
 * so that nobody pays for somebody else's error.
 */
export class Grouped<Item, Result> {
  private waiting: { item: Item; settle: (settled: Settled<Result>) => void }[] = [];
  private underWay = 0;

  constructor(
    private readonly work: (items: readonly Item[]) => Promise<readonly Settled<Result>[]>,
    private readonly options: GroupedOptions,
  ) {}

  ask(item: Item): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      this.waiting.push({
        item,
        settle: (settled) => {
          if ('value' in settled) resolve(settled.value);
          else reject(settled.error instanceof Error ? settled.error : new Error(String(settled.error)));
        },
      });
      this.next();
    });
  }

  private next(): void {
    if (this.waiting.length === 0 || this.underWay >= (this.options.atOnce ?? 1)) return;
    this.underWay += 1;
    // Those who ask in the same turn go together.
    setImmediate(() => {
      const group = this.waiting.splice(0, this.options.most);
      void this.together(group).finally(() => {
        this.underWay -= 1;
        this.next();
      });
    });
  }

  private async together(group: typeof this.waiting): Promise<void> {
    if (group.length === 0) return;
    const settled = await this.attempt(group);
    if (settled) return answer(group, settled);
    // Whoever is slow now holds up nobody but himself.
    for (const one of group) void this.attempt([one]).then((own) => answer([one], own ?? []));
  }

  /** null = it failed as a whole. */
  private async attempt(group: typeof this.waiting): Promise<readonly Settled<Result>[] | null> {
    try {
      return await this.work(group.map(({ item }) => item));
    } catch (error) {
      return group.length === 1 ? [{ error }] : null;
    }
  }
}

function answer<Result>(
  group: readonly { settle: (settled: Settled<Result>) => void }[],
  settled: readonly Settled<Result>[],
): void {
  for (const [index, { settle }] of group.entries()) {
    settle(settled[index] ?? { error: new Error('The group’s work answered too few results') });
  }
}
