import { liquidTokens } from './liquid-tokens.js';
import type { TemplatePartial } from './template.js';

/** A name of a partial, as `render`, `include` and `layout` take it. */
const NAMED = /^(render|include|layout)\b\s*(?:(['"])([^'"]*)\2)?/;

type Partials = Readonly<Record<string, TemplatePartial>>;

/** The partials that a text reaches, also through one another; and what it cannot reach. Sentences that begin with the line. */
export function reachedPartials(
  source: string,
  part: 'html' | 'text',
  available: Partials,
): { partials: Record<string, TemplatePartial>; problems: string[] } {
  const partials: Record<string, TemplatePartial> = {};
  const problems: string[] = [];
  const seen = new Set<string>();
  visit(source, []);
  return { partials, problems };

  function visit(text: string, path: readonly string[]): void {
    for (const { name, line } of namedIn(text)) {
      const where = `Line ${String(line)}${path.length > 0 ? ` of ${path.at(-1) ?? ''}` : ''}`;
      const partial = name !== null && Object.hasOwn(available, name) ? available[name] : undefined;
      const content = partial?.[part] ?? null;
      if (name === null) problems.push(`${where}: a partial is named in quotes, such as {% render "_footer" %}.`);
      else if (!partial) problems.push(`${where}: there is no partial ${name}.`);
      else if (content === null) problems.push(`${where}: the partial ${name} has no ${part}.`);
      else if (path.includes(name)) problems.push(`${where}: ${[...path, name].join(' → ')} goes round in a circle.`);
      else {
        partials[name] = partial;
        // Once is enough; a few partials that render each other many times would be looked at millions of times.
        if (!seen.has(name)) visit(content, [...path, name]);
        seen.add(name);
      }
    }
  }
}

function namedIn(source: string): { name: string | null; line: number }[] {
  return liquidTokens(source).flatMap(({ kind, text, line }) => {
    const named = kind === 'tag' ? NAMED.exec(text) : null;
    return named ? [{ name: named[3] ?? null, line }] : [];
  });
}
