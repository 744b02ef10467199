import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { readExamples, type Examples } from '../../cli/demo/examples.js';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May'];
const DAY_MS = 86_400_000;

describe('the examples', () => {
  let examples: Examples;
  let rows: string[][];

  beforeAll(async () => {
    examples = await readExamples();
    const readme = await readFile(new URL('../../examples/README.md', import.meta.url), 'utf8');
    rows = readme
      .split('\n')
      .filter((line) => /^\| \d{4}-/.test(line))
      .map((line) =>
        line
          .split('|')
          .slice(1, -1)
          .map((cell) => cell.trim()),
      );
  });

  it('list in the README exactly the mails that the demo asks for', () => {
    const expected = examples.expected.map(({ at, customer, about, step, why }) => {
      const { timezone, organization } = examples.customers[customer]!;
      return [at, timezone, organization.legal_name, about, step, why];
    });
    expect(rows).toEqual(expected);
  });

  it('count their dates as a calendar does', () => {
    const counted = examples.expected.flatMap(({ at, why }) => {
      const sum = /^(\d+) (\w{3}) ([+-]) (\d+) days?$/.exec(why);
      return sum ? [{ at, why, by: sum }] : [];
    });
    expect(counted.length).toBeGreaterThan(20);
    for (const { at, why, by } of counted) {
      const [, day, month, sign, days] = by;
      const from = Date.UTC(2026, MONTHS.indexOf(month!), Number(day));
      const to = from + (sign === '+' ? 1 : -1) * Number(days) * DAY_MS;
      expect(at, why).toBe(`${new Date(to).toISOString().slice(0, 10)} 00:00`);
    }
  });

  it('tell of nothing that is not there', () => {
    const { invoices, trials, customers, story } = examples;
    const facts = Object.entries({ invoices, ...trials }).flatMap(([kind, byId]) =>
      Object.keys(byId).map((id) => `${kind}/${id}`),
    );
    expect(facts).toEqual(expect.arrayContaining(story.events.map(({ put }) => put)));
    const owners = Object.values(invoices).map(({ customer_id }) => customer_id);
    expect(Object.keys(customers)).toEqual(expect.arrayContaining(owners));
  });
});
