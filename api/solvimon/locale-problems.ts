import type { Problem } from '../../contracts/refusal.js';
import { builtInName } from '../../email/built-in-library.js';
import { chooseTemplate } from '../../email/choose-template.js';
import { canonicalLocale } from '../../email/locale-chain.js';
import { customerLocales } from '../../store/customer-locales.js';
import type { Sql } from '../../store/database.js';
import { readActions, type LoadedAction } from '../../store/loaded-actions.js';
import type { Platform } from '../../store/platforms.js';
import type { WorkflowRow } from '../../store/workflows.js';
import { invalid } from './problems.js';

/** Locales beyond these are not worth a sentence each. */
const MOST = 20;

/**
 * Warns of the locales that customers in the workflow's scope ask for and would not get, because the template has no text in their
 * language (S-E3). `actionId`: only of that action's template.
 */
export async function localeProblems(
  tx: Sql,
  platform: Pick<Platform, 'locale'>,
  workflow: WorkflowRow,
  actionId?: string,
): Promise<Problem[]> {
  const { variant } = workflow;
  const actions = (await readActions(tx, workflow.id)).filter(({ id, via }) => {
    return (actionId === undefined || id === actionId) && via?.provider.use_localized_templates !== false;
  });
  if (variant === null || actions.length === 0) return [];
  const counted = await customerLocales(tx, workflow);
  const sentences = actions.flatMap(({ email, templates }) =>
    counted.flatMap((one) => sentenceOf(one, email.template_name ?? builtInName(variant), templates, platform.locale)),
  );
  return [...new Set(sentences)]
    .slice(0, MOST)
    .map((sentence) => invalid('send_email_to_customer.template_name', sentence));
}

function sentenceOf(
  { locale, customers }: { locale: string; customers: number },
  name: string,
  stored: LoadedAction['templates'],
  platformLocale: string | null,
): string[] {
  const wish = canonicalLocale(locale);
  const choice = chooseTemplate(name, stored, [locale, ...(platformLocale === null ? [] : [platformLocale])]);
  if (choice === null || languageOf(wish ?? '') === languageOf(choice.ref.locale)) return [];
  const who = customers === 1 ? '1 customer gets' : `${String(customers)} customers get`;
  return [`${wish ?? locale}: ${who} the text of ${name} in ${choice.ref.locale}.`];
}

function languageOf(tag: string): string {
  return tag.split('-')[0] ?? tag;
}
