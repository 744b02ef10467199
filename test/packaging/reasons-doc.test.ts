import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { REASONS } from '../../domain/reasons.js';

const page = await readFile(new URL('../../docs/reasons.md', import.meta.url), 'utf8');

/** Rows of the page's tables that begin with a code: `code` → the whole row. */
const rows = new Map([...page.matchAll(/^\| `([a-z_]+)`.*$/gm)].map(([row, code = '']) => [code, row]));

it('docs/reasons.md explains every reason there is, and no other', () => {
  expect([...rows.keys()].sort()).toEqual(Object.keys(REASONS).sort());
});

it.each(Object.entries(REASONS))('docs/reasons.md says of %s what the product says', (code, sentence) => {
  expect(rows.get(code)).toContain(` ${sentence} `);
});
