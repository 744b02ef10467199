import { problemsOf } from '../api/plugins/errors.js';
import { templatePut } from '../api/schemas/email-template.js';
import { saveTemplate } from '../api/solvimon/save-template.js';
import { Refusal } from '../contracts/refusal.js';
import type { Sql } from '../store/database.js';
import { readTemplates } from '../store/email-templates.js';
import { readTemplateFiles, type TemplateFile } from './template-files.js';
import { writeTemplateFiles } from './write-template-files.js';
import { choosePlatform, withDatabase } from './with-database.js';

const WHAT = { CREATED: 'new', CHANGED: 'changed', UNCHANGED: 'unchanged' } as const;
/** Ends the transaction of a dry run; nobody sees it. */
class DryRun extends Error {}

/** `dunwell templates push` stores every template below a directory, or none when one is refused. Deletes nothing. */
export async function pushTemplates(dir: string, options: { platform?: string; dryRun?: true }): Promise<void> {
  const files = await readTemplateFiles(dir);
  await withDatabase(async (db) => {
    const platform = await choosePlatform(db, options.platform);
    const lines: string[] = [];
    const work = async (tx: Sql): Promise<void> => {
      lines.length = 0;
      const problems: string[] = [];
      const refused = new Set<string>();
      for (const file of files) {
        const needed = file.needs.find((name) => refused.has(name));
        // Without its partial it would be refused for what it is not guilty of.
        const pushed =
          needed === undefined || file.problems.length > 0
            ? await push(tx, platform.id, file)
            : { problems: [`not looked at, because ${needed} is refused.`] };
        if ('line' in pushed) lines.push(pushed.line);
        else {
          refused.add(file.name);
          problems.push(...pushed.problems.map((problem) => `${file.path}: ${problem}`));
        }
      }
      if (problems.length > 0) throw new Error(problems.join('\n'));
      if (options.dryRun) throw new DryRun();
    };
    await db.transaction(work).catch((error: unknown) => {
      if (!(error instanceof DryRun)) throw error;
    });
    console.log([...lines, ...(options.dryRun ? ['Nothing was stored: this was a dry run.'] : [])].join('\n'));
  });
}

async function push(
  tx: Sql,
  platformId: string,
  { name, body, problems }: TemplateFile,
): Promise<{ line: string } | { problems: string[] }> {
  if (problems.length > 0) return { problems };
  try {
    const parsed = templatePut.safeParse(body, { reportInput: true });
    if (!parsed.success) throw new Refusal(problemsOf(parsed.error));
    const { locale } = parsed.data;
    const { kind, rows } = await saveTemplate(
      tx,
      { platformId, createdBy: 'dunwell templates push' },
      name,
      parsed.data,
    );
    const version = rows.find((row) => row.locale === locale)?.version ?? 0;
    return { line: `${WHAT[kind].padEnd(9)}  ${name} ${locale}  version ${String(version)}` };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { problems: error.problems.map(({ field, message }) => `${field ?? ''}: ${message}`) };
  }
}

/** `dunwell templates pull` writes every stored template below a directory, as `push` takes it. */
export async function pullTemplates(dir: string, options: { platform?: string }): Promise<void> {
  await withDatabase(async (db) => {
    const platform = await choosePlatform(db, options.platform);
    const rows = await readTemplates(db, platform.id);
    for (const line of await writeTemplateFiles(dir, rows)) console.log(line);
    if (rows.length === 0) console.log('Nothing is stored: mails are made from the built-in templates.');
  });
}
