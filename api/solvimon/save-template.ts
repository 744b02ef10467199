import { isDeepStrictEqual } from 'node:util';
import { Refusal, type Problem } from '../../contracts/refusal.js';
import { VARIANTS } from '../../domain/variants.js';
import { BUILT_IN_NAMES, builtInName } from '../../email/built-in-library.js';
import { BUILT_IN_PARTIALS } from '../../email/built-in-partials.js';
import { unfitVariables } from '../../email/check-template.js';
import type { Sql } from '../../store/database.js';
import {
  deleteLocale,
  lockTemplates,
  reaching,
  readPartials,
  readTemplate,
  setDefaultLocale,
  usersOf,
  writeTemplate,
  type TemplateRow,
} from '../../store/email-templates.js';
import { touchRuns } from '../../store/touch-runs.js';
import type { TemplatePut } from '../schemas/email-template.js';
import {
  compileTemplate,
  isPartial,
  partialOf,
  partialsFor,
  recheckTemplate,
  templateSource,
} from './compile-template.js';
import { invalid, throwIfAny } from './problems.js';

/** Whose template, and who changes it. */
export interface TemplateOwner {
  platformId: string;
  createdBy: string;
}

interface Saved {
  /** Every locale of it as it stands now. */
  rows: TemplateRow[];
  kind: 'CREATED' | 'CHANGED' | 'UNCHANGED';
  /** Runs whose mails can be made now; the engine is told after the commit. */
  runIds: string[];
}

/** Whether the product brings a template or partial of this name along. */
export function isBuiltIn(name: string): boolean {
  return BUILT_IN_NAMES.includes(name) || BUILT_IN_PARTIALS.some((one) => one === name);
}

/**
 * Stores a locale of a template, as a new version when its content changes (S-E2). Throws when it is not right, or would make one
 * that reaches it wrong. Mails that waited for it may go (S-R2).
 */
export async function saveTemplate(tx: Sql, owner: TemplateOwner, name: string, body: TemplatePut): Promise<Saved> {
  const { platformId, createdBy } = owner;
  const { locale, default: wanted, ...content } = body;
  const source = templateSource(name, content);
  await lockTemplates(tx, platformId);
  const rows = await readTemplate(tx, platformId, name);
  const before = rows.find((row) => row.locale === locale);
  if (wanted === false && before?.is_default) {
    throw Refusal.invalid('default', 'Make another locale the default; this one ceases to be it then.');
  }
  const isSame = before !== undefined && isDeepStrictEqual(before.source, source);
  const becomesDefault = wanted === true && !before?.is_default;
  if (isSame && !becomesDefault) return { rows, kind: 'UNCHANGED', runIds: [] };
  if (!isSame) {
    const stored = await readPartials(tx, platformId);
    const available = await partialsFor(locale, stored);
    const own = isPartial(name)
      ? { ...available, [name]: partialOf(source, { html: source.html ?? source.mjml ?? '', text: source.text }) }
      : available;
    const checked = await compileTemplate(source, locale, own);
    await checkUse(tx, platformId, name, checked.variables, source.mjml === null ? 'html' : 'mjml');
    // English is the end of the chain for a built-in name, whatever was stored first.
    const isDefault = before?.is_default ?? (rows.length === 0 && !BUILT_IN_NAMES.includes(name));
    await writeTemplate(tx, platformId, { name, locale, isDefault, createdBy }, { source, ...checked });
  }
  if (becomesDefault) await setDefaultLocale(tx, platformId, name, locale);
  const runIds = await afterChange(tx, owner, name);
  const present = await readTemplate(tx, platformId, name);
  return { rows: present, kind: before ? 'CHANGED' : 'CREATED', runIds };
}

/** Deletes a locale, or all of them; versions stay. Throws when somebody would be left without. */
export async function removeTemplate(
  tx: Sql,
  owner: TemplateOwner,
  name: string,
  locale: string | null,
): Promise<Pick<Saved, 'rows' | 'runIds'>> {
  const { platformId } = owner;
  await lockTemplates(tx, platformId);
  const rows = await readTemplate(tx, platformId, name);
  const going = locale === null ? rows : rows.filter((row) => row.locale === locale);
  if (going.length === 0) throw Refusal.notFound('EMAIL_TEMPLATE', locale === null ? name : `${name} ${locale}`);
  const left = rows.filter((row) => !going.includes(row));
  if (left.length > 0 && going.some(({ is_default }) => is_default) && !BUILT_IN_NAMES.includes(name)) {
    throw Refusal.operation('This is the default locale: make another one the default first.', 'locale');
  }
  if (left.length === 0 && !isBuiltIn(name)) await checkUnused(tx, platformId, name);
  for (const row of going) await deleteLocale(tx, platformId, name, row.locale);
  return { rows: left, runIds: await afterChange(tx, owner, name) };
}

async function checkUnused(tx: Sql, platformId: string, name: string): Promise<void> {
  const users = isPartial(name) ? await reaching(tx, platformId, name) : await usersOf(tx, platformId, name);
  const [first] = users;
  if (!first) return;
  const whose =
    'action_id' in first
      ? `The action ${first.action_id} of ${first.reference}`
      : `The template ${first.name} (${first.locale})`;
  throw Refusal.operation(
    `${whose} uses it${users.length > 1 ? `, and ${String(users.length - 1)} more` : ''}: change that first.`,
  );
}

/** The variables must have values in the mails that are made from the template. */
async function checkUse(
  tx: Sql,
  platformId: string,
  name: string,
  variables: readonly string[],
  field: string,
): Promise<void> {
  const own = VARIANTS.filter((variant) => builtInName(variant) === name).map((variant) => ({
    variant,
    whose: `mails of ${variant}`,
  }));
  const named = (await usersOf(tx, platformId, name)).flatMap(({ variant, reference }) =>
    variant === null ? [] : [{ variant, whose: `mails of ${reference} (${variant}), which are made from it` }],
  );
  const problems = new Map<string, Problem>();
  for (const { variant, whose } of [...own, ...named]) {
    for (const unfit of unfitVariables(variables, variant)) {
      if (!problems.has(unfit)) problems.set(unfit, invalid(field, `${unfit} has no value in ${whose}.`));
    }
  }
  throwIfAny([...problems.values()]);
}

/** A partial that changed makes new versions of those that reach it. Whoever waited for a template looks again. */
async function afterChange(tx: Sql, owner: TemplateOwner, name: string): Promise<string[]> {
  const { platformId, createdBy } = owner;
  const concerned = isPartial(name) ? await reaching(tx, platformId, name) : [];
  const stored = concerned.length > 0 ? await readPartials(tx, platformId) : [];
  for (const row of concerned) {
    const available = await partialsFor(row.locale, stored);
    const told = (problem: Problem): Problem => ({
      ...problem,
      message: `${row.name} (${row.locale}): ${problem.message}`,
    });
    const checked = await asProblemsOf(() => recheckTemplate(row, available), told);
    if (isDeepStrictEqual(jsonOf(checked.template), jsonOf(row.template))) continue;
    await asProblemsOf(() => checkUse(tx, platformId, row.name, checked.variables, 'html'), told);
    const key = { name: row.name, locale: row.locale, isDefault: row.is_default, createdBy };
    await writeTemplate(tx, platformId, key, { source: row.source, ...checked });
  }
  const names = isPartial(name) ? [...new Set(concerned.map((row) => row.name))] : [name];
  return touchRuns(tx, platformId, { kind: 'TEMPLATE', names });
}

async function asProblemsOf<Result>(
  work: () => Result | Promise<Result>,
  told: (problem: Problem) => Problem,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throwIfAny(error.problems.map(told));
    throw error;
  }
}

/** As it comes back from the database: without what is undefined. */
function jsonOf(value: object): unknown {
  return JSON.parse(JSON.stringify(value));
}
