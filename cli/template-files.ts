import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { templateLocale, templateName } from '../api/schemas/email-template.js';
import { readFrontMatter } from './front-matter.js';
import { stemOf, templatePaths } from './template-paths.js';

/** A stored template's locale as files: `overdue/nl-BE.mjml` (or `.html`) with its settings on top, and perhaps `overdue/nl-BE.txt`. */
export interface TemplateFile {
  /** For people: where it came from. */
  path: string;
  name: string;
  locale: string;
  /** A body of `PUT /v1/email-templates/{name}`. */
  body: Record<string, unknown>;
  /** The partials it names. */
  needs: string[];
  /** Why it cannot be stored whatever is in it; sentences. */
  problems: string[];
}

const BODIES = { '.mjml': 'mjml', '.html': 'html' } as const;
const SUCH_AS = 'templates are files such as overdue/nl.mjml';

/** Everything below a directory, each after the partials it needs. */
export async function readTemplateFiles(dir: string): Promise<TemplateFile[]> {
  const paths = await templatePaths(dir);
  if (paths === null) throw new Error(`There is no directory ${dir}.`);
  if (paths.length === 0) throw new Error(`There are no templates below ${dir}: ${SUCH_AS}.`);
  const stems = [...new Set(paths.map(stemOf))];
  return inOrder(await Promise.all(stems.map((stem) => readStem(stem, paths))));
}

function inOrder(files: readonly TemplateFile[]): TemplateFile[] {
  const ordered = new Set<TemplateFile>();
  const visited = new Set<TemplateFile>();
  const visit = (file: TemplateFile): void => {
    if (visited.has(file)) return;
    visited.add(file);
    for (const other of files) if (file.needs.includes(other.name)) visit(other);
    ordered.add(file);
  };
  for (const file of files) visit(file);
  return [...ordered];
}

async function readStem(stem: string, paths: readonly string[]): Promise<TemplateFile> {
  const [extension = '', second] = Object.keys(BODIES).filter((one) => paths.includes(stem + one));
  const path = stem + (extension === '' ? '.txt' : extension);
  const [name, locale] = [basename(dirname(stem)), basename(stem)];
  const file = { path, name, locale, body: {}, needs: [] };
  if (!templateLocale.safeParse(locale).success) {
    return { ...file, problems: [`${locale} is no locale, and ${SUCH_AS}. What is no template lies elsewhere.`] };
  }
  if (!templateName.safeParse(name).success) {
    return { ...file, problems: [`the directory’s name, ${name}, is none that a template can have.`] };
  }
  if (second !== undefined) return { ...file, problems: ['there is an .html and an .mjml; keep one of them.'] };
  const { settings, rest, problems } = readFrontMatter(await readFile(path, 'utf8'));
  const text = extension !== '' && paths.includes(`${stem}.txt`) ? await readFile(`${stem}.txt`, 'utf8') : null;
  const field = extension === '' ? 'text' : BODIES[extension as keyof typeof BODIES];
  const body = { ...settings, locale, ...(text === null ? {} : { text }), [field]: rest };
  const named = [rest, text ?? ''].join('\n').matchAll(/\b(?:render|include|layout)\s+['"]([^'"]+)['"]/g);
  return { ...file, body, needs: [...named].map(([, partial = '']) => partial), problems };
}
