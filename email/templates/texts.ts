/** The languages built-in mails are written in. A sixth one is one more key in every texts file: the compiler lists them. */
export const LANGUAGES = ['en', 'nl', 'de', 'fr', 'es'] as const;

export type Language = (typeof LANGUAGES)[number];

/**
 * One kind of mail in one language; everything is Liquid over mail-values.ts. A paragraph that renders to nothing is left
 * out, and every value may be missing, so each sentence must still read well without it.
 */
interface MailTexts {
  subject: string;
  preheader: string;
  heading: string;
  paragraphs: readonly string[];
  /** After the summary and the button. */
  afterwards: readonly string[];
}

/** A built-in mail: what its summary box shows, whether it has a button, and its texts. */
export interface BuiltInMail {
  summary: 'invoice' | 'upcoming' | 'payment' | 'trial' | 'wallet';
  button: boolean;
  texts: Record<Language, MailTexts>;
}
