import type { Goal } from '../goals.js';
import { CONTESTANT_NOTES, MEASURE_NOTES } from '../notes.js';
import type { BenchResult } from '../result.js';
import { ratioOf } from './ratio.js';

export interface Report {
  /** Where it was measured, one line. */
  machine: string;
  results: readonly BenchResult[];
  goals: readonly Goal[];
  remarks: readonly string[];
}

/** The results as tables for people, with what each row means and what is unfair about whom. */
export function markdown({ machine, results, goals, remarks }: Report): string {
  const measures = [...new Set(results.map(({ measure }) => measure))];
  const rows = measures.flatMap((measure) => {
    const own = results.filter((one) => one.measure === measure);
    return own.map((one) => {
      const { contestant, engine, n, unit, median, min, max } = one;
      const figures = [figure(median), figure(min), figure(max), unit, ratioOf(one, own)];
      return [measure, contestant, engine, n.toLocaleString('en'), ...figures].join(' | ');
    });
  });
  const seen = (name: string): boolean => results.some(({ contestant }) => contestant === name);
  return [
    '# Benchmark\n',
    `${machine}. Everything shares these cores: ratios within this run count, absolute figures do not. Medians, smallest and largest over the rounds.\n`,
    '## Goals\n',
    table(
      ['goal', 'asked', 'reached', 'holds'],
      goals.map(({ measure, goal, value, holds }) => [measure, goal, reached(value), holds ? 'yes' : 'no'].join(' | ')),
    ),
    '\n## Results\n',
    table(['measure', 'contestant', 'engine', 'n', 'median', 'min', 'max', 'unit', '× Dunwell’s'], rows),
    '\n## What the rows mean\n',
    ...Object.entries(MEASURE_NOTES)
      .filter(([begin]) => measures.some((measure) => measure.startsWith(begin)))
      .map(([begin, note]) => `- **${begin.trim()}** ${note}`),
    '\n## Who takes part, and what is unfair\n',
    ...Object.entries(CONTESTANT_NOTES)
      .filter(([name]) => seen(name))
      .map(([name, note]) => `- **${name}** ${note}`),
    ...(remarks.length > 0 ? ['\n## Remarks\n', ...remarks.map((one) => `- ${one}`)] : []),
    '',
  ].join('\n');
}

function table(head: readonly string[], rows: readonly string[]): string {
  return [`| ${head.join(' | ')} |`, `|${head.map(() => '---').join('|')}|`, ...rows.map((row) => `| ${row} |`)].join(
    '\n',
  );
}

function reached(value: Goal['value']): string {
  if (value === null) return 'not measured';
  if (typeof value === 'number') return figure(value);
  return Object.entries(value)
    .map(([name, one]) => `${name} ${figure(one)}`)
    .join(', ');
}

/** Three digits that count. */
function figure(value: number): string {
  return Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)));
}
