import type { StoredLocale } from '../contracts/mail.js';
import type { MailTemplate, ReadTemplate, TemplateSource } from '../contracts/mail-template.js';
import type { Instant, Variant } from '../domain/types.js';
import type { Sql } from './database.js';

/** One locale of a stored template, with the content of a version. */
export interface TemplateRow {
  platform_id: string;
  name: string;
  locale: string;
  version: number;
  is_default: boolean;
  source: TemplateSource;
  template: MailTemplate;
  variables: string[];
  created_at: Instant;
  updated_at: Instant;
}

/** What a version consists of. */
export type TemplateContent = Pick<TemplateRow, 'source' | 'template' | 'variables'>;

const COLUMNS = `t.platform_id, t.name, t.locale, v.version, t.is_default, v.source, v.template, v.variables, t.created_at, t.updated_at`;
const PRESENT = `SELECT ${COLUMNS} FROM email_templates t
  JOIN email_template_versions v USING (platform_id, name, locale, version)`;

/** The templates of a platform change one at a time: a partial changes those that reach it. Held until the transaction ends. */
export async function lockTemplates(tx: Sql, platformId: string): Promise<void> {
  await tx.rows(`SELECT pg_advisory_xact_lock(hashtextextended('email_templates ' || $1, 0))`, [platformId]);
}

/** As `lockTemplates`, beside others who only look: an action is about to name a template. */
export async function shareTemplates(tx: Sql, platformId: string): Promise<void> {
  await tx.rows(`SELECT pg_advisory_xact_lock_shared(hashtextextended('email_templates ' || $1, 0))`, [platformId]);
}

/** Every locale of a template, in order of locale; none when nothing is stored under this name. */
export function readTemplate(sql: Sql, platformId: string, name: string): Promise<TemplateRow[]> {
  return sql.rows<TemplateRow>(`${PRESENT} WHERE t.platform_id = $1 AND t.name = $2 ORDER BY t.locale`, [
    platformId,
    name,
  ]);
}

/** Everything a platform has stored, in order of name and locale. */
export function readTemplates(sql: Sql, platformId: string): Promise<TemplateRow[]> {
  return sql.rows<TemplateRow>(`${PRESENT} WHERE t.platform_id = $1 ORDER BY t.name, t.locale`, [platformId]);
}

/** The platform's partials, in order of name and locale. */
export function readPartials(sql: Sql, platformId: string): Promise<TemplateRow[]> {
  return sql.rows<TemplateRow>(
    `${PRESENT} WHERE t.platform_id = $1 AND starts_with(t.name, '_') ORDER BY t.name, t.locale`,
    [platformId],
  );
}

/** The templates whose present version reaches a partial. */
export function reaching(sql: Sql, platformId: string, partial: string): Promise<TemplateRow[]> {
  return sql.rows<TemplateRow>(
    `${PRESENT} WHERE t.platform_id = $1 AND v.template -> 'partials' ? $2 ORDER BY t.name, t.locale`,
    [platformId, partial],
  );
}

/** One version, also of a template that was deleted since; null = there is no such one. */
export function readVersion(
  sql: Sql,
  platformId: string,
  { name, locale, version }: { name: string; locale: string; version: number },
): Promise<(TemplateContent & { version: number; created_at: Instant }) | null> {
  return sql.row(
    `SELECT version, source, template, variables, created_at FROM email_template_versions
     WHERE platform_id = $1 AND name = $2 AND locale = $3 AND version = $4`,
    [platformId, name, locale, version],
  );
}

/** Reads versions for rendering. */
export function templateReader(sql: Sql): ReadTemplate {
  return async (platformId, ref) => (await readVersion(sql, platformId, ref))?.template ?? null;
}

/** Writes the next version and makes it the present one. The templates are locked. */
export async function writeTemplate(
  tx: Sql,
  platformId: string,
  key: { name: string; locale: string; isDefault: boolean; createdBy: string },
  { source, template, variables }: TemplateContent,
): Promise<void> {
  await tx.rows(
    `WITH written AS (
       INSERT INTO email_template_versions (platform_id, name, locale, version, source, template, variables, created_by)
       SELECT $1, $2, $3, 1 + coalesce(max(version), 0), $5, $6, $7, $8 FROM email_template_versions
       WHERE platform_id = $1 AND name = $2 AND locale = $3 RETURNING version)
     INSERT INTO email_templates (platform_id, name, locale, version, is_default)
     SELECT $1, $2, $3, version, $4 FROM written
     ON CONFLICT (platform_id, name, locale) DO UPDATE SET version = excluded.version, updated_at = clock_timestamp()`,
    [
      platformId,
      key.name,
      key.locale,
      key.isDefault,
      JSON.stringify(source),
      JSON.stringify(template),
      variables,
      key.createdBy,
    ],
  );
}

/** Makes one locale the default of its template, and no other. */
export async function setDefaultLocale(tx: Sql, platformId: string, name: string, locale: string): Promise<void> {
  await tx.rows(
    `UPDATE email_templates SET is_default = false, updated_at = clock_timestamp()
     WHERE platform_id = $1 AND name = $2 AND is_default AND locale <> $3`,
    [platformId, name, locale],
  );
  await tx.rows(
    `UPDATE email_templates SET is_default = true, updated_at = clock_timestamp()
     WHERE platform_id = $1 AND name = $2 AND locale = $3 AND NOT is_default`,
    [platformId, name, locale],
  );
}

/** Its versions stay. */
export async function deleteLocale(tx: Sql, platformId: string, name: string, locale: string): Promise<void> {
  await tx.rows('DELETE FROM email_templates WHERE platform_id = $1 AND name = $2 AND locale = $3', [
    platformId,
    name,
    locale,
  ]);
}

/** An action that names a template, and whose variant its variables must fit. */
interface TemplateUser {
  action_id: string;
  reference: string;
  variant: Variant | null;
}

/** The actions that are not archived, of workflows that are not, which name a template. */
export function usersOf(sql: Sql, platformId: string, name: string): Promise<TemplateUser[]> {
  return sql.rows<TemplateUser>(
    `SELECT a.id AS action_id, w.reference, w.variant FROM workflow_actions a JOIN workflows w ON w.id = a.workflow_id
     WHERE a.platform_id = $1 AND a.send_email_to_customer ->> 'template_name' = $2
       AND a.status <> 'ARCHIVED' AND w.status <> 'ARCHIVED' ORDER BY a.created_at, a.id`,
    [platformId, name],
  );
}

/** The name of the template an action's mail is made from; `w` is its workflow. */
export const TEMPLATE_OF_ACTION = `coalesce(a.send_email_to_customer ->> 'template_name', lower(w.variant))`;

/** In which locales, and versions, the template of an action is stored, as `StoredLocale`. */
export const STORED_LOCALES = `coalesce((
  SELECT jsonb_agg(jsonb_build_object('locale', e.locale, 'version', e.version, 'isDefault', e.is_default) ORDER BY e.locale)
  FROM email_templates e WHERE e.platform_id = a.platform_id AND e.name = ${TEMPLATE_OF_ACTION}), '[]')`;

export function storedLocales(rows: readonly TemplateRow[]): StoredLocale[] {
  return rows.map(({ locale, version, is_default }) => ({ locale, version, isDefault: is_default }));
}
