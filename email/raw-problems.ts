import { liquidTokens } from './liquid-tokens.js';

const STRIP = String.raw`(?:\|\s*[lr]?strip\s*)*`;
const SHOWN_RAW = new RegExp(String.raw`^(\w+)\s*${STRIP}\|\s*raw$`);
const COPIED = new RegExp(String.raw`^(\w+)\s*${STRIP}$`);

/**
 * Where a template would show a value without escaping it. `raw` is for what the template itself has captured, because that was
 * escaped when it was captured; on a value it would let a customer’s name become HTML.
 */
export function rawProblems(html: string, partials: readonly string[]): string[] {
  const sources = [html, ...partials].map(liquidTokens);
  const safe = capturedNames(sources.flat());
  return sources.flat().flatMap(({ kind, text, line }) => {
    if (kind !== 'output' || !/\|\s*raw\b/.test(text)) return [];
    const name = SHOWN_RAW.exec(text)?.[1];
    if (name !== undefined && safe.has(name)) return [];
    return [`Line ${String(line)}: raw is only for what was captured in the template itself; {{ ${text} }} is not.`];
  });
}

/** Names that only ever hold what was captured, perhaps stripped. Every other way to give a name a value takes it out. */
function capturedNames(tokens: ReturnType<typeof liquidTokens>): Set<string> {
  const captured = new Set<string>();
  const copies: { name: string; from: string | undefined }[] = [];
  const others = new Set(['locale', 'preheader']);
  for (const { kind, text } of tokens) {
    if (kind !== 'tag') continue;
    const [, tag = '', rest = ''] = /^(\w+)\s*([\s\S]*)$/.exec(text) ?? [];
    if (tag === 'capture') captured.add(rest.replace(/['"]/g, '').trim());
    else if (tag === 'assign') {
      const [, name = '', value = ''] = /^(\w+)\s*=\s*([\s\S]*)$/.exec(rest) ?? [];
      copies.push({ name, from: COPIED.exec(value.trim())?.[1] });
    } else if (tag === 'for') others.add(/^\w+/.exec(rest)?.[0] ?? '');
    else if (['render', 'include', 'layout'].includes(tag)) {
      for (const [, name = ''] of rest.matchAll(/(\w+)\s*[:=]/g)) others.add(name);
      for (const [, name = ''] of rest.matchAll(/\bas\s+(\w+)/g)) others.add(name);
    }
  }
  // A copy of a copy: at most as many rounds as there are copies.
  for (const _ of copies) {
    for (const { name, from } of copies) {
      if (
        from === undefined ||
        others.has(from) ||
        !(captured.has(from) || copies.some((copy) => copy.name === from))
      ) {
        others.add(name);
      }
    }
  }
  const names = [...captured, ...copies.filter(({ from }) => from !== undefined).map(({ name }) => name)];
  return new Set(names.filter((name) => !others.has(name)));
}
