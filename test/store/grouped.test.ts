import { describe, expect, it } from 'vitest';
import { Grouped } from '../../store/grouped.js';

const values = (items: readonly number[]) => items.map((item) => ({ value: item * 10 }));

describe('Grouped', () => {
  it('does together what is asked in one turn, and what comes while a group is under way in the next', async () => {
    const groups: number[][] = [];
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const grouped = new Grouped<number, number>(
      async (items) => {
        groups.push([...items]);
        if (groups.length === 1) await held;
        return values(items);
      },
      { most: 3 },
    );
    const first = [grouped.ask(1), grouped.ask(2)];
    await new Promise(setImmediate);
    const second = [3, 4, 5, 6].map((item) => grouped.ask(item));
    release();
    expect(await Promise.all([...first, ...second])).toEqual([10, 20, 30, 40, 50, 60]);
    expect(groups).toEqual([[1, 2], [3, 4, 5], [6]]);
  });

  it('tries each by itself when a group fails, so that only the culprit hears of it', async () => {
    const groups: number[][] = [];
    const grouped = new Grouped<number, number>(
      (items) => {
        groups.push([...items]);
        return items.includes(2) ? Promise.reject(new Error('two')) : Promise.resolve(values(items));
      },
      { most: 10 },
    );
    const settled = await Promise.allSettled([1, 2, 3].map((item) => grouped.ask(item)));
    expect(settled.map((one) => (one.status === 'fulfilled' ? one.value : String(one.reason)))).toEqual([
      10,
      'Error: two',
      30,
    ]);
    expect(groups).toEqual([[1, 2, 3], [1], [2], [3]]);
  });

  it('lets neither the others of a failed group nor the next group wait for one that is slow', async () => {
    const grouped = new Grouped<number, number>(
      (items) => {
        if (items.length > 1) return Promise.reject(new Error('somebody holds a lock'));
        return items[0] === 1 ? new Promise(() => undefined) : Promise.resolve(values(items));
      },
      { most: 10 },
    );
    void grouped.ask(1);
    expect(await grouped.ask(2)).toBe(20);
    expect(await grouped.ask(3)).toBe(30);
  });

  it('passes on what the work says of one item, and runs as many groups at once as it may', async () => {
    let underWay = 0;
    let most = 0;
    const grouped = new Grouped<number, number>(
      async (items) => {
        most = Math.max(most, (underWay += 1));
        await new Promise(setImmediate);
        underWay -= 1;
        return items.map((item) => (item === 2 ? { error: new Error('no two') } : { value: item }));
      },
      { most: 1, atOnce: 2 },
    );
    const settled = await Promise.allSettled([1, 2, 3, 4].map((item) => grouped.ask(item)));
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
    expect(most).toBe(2);
  });
});
