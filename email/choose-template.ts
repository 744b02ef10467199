import type { StoredLocale, TemplateRef } from '../contracts/mail.js';
import { builtInLocales } from './built-in-library.js';
import { localeChain, type LocaleStep } from './locale-chain.js';

/**
 * S-E3: the first step of the chain in which the template is there, stored before built-in. The end of the chain is the stored
 * locale that was made the default, else English for a built-in name. null = there is no template of that name.
 */
export function chooseTemplate(
  name: string,
  stored: readonly StoredLocale[],
  wishes: readonly string[],
): { ref: TemplateRef; step: LocaleStep } | null {
  const builtIn = builtInLocales(name);
  const fallback = stored.find(({ isDefault }) => isDefault)?.locale ?? builtIn[0] ?? stored[0]?.locale;
  if (fallback === undefined) return null;
  for (const step of localeChain(wishes, fallback)) {
    const version = stored.find(({ locale }) => locale === step.tag)?.version;
    if (version !== undefined || builtIn.some((language) => language === step.tag)) {
      return { ref: { name, locale: step.tag, version: version ?? null }, step };
    }
  }
  return null;
}
