import { ink } from './demo/ink.js';

const MARKS = { '✓': 'green', '·': 'cyan', '–': 'dim', '!': 'yellow', '✗': 'red' } as const;

/** What is explained or simulated, for eyes: headings bold, each step in the colour of what came of it. Plain where that is no terminal. */
export function paint(text: string): string {
  return text
    .split('\n')
    .map((line) => {
      const mark = /^ {2}([✓·–!✗]) /.exec(line)?.[1] as keyof typeof MARKS | undefined;
      if (mark) return ink(MARKS[mark], line);
      return /^\S/.test(line) && !/^(=|Note: |From )/.test(line) ? ink('bold', line) : line;
    })
    .join('\n');
}
