import { CONTESTANT } from '../names.js';
import type { BenchResult } from '../result.js';
import { escapeXml } from './escape-xml.js';

const WIDTH = 760;
const LABEL = 250;
const BAR = 20;
const GAP = 10;
const TOP = 56;
const SPACE_FOR_FIGURE = 90;

/** One measure as horizontal bars: the median, with a line from the smallest to the largest round. */
export function chart(measure: string, results: readonly BenchResult[]): string {
  const bars = results.filter((one) => one.measure === measure);
  const most = Math.max(...bars.map(({ max }) => max), Number.MIN_VALUE);
  const scale = (value: number): number => (Math.max(0, value) / most) * (WIDTH - LABEL - SPACE_FOR_FIGURE);
  const height = TOP + bars.length * (BAR + GAP) + GAP;
  const [first] = bars;
  const lines = bars.map((one, index) => {
    const y = TOP + index * (BAR + GAP);
    const middle = y + BAR / 2;
    const own = one.contestant === CONTESTANT.lane || one.contestant === CONTESTANT.oneByOne;
    const label = `${one.contestant}${one.engine === 'none' ? '' : `, ${one.engine}`} (n ${one.n.toLocaleString('en')})`;
    const text = (x: number, anchor: string, words: string): string =>
      `<text x="${x.toFixed(1)}" y="${String(middle + 4)}" text-anchor="${anchor}">${escapeXml(words)}</text>`;
    return [
      text(LABEL - 8, 'end', label),
      `<rect x="${String(LABEL)}" y="${String(y)}" width="${scale(one.median).toFixed(1)}" height="${String(BAR)}" fill="${own ? '#2f6f9f' : '#b9c4cc'}"/>`,
      `<line x1="${(LABEL + scale(one.min)).toFixed(1)}" x2="${(LABEL + scale(one.max)).toFixed(1)}" y1="${String(middle)}" y2="${String(middle)}" stroke="#222" stroke-width="1.5"/>`,
      text(LABEL + scale(one.max) + 8, 'start', one.median.toLocaleString('en', { maximumSignificantDigits: 3 })),
    ].join('\n');
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${String(WIDTH)} ${String(height)}" width="${String(WIDTH)}" height="${String(height)}" font-family="system-ui, sans-serif" font-size="12">
<rect width="100%" height="100%" fill="#fff"/>
<text x="12" y="24" font-size="15" font-weight="600">${escapeXml(measure)}</text>
<text x="12" y="42" fill="#555">${escapeXml(first?.unit ?? '')}; bar = median, line = smallest to largest round</text>
${lines.join('\n')}
</svg>
`;
}
