import type { TemplateRef } from './mail.js';

/**
 * A mail template as it is rendered: Liquid sources over the values of email/mail-values.ts. `html` is finished HTML (MJML is
 * compiled before), its values are escaped on output; the others are plain text. `html` and `text` may use `{{ preheader }}`, which
 * is rendered first.
 */
export interface MailTemplate {
  subject: string;
  /** The line mail programs show after the subject. */
  preheader: string;
  html: string;
  /** null = made from the rendered HTML. */
  text: string | null;
  /** Names of values without which the mail is not sent (S-E2). */
  required?: readonly string[];
  /** What `render`, `include` and `layout` reach, by name; nothing else. */
  partials?: Readonly<Record<string, TemplatePartial>>;
}

/** A piece that templates share; null = it is not for that body. */
export interface TemplatePartial {
  html: string | null;
  text: string | null;
}

/** A template as somebody wrote it. */
export interface TemplateSource {
  subject: string | null;
  preheader: string | null;
  /** Exactly one of `html` and `mjml`; a partial may have neither. */
  html: string | null;
  mjml: string | null;
  text: string | null;
  required: string[];
}

/** Reads a stored version, which never changes; null = there is no such one. */
export type ReadTemplate = (platformId: string, ref: TemplateRef & { version: number }) => Promise<MailTemplate | null>;
