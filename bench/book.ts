import { percentile, type BenchResult } from './result.js';

/** What a value belongs to. */
export type Heading = Pick<BenchResult, 'measure' | 'contestant' | 'engine' | 'n' | 'unit'>;

/** Takes one value a round and measure, and boils the rounds down. */
export class Book {
  /** Things a reader of the results must know, in order. */
  readonly remarks: string[] = [];
  private readonly lines = new Map<string, { heading: Heading; values: number[] }>();

  add(heading: Heading, value: number): void {
    const key = JSON.stringify([heading.measure, heading.contestant, heading.engine, heading.n]);
    const line = this.lines.get(key) ?? { heading, values: [] };
    line.values.push(value);
    this.lines.set(key, line);
  }

  remark(text: string): void {
    if (!this.remarks.includes(text)) this.remarks.push(text);
  }

  results(): BenchResult[] {
    return [...this.lines.values()].map(({ heading, values }) => {
      const [median, min, max] = [percentile(values, 0.5), percentile(values, 0), percentile(values, 1)];
      return { ...heading, median, min, max };
    });
  }
}
