import { Parser } from 'htmlparser2';
import { liquidSpans } from './liquid-spans.js';

/** What mail programs do not run, and readers must not get: it would only be there to do harm, or be cut out on the way. */
const FORBIDDEN = new Set(['script', 'iframe', 'object', 'embed', 'form', 'base', 'frame', 'frameset', 'applet']);
const LINKS = new Set(['href', 'src', 'action', 'formaction', 'background', 'xlink:href']);
/** Stands for Liquid while the HTML around it is read; private use, so nobody’s text has it. */
const LIQUID = '\uE000';

/** More than these nobody reads at once. */
const MOST = 100;

/** What a stored template's HTML may not hold. Sentences that begin with the line. */
export function htmlProblems(html: string): string[] {
  const problems: string[] = [];
  // As long as before, with the same lines. `<` inside of Liquid is no tag.
  const masked = mask(html);
  const add = (message: string): void => {
    if (problems.length >= MOST) return;
    problems.push(`Line ${String(masked.slice(0, parser.startIndex).split('\n').length)}: ${message}`);
  };
  const parser = new Parser({
    onopentagname(name) {
      if (FORBIDDEN.has(name)) add(`<${name}> has no place in a mail.`);
    },
    onattribute(name, value, quote) {
      if (quote === undefined) return;
      if (/^on[a-z]+$/.test(name)) add(`${name} has no place in a mail: mail programs run no scripts.`);
      if (quote === null && value.includes(LIQUID)) add(`put the value of ${name} in quotes.`);
      if (LINKS.has(name) && /^\s*(javascript|vbscript|data:text)/i.test(value)) {
        add(`${name} may not be a ${value.split(':')[0]?.trim() ?? ''} link.`);
      }
    },
  });
  parser.end(masked);
  return [...new Set(problems)];
}

function mask(html: string): string {
  let masked = '';
  let done = 0;
  for (const [from, to] of liquidSpans(html)) {
    masked += html.slice(done, from) + html.slice(from, to).replace(/[^\n]/g, LIQUID);
    done = to;
  }
  return masked + html.slice(done);
}
