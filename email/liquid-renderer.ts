import type { Liquid, Template as LiquidTemplate } from 'liquidjs';
import { createLiquid } from './liquid-engine.js';
import { syntaxProblem } from './liquid-variables.js';
import { MailContentError } from './mail-content-error.js';
import { plainText } from './plain-text.js';
import type { Template } from './template.js';

interface RenderedTemplate {
  subject: string;
  preheader: string;
  html: string;
  text: string;
}

interface Compiled {
  plain: Liquid;
  html: Liquid;
  parts: {
    subject: LiquidTemplate[];
    preheader: LiquidTemplate[];
    html: LiquidTemplate[];
    text: LiquidTemplate[] | null;
  };
}

/** No mail is as long as this: it is a loop that went wrong. */
const MOST_CHARACTERS = 1_000_000;

/** `ownSubject` is Liquid, too, and takes the place of the template's (S-D8). */
export type RenderTemplate = (
  template: Template,
  values: object,
  locale: string,
  ownSubject?: string | null,
) => RenderedTemplate;

/**
 * Renders templates; each is parsed once and remembered for as long as the library holds on to it. Templates reach nothing but
 * the values given and their own partials: no file system, no inherited properties, no unknown filters. Throws MailContentError.
 */
export function createLiquidRenderer(): RenderTemplate {
  const shared = { plain: createLiquid('text'), html: createLiquid('html') };
  const compiled = new WeakMap<Template, Compiled>();

  function compile(template: Template): Compiled {
    const known = compiled.get(template);
    if (known !== undefined) return known;
    const { partials } = template;
    const own = partials !== undefined && Object.keys(partials).length > 0;
    const engines = own ? { plain: createLiquid('text', partials), html: createLiquid('html', partials) } : shared;
    const { plain, html } = engines;
    const parts = {
      subject: plain.parse(template.subject),
      preheader: plain.parse(template.preheader),
      html: html.parse(template.html),
      text: template.text === null ? null : plain.parse(template.text),
    };
    const fresh = { ...engines, parts };
    compiled.set(template, fresh);
    return fresh;
  }

  return (template, values, locale, ownSubject) => {
    requireValues(template, values);
    try {
      const { plain, html, parts } = compile(template);
      // As globals: what `render` shows has no others.
      const render = (by: Liquid, source: LiquidTemplate[], more: object): string => {
        const shown = String(by.renderSync(source, {}, { globals: { ...values, locale, ...more } }));
        if (shown.length > MOST_CHARACTERS) throw new Error(`longer than ${String(MOST_CHARACTERS)} characters`);
        return shown;
      };
      const line = render(plain, parts.preheader, {})
        .replace(/[ \t\r\n]+/g, ' ')
        .trim();
      const more = { preheader: line };
      const body = render(html, parts.html, more);
      return {
        subject: render(plain, ownSubject == null ? parts.subject : plain.parse(ownSubject), more).trim(),
        preheader: line,
        html: body,
        text: tidy(parts.text === null ? plainText(body) : render(plain, parts.text, more)),
      };
    } catch (error) {
      const words = syntaxProblem(error).replace(/\.$/, '');
      throw new MailContentError('template_failed', 'template', `The template cannot be rendered: ${words}`);
    }
  };
}

/** S-E2: a value that the template cannot do without. */
function requireValues({ required = [] }: Template, values: object): void {
  const missing = required.filter((name) => valueOf(values, name) === null);
  const [first] = missing;
  if (first === undefined) return;
  throw new MailContentError(
    'variable_missing',
    first,
    `The template needs ${missing.join(', ')}, and there is no value.`,
  );
}

/** The value at the end of a path of names (`invoice.number`, `parameters.order.id`), null when there is none. */
export function valueOf(values: object, path: string): unknown {
  let value: unknown = values;
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return null;
    value = (value as Record<string, unknown>)[name] ?? null;
  }
  return value === '' ? null : value;
}

/** Lines that only held tags leave blanks behind: at most one empty line in a row, none at the ends. */
function tidy(text: string): string {
  return `${text
    .replace(/\r\n?/g, '\n')
    .replace(/[ \t]+$/gm, '')
    .replace(/\n{3,}/g, '\n\n')
    .trim()}\n`;
}
