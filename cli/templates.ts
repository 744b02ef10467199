import { problemsOf } from '../api/plugins/errors.js';
import { templateName, templatePut } from '../api/schemas/email-template.js';
import { saveTemplate } from '../api/solvimon/save-template.js';
import { Refusal } from '../contracts/refusal.js';
import type { Sql } from '../store/database.js';
import { readTemplates } from '../store/email-templates.js';
import { refusalText } from './refusal-text.js';
import { readTemplateFiles, writeTemplateFiles, type TemplateFile } from './template-files.js';
import { choosePlatform, withDatabase } from './with-database.js';

const WHAT = { CREATED: 'new', CHANGED: 'changed', UNCHANGED: 'unchanged' } as const;
/** Ends the transaction of a dry run; nobody sees it. */
class DryRun extends Error {}

/** `dunwell templates push` stores every template below a directory, or none when one is refused. Deletes nothing. */
export async function pushTemplates(dir: string, options: { platform?: string; dryRun?: true }): Promise<void> {
  const files = await readTemplateFiles(dir);
  if (files.length === 0)
    throw new Error(`There are no templates below ${dir}: they are files such as overdue/nl.mjml.`);
  await withDatabase(async (db) => {
    const platform = await choosePlatform(db, options.platform);
    const lines: string[] = [];
    const work = async (tx: Sql): Promise<void> => {
      lines.length = 0;
      for (const file of files) lines.push(await push(tx, platform.id, file));
      if (options.dryRun) throw new DryRun();
    };
    await db.transaction(work).catch((error: unknown) => {
      if (!(error instanceof DryRun)) throw error;
    });
    console.log([...lines, ...(options.dryRun ? ['Nothing was stored: this was a dry run.'] : [])].join('\n'));
  });
}

async function push(tx: Sql, platformId: string, { path, name, body }: TemplateFile): Promise<string> {
  try {
    const parsed = templatePut.safeParse(body, { reportInput: true });
    const named = templateName.safeParse(name);
    if (!parsed.success) throw new Refusal(problemsOf(parsed.error));
    if (!named.success) throw Refusal.invalid('name', 'The directory has a name that no template can have.');
    const { locale } = parsed.data;
    const { kind, rows } = await saveTemplate(
      tx,
      { platformId, createdBy: 'dunwell templates push' },
      name,
      parsed.data,
    );
    const version = rows.find((row) => row.locale === locale)?.version ?? 0;
    return `${WHAT[kind].padEnd(9)}  ${name} ${locale}  version ${String(version)}`;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const [first, ...rest] = error.problems.map((problem) => ({
      ...problem,
      message: `${path}: ${problem.field ?? ''}: ${problem.message}`,
      field: null,
    }));
    return refusalText(first ? new Refusal([first, ...rest]) : error);
  }
}

/** `dunwell templates pull` writes every stored template below a directory, as `push` takes it. */
export async function pullTemplates(dir: string, options: { platform?: string }): Promise<void> {
  await withDatabase(async (db) => {
    const platform = await choosePlatform(db, options.platform);
    const rows = await readTemplates(db, platform.id);
    for (const row of rows) for (const path of await writeTemplateFiles(dir, row)) console.log(path);
    if (rows.length === 0) console.log('Nothing is stored: mails are made from the built-in templates.');
  });
}
