import type { z } from 'zod';
import { builtInLocales, builtInTemplate } from '../../email/built-in-library.js';
import { builtInVariables } from '../../email/check-template.js';
import type { TemplateRow } from '../../store/email-templates.js';
import type { template } from '../schemas/email-template.js';
import { iso } from '../schemas/wire.js';
import { isBuiltIn } from './save-template.js';

type Template = z.input<typeof template>;

/** A template as it is answered: what is stored, and the built-in locales that nothing stored takes the place of. */
export async function templateResponse(name: string, rows: readonly TemplateRow[]): Promise<Template> {
  const builtIn = builtInLocales(name).filter((locale) => !rows.some((row) => row.locale === locale));
  const locales = [
    ...rows.map((row) => storedLocale(row, rows)),
    ...(await Promise.all(builtIn.map((locale) => builtInLocale(name, locale, rows)))),
  ];
  return {
    object_type: 'EMAIL_TEMPLATE',
    name,
    built_in: isBuiltIn(name),
    locales: locales.sort((a, b) => (a.locale < b.locale ? -1 : 1)),
  };
}

export function storedLocale(row: TemplateRow, rows: readonly TemplateRow[]): Template['locales'][number] {
  const { locale, version, source, variables, created_at, updated_at } = row;
  return {
    locale,
    version,
    default: isDefault(row.name, locale, rows),
    ...source,
    variables,
    created_at: iso(created_at),
    updated_at: iso(updated_at),
  };
}

async function builtInLocale(
  name: string,
  locale: string,
  rows: readonly TemplateRow[],
): Promise<Template['locales'][number]> {
  const made = await builtInTemplate(name, locale);
  return {
    locale,
    version: null,
    default: isDefault(name, locale, rows),
    subject: made?.subject ?? null,
    preheader: made?.preheader ?? null,
    html: made?.html ?? null,
    mjml: null,
    text: made?.text ?? null,
    required: [],
    variables: await builtInVariables(name),
    created_at: null,
    updated_at: null,
  };
}

/** The end of the locale chain (S-E3): what was made it, else English of a built-in name. */
export function isDefault(
  name: string,
  locale: string,
  rows: readonly Pick<TemplateRow, 'locale' | 'is_default'>[],
): boolean {
  const chosen = rows.find(({ is_default }) => is_default)?.locale ?? builtInLocales(name)[0];
  return locale === chosen;
}
