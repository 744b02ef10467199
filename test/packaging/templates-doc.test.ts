import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { VARIANTS } from '../../domain/variants.js';
import { exampleFacts } from '../../email/example-facts.js';
import { valueOf } from '../../email/liquid-renderer.js';
import { mailValues } from '../../email/mail-values.js';
import { MAIL_VARIABLES } from '../../email/mail-variables.js';

const page = await readFile(new URL('../../docs/templates.md', import.meta.url), 'utf8');
const rows = [...page.matchAll(/^\| `([a-z_.]+)`.*$/gm)]
  .map(([row]) => cells(row))
  .filter(({ length }) => length === 5);

function cells(row: string): string[] {
  return row
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
}

it('docs/templates.md explains the variables there are as the product does', () => {
  const values = mailValues(exampleFacts(null, ['en-GB']), 'en-GB');
  const expected = Object.entries(MAIL_VARIABLES).map(([name, { type, variants, meaning }]) => {
    const example = name === 'locale' ? 'en-GB' : JSON.stringify(valueOf(values, name) ?? '').replaceAll('"', '');
    const of = variants.length === VARIANTS.length ? 'every' : variants.map((variant) => `\`${variant}\``).join(', ');
    return [`\`${name}\``, type, of, meaning, example];
  });
  expect(rows).toEqual(expected);
});
