import type { Instant } from '../domain/types.js';
import type { StoredLocale } from '../contracts/mail.js';
import type { Sql } from './database.js';
import { listPage, type Page, type PageOf } from './lists.js';

/** A template by name, stored or not, with the locales that are stored. */
export interface TemplateNameRow {
  name: string;
  locales: (StoredLocale & { updatedAt: Instant })[];
  /** Of the platform where nothing is stored. */
  created_at: Instant;
  updated_at: Instant;
}

/** One page of the names there are: those stored, and `builtIn`. */
export function listTemplates(
  sql: Sql,
  platformId: string,
  builtIn: readonly string[],
  page: Page,
): Promise<PageOf<TemplateNameRow>> {
  const ours = builtIn.map((name) => `'${name}'`).join(', ');
  const select = `SELECT * FROM (
    SELECT p.id AS platform_id, n.name AS id, n.name, coalesce(min(e.created_at), p.created_at) AS created_at,
      coalesce(max(e.updated_at), p.created_at) AS updated_at,
      coalesce(jsonb_agg(jsonb_build_object('locale', e.locale, 'version', e.version, 'isDefault', e.is_default,
        'updatedAt', epoch_ms(e.updated_at)) ORDER BY e.locale) FILTER (WHERE e.locale IS NOT NULL), '[]') AS locales
    FROM platforms p
    CROSS JOIN LATERAL (SELECT unnest(ARRAY[${ours}]) AS name
      UNION SELECT s.name FROM email_templates s WHERE s.platform_id = p.id) n
    LEFT JOIN email_templates e ON e.platform_id = p.id AND e.name = n.name
    GROUP BY p.id, n.name) t`;
  return listPage<TemplateNameRow>(sql, select, [{ condition: 'platform_id = ?', values: [platformId] }], page);
}
