import type { Liquid, Template as LiquidTemplate } from 'liquidjs';
import { createLiquid } from './liquid-engine.js';
import { MailContentError } from './mail-content-error.js';
import type { Template } from './template.js';

interface RenderedTemplate {
  subject: string;
  preheader: string;
  html: string;
  text: string;
}

/** Liquid's own bounds do not count what is merely written out. Mail servers commonly stop at 10 MB. */
const MAX_OUTPUT = 1_000_000;

type Compiled = Record<keyof Template, LiquidTemplate[]>;

/** `ownSubject` is Liquid, too, and takes the place of the template's (S-D8). */
export type RenderTemplate = (
  template: Template,
  values: object,
  locale: string,
  ownSubject?: string | null,
) => RenderedTemplate;

/**
 * Renders templates; each is parsed once and remembered for as long as the library holds on to it. Templates reach
 * nothing but the values given: no file system (an empty in-memory one), no inherited properties, no unknown filters.
 */
export function createLiquidRenderer(): RenderTemplate {
  const plain = createLiquid(false);
  const html = createLiquid(true);
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

  return (template, values, locale, ownSubject) => {
    try {
      const { subject, preheader, html: htmlBody, text } = compile(template);
      const render = (by: Liquid, source: LiquidTemplate[], more: object) => {
        const output = String(by.renderSync(source, { ...values, locale, ...more }));
        if (output.length > MAX_OUTPUT) throw new Error(`it makes more than ${MAX_OUTPUT} characters`);
        return output;
      };
      const line = render(plain, preheader, {})
        .replace(/[ \t\r\n]+/g, ' ')
        .trim();
      const more = { preheader: line };
      return {
        subject: render(plain, ownSubject == null ? subject : plain.parse(ownSubject), more).trim(),
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

/** Lines that only held tags leave blanks behind: at most one empty line in a row, none at the ends. */
function tidy(text: string): string {
  return `${text
    .replace(/\r\n?/g, '\n')
    .replace(/[ \t]+$/gm, '')
    .replace(/\n{3,}/g, '\n\n')
    .trim()}\n`;
}
