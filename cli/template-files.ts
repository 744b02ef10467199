import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { parse, stringify } from 'yaml';
import type { TemplateRow } from '../store/email-templates.js';

/** A stored template's locale as files: `overdue/nl-BE.mjml` (or `.html`) with its settings on top, and perhaps `overdue/nl-BE.txt`. */
export interface TemplateFile {
  /** For people: where it came from. */
  path: string;
  name: string;
  locale: string;
  /** A body of `PUT /v1/email-templates/{name}`. */
  body: Record<string, unknown>;
}

const BODIES = { '.mjml': 'mjml', '.html': 'html' } as const;
const FRONT = /^---\r?\n([\s\S]*?)\r?\n---\r?\n?/;

/** Everything below a directory, each after the partials it needs. Throws what is wrong, with the file's name. */
export async function readTemplateFiles(dir: string): Promise<TemplateFile[]> {
  const paths = (await readdir(dir, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && ['.mjml', '.html', '.txt'].includes(extname(entry.name)))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const stems = [...new Set(paths.map((path) => path.slice(0, -extname(path).length)))];
  const files = await Promise.all(stems.map((stem) => readStem(stem, paths)));
  return inOrder(files);
}

function inOrder(files: readonly TemplateFile[]): TemplateFile[] {
  const ordered = new Set<TemplateFile>();
  const visited = new Set<TemplateFile>();
  const visit = (file: TemplateFile): void => {
    if (visited.has(file)) return;
    visited.add(file);
    const texts = Object.values(file.body).join('\n');
    const needed = [...texts.matchAll(/\b(?:render|include|layout)\s+['"]([^'"]+)['"]/g)].map(([, name]) => name);
    for (const other of files) if (needed.includes(other.name)) visit(other);
    ordered.add(file);
  };
  for (const file of files) visit(file);
  return [...ordered];
}

async function readStem(stem: string, paths: readonly string[]): Promise<TemplateFile> {
  const bodies = Object.keys(BODIES).filter((extension) => paths.includes(stem + extension));
  const [extension = '', second] = bodies;
  if (second !== undefined) throw new Error(`${stem}: there is an .html and an .mjml; keep one of them.`);
  const path = stem + (extension === '' ? '.txt' : extension);
  const { front, rest } = split(await readFile(path, 'utf8'), path);
  const text = extension !== '' && paths.includes(`${stem}.txt`) ? await readFile(`${stem}.txt`, 'utf8') : null;
  const field = extension === '' ? 'text' : BODIES[extension as keyof typeof BODIES];
  const body = { ...front, locale: basename(stem), ...(text === null ? {} : { text }), [field]: rest };
  return { path, name: basename(dirname(stem)), locale: basename(stem), body };
}

/** Settings between two lines of three hyphens, in YAML, and what comes after. */
function split(content: string, path: string): { front: object; rest: string } {
  const front = FRONT.exec(content);
  if (!front) return { front: {}, rest: content };
  try {
    const settings: unknown = parse(front[1] ?? '') ?? {};
    if (typeof settings !== 'object' || Array.isArray(settings)) throw new Error('it is no list of settings');
    return { front: settings as object, rest: content.slice(front[0].length) };
  } catch (error) {
    throw new Error(`${path}: the settings on top cannot be read: ${String(error)}`, { cause: error });
  }
}

/** Writes a stored locale where `readTemplateFiles` finds it; what is written is what was stored. Answers the paths. */
export async function writeTemplateFiles(dir: string, row: TemplateRow): Promise<string[]> {
  const { subject, preheader, html, mjml, text, required } = row.source;
  const settings = {
    ...(subject === null ? {} : { subject }),
    ...(preheader === null ? {} : { preheader }),
    ...(required.length === 0 ? {} : { required }),
    ...(row.is_default ? { default: true } : {}),
  };
  const front = Object.keys(settings).length === 0 ? '' : `---\n${stringify(settings, { lineWidth: 0 })}---\n`;
  const stem = join(dir, row.name, row.locale);
  await mkdir(dirname(stem), { recursive: true });
  const main = mjml ?? html;
  const written: [string, string][] = [];
  if (main !== null) written.push([`${stem}${mjml === null ? '.html' : '.mjml'}`, front + main]);
  if (text !== null) written.push([`${stem}.txt`, main === null ? front + text : text]);
  for (const [path, content] of written) await writeFile(path, content);
  return written.map(([path]) => path);
}
