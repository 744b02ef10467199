import type { Variant } from '../domain/types.js';
import type { Template } from './template.js';
import { buildTemplate } from './templates/build-template.js';
import { failedPayment } from './templates/failed-payment.js';
import { freeTrialReminder } from './templates/free-trial-reminder.js';
import { compileLayout } from './templates/html-layout.js';
import { overdue } from './templates/overdue.js';
import { LANGUAGES, type BuiltInMail, type Language } from './templates/texts.js';
import { toFinal } from './templates/to-final.js';
import { upcomingPaymentReminder } from './templates/upcoming-payment-reminder.js';
import { walletBalance } from './templates/wallet-balance.js';

/** One mail per variant: the compiler names the missing one. */
const BY_VARIANT: Record<Variant, BuiltInMail> = {
  TO_FINAL: toFinal,
  OVERDUE: overdue,
  UPCOMING_PAYMENT_REMINDER: upcomingPaymentReminder,
  FAILED_PAYMENT: failedPayment,
  FREE_TRIAL_REMINDER: freeTrialReminder,
  WALLET_BALANCE: walletBalance,
};
const MAILS = new Map(Object.entries(BY_VARIANT).map(([variant, mail]) => [builtInName(variant as Variant), mail]));

const layouts = new Map<boolean, Promise<string>>();
const built = new Map<string, Promise<Template>>();

/**
 * A template this product brings along, undefined when there is none of that name and locale. Each is built at its first use and
 * kept: MJML is far too slow per mail.
 */
export function builtInTemplate(name: string, locale: string): Promise<Template | undefined> {
  const mail = MAILS.get(name);
  const language = LANGUAGES.find((known) => known === locale);
  if (mail === undefined || language === undefined) return Promise.resolve(undefined);
  const key = `${name} ${language}`;
  const known = built.get(key) ?? build(mail, language);
  built.set(key, known);
  return known;
}

export const BUILT_IN_NAMES: readonly string[] = [...MAILS.keys()];

/** The locales a built-in template is written in, English first; none where there is no built-in template of that name. */
export function builtInLocales(name: string): readonly string[] {
  return MAILS.has(name) ? LANGUAGES : [];
}

/** Whether there is a built-in template of this name. */
export function templateExists(name: string): boolean {
  return MAILS.has(name);
}

/** The name of a variant's built-in template: `TO_FINAL` → `to_final`. */
export function builtInName(variant: Variant): string {
  return variant.toLowerCase();
}

async function build(mail: BuiltInMail, language: Language): Promise<Template> {
  const layout = layouts.get(mail.button) ?? compileLayout(mail.button);
  layouts.set(mail.button, layout);
  return buildTemplate(mail, language, await layout);
}
