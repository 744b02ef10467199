import type { TemplatePartial, TemplateSource } from '../../contracts/mail-template.js';
import type { Problem } from '../../contracts/refusal.js';
import { builtInPartials } from '../../email/built-in-partials.js';
import { checkTemplate, type CheckedTemplate } from '../../email/check-template.js';
import { compileMjml } from '../../email/compile-mjml.js';
import type { TemplateRow } from '../../store/email-templates.js';
import type { TemplateDraft } from '../schemas/email-template.js';
import { invalid, missing, throwIfAny } from './problems.js';

/** The name of a piece that other templates share. */
export function isPartial(name: string): boolean {
  return name.startsWith('_');
}

/** A parsed body as it is kept; throws when it is not whole. */
export function templateSource(name: string, body: TemplateDraft): TemplateSource {
  const { subject = null, preheader = null, html = null, mjml = null, text = null, required } = body;
  throwIfAny(isPartial(name) ? partialProblems(body) : wholeProblems(body));
  return { subject, preheader, html, mjml, text, required: required ?? [] };
}

function wholeProblems({ subject, html, mjml }: TemplateDraft): Problem[] {
  return [
    ...(subject == null ? [missing('subject', 'A template needs a subject.')] : []),
    ...(html == null && mjml == null ? [missing('html', 'A template needs html or mjml.')] : []),
    ...(html != null && mjml != null ? [invalid('mjml', 'Give html or mjml, not both.')] : []),
  ];
}

function partialProblems({ html, mjml, text, ...others }: TemplateDraft): Problem[] {
  return [
    ...Object.entries(others).flatMap(([field, value]) =>
      value == null ? [] : [invalid(field, `A partial has no ${field}.`)],
    ),
    ...(html == null && mjml == null && text == null ? [missing('html', 'A partial needs html, mjml or text.')] : []),
    ...(html != null && mjml != null ? [invalid('mjml', 'Give html or mjml, not both.')] : []),
  ];
}

/** Compiles and checks a template of a locale (S-E2). Throws with every problem, by field and line. */
export async function compileTemplate(
  source: TemplateSource,
  locale: string,
  available: Readonly<Record<string, TemplatePartial>>,
): Promise<CheckedTemplate> {
  const { subject, preheader, mjml, text, required } = source;
  const field = mjml === null ? 'html' : 'mjml';
  const compiled = mjml === null ? { html: source.html ?? '' } : await compileMjml(mjml, locale);
  if ('problems' in compiled) {
    throwIfAny(compiled.problems.map((message) => invalid('mjml', message)));
    throw new Error('MJML was not compiled, and there is no problem.');
  }
  const pieces = { subject: subject ?? '', preheader: preheader ?? '', html: compiled.html, text, required };
  return checked(pieces, mjml ?? compiled.html, available, field);
}

/** A stored template again, with its partials as they are now; its MJML has been compiled. */
export function recheckTemplate(
  row: TemplateRow,
  available: Readonly<Record<string, TemplatePartial>>,
): CheckedTemplate {
  const { partials: _, ...pieces } = row.template;
  const { mjml, html } = row.source;
  return checked(pieces, mjml ?? html ?? '', available, mjml === null ? 'html' : 'mjml');
}

function checked(
  pieces: Parameters<typeof checkTemplate>[0],
  written: string,
  available: Readonly<Record<string, TemplatePartial>>,
  body: 'html' | 'mjml',
): CheckedTemplate {
  const result = checkTemplate(pieces, written, available);
  if ('template' in result) return result;
  throwIfAny(result.problems.map(({ field, message }) => invalid(field === 'html' ? body : field, message)));
  throw new Error('A template was not taken, and there is no problem.');
}

/** What a partial shows in each body. */
export function partialOf(
  { html, mjml }: TemplateSource,
  template: { html: string; text: string | null },
): TemplatePartial {
  return { html: html === null && mjml === null ? null : template.html, text: template.text };
}

/** The partials that templates of a locale reach: of each name the locale itself, then shorter, then its default; stored before built-in. */
export async function partialsFor(
  locale: string,
  stored: readonly TemplateRow[],
): Promise<Record<string, TemplatePartial>> {
  const partials = await builtInPartials(locale);
  for (const name of new Set(stored.map((row) => row.name))) {
    const rows = stored.filter((row) => row.name === name);
    const fits = (row: TemplateRow): boolean => locale === row.locale || locale.startsWith(`${row.locale}-`);
    const [best] = rows.filter(fits).sort((a, b) => b.locale.length - a.locale.length);
    const row = best ?? rows.find(({ is_default }) => is_default);
    if (row) partials[name] = partialOf(row.source, row.template);
  }
  return partials;
}
