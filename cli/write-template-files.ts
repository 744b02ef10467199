import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { templateLocale } from '../api/schemas/email-template.js';
import type { TemplateRow } from '../store/email-templates.js';
import { readFrontMatter, writeFrontMatter } from './front-matter.js';
import { stemOf, templatePaths } from './template-paths.js';

/**
 * Writes what is stored where `readTemplateFiles` finds it, and takes away what a stored locale has no more: its `.html` when it is
 * MJML now. Answers a line for each file, also for those that are of nothing stored, which stay.
 */
export async function writeTemplateFiles(dir: string, rows: readonly TemplateRow[]): Promise<string[]> {
  const before = (await templatePaths(dir)) ?? [];
  const files = rows.flatMap((row) => filesOf(dir, row));
  const written = new Set(files.map(({ path }) => path));
  const stems = new Set(files.map(({ path }) => stemOf(path)));
  const others = before.filter((path) => !written.has(path));
  const lines: string[] = [];
  for (const { path, content } of files) {
    const had = before.includes(path) ? await readFile(path, 'utf8') : null;
    if (had === null || !isSame(had, content)) {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, content);
    }
    lines.push(had === null || isSame(had, content) ? path : `${path}  overwritten: it was not as it is stored`);
  }
  for (const path of others.filter((one) => stems.has(stemOf(one)))) {
    await rm(path);
    lines.push(`${path}  removed: it is not stored in this format any more`);
  }
  for (const path of others.filter((one) => !stems.has(stemOf(one)) && isLocale(one))) {
    lines.push(`${path}  not in Dunwell, or not any more; left as it is`);
  }
  return lines;
}

function filesOf(dir: string, row: TemplateRow): { path: string; content: string }[] {
  const { subject, preheader, html, mjml, text, required } = row.source;
  const front = writeFrontMatter({
    ...(subject === null ? {} : { subject }),
    ...(preheader === null ? {} : { preheader }),
    ...(required.length === 0 ? {} : { required }),
    ...(row.is_default ? { default: true } : {}),
  });
  const stem = join(dir, row.name, row.locale);
  const main = mjml ?? html;
  return [
    ...(main === null ? [] : [{ path: `${stem}${mjml === null ? '.html' : '.mjml'}`, content: front + main }]),
    ...(text === null ? [] : [{ path: `${stem}.txt`, content: main === null ? front + text : text }]),
  ];
}

/** Whether they are pushed as the same: settings may be written in many ways. */
function isSame(one: string, other: string): boolean {
  return one === other || isDeepStrictEqual(readFrontMatter(one), readFrontMatter(other));
}

function isLocale(path: string): boolean {
  return templateLocale.safeParse(basename(stemOf(path))).success;
}
