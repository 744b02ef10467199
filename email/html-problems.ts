import { Parser } from 'htmlparser2';
import { liquidSpans } from './liquid-spans.js';

/** What mail programs do not run, and readers must not get: it would only be there to do harm, or be cut out on the way. */
const FORBIDDEN = new Set(['script', 'iframe', 'object', 'embed', 'form', 'base', 'frame', 'frameset', 'applet']);
const LINKS = new Set(['href', 'src', 'action', 'formaction', 'background', 'xlink:href']);
/** Stand for Liquid while the HTML around it is read; private use, so nobody’s text has them. */
const OUTPUT = '\uE000';
const TAG = '\uE001';
/** Of all values this one alone is known to be a web address. */
const PAY_URL = '\uE002';
const LIQUID = /[\uE000-\uE002]/;

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
      if (name.includes(OUTPUT)) add('a value has no place in a tag, unless in quotes: it could be any attribute.');
      if (quote === undefined) return;
      if (/^on[a-z]+$/.test(name)) add(`${name} has no place in a mail: mail programs run no scripts.`);
      if (quote === null && LIQUID.test(value)) add(`put the value of ${name} in quotes.`);
      if (!LINKS.has(name)) return;
      // Blanks and control characters are left out by whoever opens it (WHATWG URL §4.4).
      // eslint-disable-next-line no-control-regex -- these are the characters to find
      const link = value.replace(/[\u0000-\u0020]/g, '');
      const scheme = /^[\uE001]*(javascript|vbscript|data(?=:text)):/i.exec(link)?.[1];
      if (scheme !== undefined) add(`${name} may not be a ${scheme} link.`);
      if (beginsWithValue(link)) {
        add(`${name} may begin with {{ invoice.pay_url }}, and with no other value: that could be a script.`);
      }
    },
  });
  parser.end(masked);
  if (new RegExp(`</?${OUTPUT}`).test(masked)) problems.push('a value may not be the name of a tag.');
  return [...new Set(problems)];
}

function mask(html: string): string {
  let masked = '';
  let done = 0;
  for (const [from, to] of liquidSpans(html)) {
    masked += html.slice(done, from) + html.slice(from, to).replace(/[^\n]/g, markOf(html.slice(from, to)));
    done = to;
  }
  return masked + html.slice(done);
}

function markOf(liquid: string): string {
  if (liquid.startsWith('{%')) return TAG;
  return /^\{\{-?\s*invoice\.pay_url\b/.test(liquid) ? PAY_URL : OUTPUT;
}

/** A value at the beginning decides what kind of link it is; so does one after a tag, unless the link has begun before. */
function beginsWithValue(link: string): boolean {
  return !/^([a-z][a-z\d+.-]*:|[/#?])/i.test(link) && new RegExp(`(^|${TAG})${OUTPUT}`).test(link);
}
