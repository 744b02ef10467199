import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { VARIANTS } from '../domain/variants.js';
import { createComposer } from '../email/compose.js';
import { LANGUAGES } from '../email/templates/texts.js';
import { sampleMail } from '../test/email/sample-request.js';
import { summarise } from './result.js';

// `npm run bench:compose`: what rendering and composing one mail costs, from facts to finished MIME. Goal: a median of 1 ms.
const { rounds, json } = new Command('bench:compose')
  .description('Measures how long each built-in mail takes to be made.')
  .option('--rounds <number>', 'mails of each kind, after as many tenths to warm up', Number, 2000)
  .option('--json <file>', 'writes the results there, too')
  .parse()
  .opts<{ rounds: number; json?: string }>();

const results = await measureAll();
const kinds = VARIANTS.map((variant) => variant.toLowerCase());
const column = Math.max(...kinds.map((kind) => kind.length), 'all'.length) + 'compose '.length + 3;
console.log(
  `${'ms per mail'.padEnd(column)}${['n', 'median', 'p99', 'min', 'max'].map((head) => head.padStart(9)).join('')}`,
);
for (const { measure, n, median, p99, min, max } of results) {
  const figures = [median, p99, min, max].map((ms) => ms.toFixed(3).padStart(9)).join('');
  console.log(`${measure.padEnd(column)}${String(n).padStart(9)}${figures}`);
}
if (json !== undefined) await writeFile(json, `${JSON.stringify({ results }, null, 2)}\n`);

async function measureAll(): Promise<ReturnType<typeof summarise>[]> {
  const { compose } = createComposer({ mailDomain: 'mail.dunwell.example' });
  const mails = VARIANTS.flatMap((variant) =>
    LANGUAGES.map((language) => {
      return {
        measure: `compose ${variant.toLowerCase()} ${language}`,
        request: sampleMail(variant, language),
        samples: [] as number[],
      };
    }),
  );
  // Kind by kind in turn, as a worker meets them: a slow moment of the machine is then nobody's alone.
  for (let round = -Math.ceil(rounds / 10); round < rounds; round += 1) {
    for (const { request, samples } of mails) {
      const start = performance.now();
      await compose(request);
      if (round >= 0) samples.push(performance.now() - start);
    }
  }
  return [
    ...mails.map(({ measure, samples }) => summarise(measure, samples)),
    summarise(
      'compose all',
      mails.flatMap(({ samples }) => samples),
    ),
  ];
}
