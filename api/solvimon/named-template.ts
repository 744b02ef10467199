import type { StoredLocale } from '../../contracts/mail.js';
import { templateExists } from '../../email/built-in-library.js';
import { builtInVariables } from '../../email/check-template.js';
import type { Sql } from '../../store/database.js';
import { readTemplate, shareTemplates, storedLocales } from '../../store/email-templates.js';
import type { ActionCreate } from '../schemas/workflow-action.js';
import { isPartial } from './compile-template.js';

/** A template that an action names: what is stored of it, and the variables of all its locales. */
interface NamedTemplate {
  stored: StoredLocale[];
  variables: string[];
}

/** The template that an action names, which stays until the transaction ends; null = there is none, undefined = it names none. */
export async function namedTemplate(
  tx: Sql,
  platformId: string,
  { send_email_to_customer: email }: Pick<ActionCreate, 'send_email_to_customer'>,
): Promise<NamedTemplate | null | undefined> {
  const name = email?.template_name;
  if (name == null) return undefined;
  if (isPartial(name)) return null;
  await shareTemplates(tx, platformId);
  const rows = await readTemplate(tx, platformId, name);
  if (rows.length === 0 && !templateExists(name)) return null;
  const variables = [...rows.flatMap((row) => row.variables), ...(await builtInVariables(name))];
  return { stored: storedLocales(rows), variables: [...new Set(variables)] };
}
