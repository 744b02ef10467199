import { compileLayout, fillLayout } from './templates/html-layout.js';
import { phrases } from './templates/phrases.js';
import { LANGUAGES, type Language } from './templates/texts.js';
import type { TemplatePartial } from './template.js';

/** Partials this product brings along; a stored one of the same name takes its place. */
export const BUILT_IN_PARTIALS = ['_layout'] as const;

const made = new Map<Language, Promise<TemplatePartial>>();

/**
 * `_layout`: what built-in mails look like, for templates that only bring words: `{% layout "_layout" %}` and the blocks
 * `content` and, if wanted, `heading`. In the language of the locale, else English.
 */
export async function builtInPartials(locale: string): Promise<Record<string, TemplatePartial>> {
  const language = LANGUAGES.find((known) => known === locale.split('-')[0]) ?? 'en';
  const layout = made.get(language) ?? makeLayout(language);
  made.set(language, layout);
  return { _layout: await layout };
}

async function makeLayout(language: Language): Promise<TemplatePartial> {
  const { closing, automatic } = phrases[language];
  const html = fillLayout(await compileLayout(false), {
    language,
    heading: '{% block heading %}{{ sender.title }}{% endblock %}',
    body: '{% block content %}{% endblock %}',
    rows: '',
    button: '',
    afterwards: '',
    closing,
    automatic,
  });
  const text = `{% block content %}{% endblock %}\n\n${closing}\n{{ sender.title }}\n\n${automatic}`;
  return { html, text };
}
