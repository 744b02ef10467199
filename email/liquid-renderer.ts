import { Liquid, type Template as LiquidTemplate } from 'liquidjs';
import { formatDecimal } from './format-decimal.js';
import { formatters } from './formatters.js';
import { MailContentError } from './mail-content-error.js';
import type { Template } from './template.js';

/** Bounds of one rendering (S-E2), far above any honest mail: 1 s, 64 KiB of template, some MB of output. */
const BOUNDS = { parseLimit: 256 * 1024, renderLimit: 1000, memoryLimit: 20_000_000 };

export interface RenderedTemplate {
  subject: string;
  preheader: string;
  html: string;
  text: string;
}

type Compiled = Record<keyof Template, LiquidTemplate[]>;

/**
 * Renders templates; each is parsed once and remembered for as long as the library holds on to it. Templates reach
 * nothing but the values given: no file system (an empty in-memory one), no inherited properties, no unknown filters.
 */
export function createLiquidRenderer(): (template: Template, values: object, locale: string) => RenderedTemplate {
  const plain = engine(false);
  const html = engine(true);
  const compiled = new WeakMap<Template, Compiled>();

  function compile(template: Template): Compiled {
    const known = compiled.get(template);
    if (known !== undefined) return known;
    const fresh = {
      subject: plain.parse(template.subject),
      preheader: plain.parse(template.preheader),
      html: html.parse(template.html),
      text: plain.parse(template.text),
    };
    compiled.set(template, fresh);
    return fresh;
  }

  return (template, values, locale) => {
    try {
      const { subject, preheader, html: htmlBody, text } = compile(template);
      const render = (by: Liquid, source: LiquidTemplate[], more: object) =>
        String(by.renderSync(source, { ...values, locale, ...more }));
      const line = render(plain, preheader, {})
        .replace(/[ \t\r\n]+/g, ' ')
        .trim();
      const more = { preheader: line };
      return {
        subject: render(plain, subject, more).trim(),
        preheader: line,
        html: render(html, htmlBody, more),
        text: tidy(render(plain, text, more)),
      };
    } catch (error) {
      const words = error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'unknown error';
      throw new MailContentError('template_failed', 'template', `The template cannot be rendered: ${words}`);
    }
  };
}

function engine(escape: boolean): Liquid {
  const liquid = new Liquid({
    templates: {},
    ownPropertyOnly: true,
    strictFilters: true,
    ...BOUNDS,
    ...(escape ? { outputEscape: 'escape' as const } : {}),
  });
  // {{ 3 | count: 'day', 'days' }} → "3 days", by the plural rules of the text's language (not of English). Decimal
  // strings are shown exactly; a missing value shows nothing.
  liquid.registerFilter('count', function (value: unknown, one: unknown, other: unknown) {
    if (value == null) return '';
    const locale = String(this.context.getSync(['locale']));
    const decimal = typeof value === 'string' ? value : String(Number(value));
    const word = formatters.plural(locale, {}).select(Number(decimal)) === 'one' ? one : other;
    return `${formatDecimal(decimal, locale, 'count')} ${String(word)}`;
  });
  return liquid;
}

/** Lines that only held tags leave blanks behind: at most one empty line in a row, none at the ends. */
function tidy(text: string): string {
  return `${text
    .replace(/\r\n?/g, '\n')
    .replace(/[ \t]+$/gm, '')
    .replace(/\n{3,}/g, '\n\n')
    .trim()}\n`;
}
