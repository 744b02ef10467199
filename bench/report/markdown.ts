import type { Goal } from '../goals.js';
import type { BenchResult } from '../result.js';

export interface Report {
  results: readonly BenchResult[];
  goals: readonly Goal[];
  remarks: readonly string[];
}

/** The results as tables for people. */
export function markdown({ results, goals, remarks }: Report): string {
  const measures = [...new Set(results.map(({ measure }) => measure))];
  const rows = measures.flatMap((measure) =>
    results
      .filter((one) => one.measure === measure)
      .map(({ contestant, engine, n, unit, median, min, max }) =>
        [measure, contestant, engine, n.toLocaleString('en'), figure(median), figure(min), figure(max), unit].join(
          ' | ',
        ),
      ),
  );
  return [
    '## Goals\n',
    table(
      ['goal', 'asked', 'reached', 'holds'],
      goals.map(({ measure, goal, value, holds }) => [measure, goal, reached(value), holds ? 'yes' : 'no'].join(' | ')),
    ),
    '\n## Results\n',
    table(['measure', 'contestant', 'engine', 'n', 'median', 'min', 'max', 'unit'], rows),
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
