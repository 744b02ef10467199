/**
 * A mail template: four Liquid sources over the values of mail-values.ts. `html` is finished HTML (MJML is compiled
 * before), its values are escaped on output; the others are plain text. `html` and `text` may use `{{ preheader }}`,
 * which is rendered first.
 */
export interface Template {
  subject: string;
  /** The line mail programs show after the subject. */
  preheader: string;
  html: string;
  text: string;
}

/** Where templates come from: the built-in ones, or later those stored through the API. */
export interface TemplateLibrary {
  exists(name: string): boolean;
  /** The template of exactly this locale tag, undefined when there is none. */
  find(name: string, locale: string): Promise<Template | undefined>;
}
