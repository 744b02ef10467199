import mjml2html from 'mjml';
import { crowdProblem, liquidSpans } from './liquid-spans.js';
import { mjmlBalance } from './mjml-balance.js';

/**
 * MJML compiled once, when a template is saved (S-E2), in the language of its locale unless `<mjml lang="…">` names another.
 * Sentences that begin with the line where there is one.
 */
export async function compileMjml(source: string, locale: string): Promise<{ html: string } | { problems: string[] }> {
  if (/<mj-include\b/i.test(source)) {
    const line = source.slice(0, source.search(/<mj-include\b/i)).split('\n').length;
    return {
      problems: [`Line ${String(line)}: mj-include reads files; put what is shared into a partial and render it.`],
    };
  }
  const crowded = crowdProblem(source);
  if (crowded !== null) return { problems: [crowded] };
  const unbalanced = mjmlBalance(source);
  if (unbalanced !== null) return { problems: [unbalanced] };
  try {
    const options = { fonts: {}, ignoreIncludes: true, validationLevel: 'soft', keepComments: false } as const;
    const { html, errors } = await mjml2html(source, options);
    const problems = [...errors.map(({ line, message }) => `Line ${String(line)}: ${message}.`), ...lost(source, html)];
    // A third of it is indentation, and every mail would carry it.
    return problems.length > 0 ? { problems } : { html: inLanguage(html, locale).replace(/\n\s+/g, '\n') };
  } catch (error) {
    return { problems: [error instanceof Error ? error.message : String(error)] };
  }
}

/** MJML writes `und` where nobody named a language: on the page, and on the mail in it. Screen readers pronounce by it. */
function inLanguage(html: string, locale: string): string {
  return html.replace(/(<html |<div\s[^>]*role="article" )lang="und"/g, `$1lang="${locale}"`);
}

/** Text between components is dropped by MJML without a word: a condition there would be gone, and what it hid would be seen. */
function lost(source: string, html: string): string[] {
  const kept = new Map<string, number>();
  for (const [from, to] of liquidSpans(html)) {
    const tag = html.slice(from, to);
    kept.set(tag, (kept.get(tag) ?? 0) + 1);
  }
  const seen = new Map<string, number>();
  return liquidSpans(source).flatMap(([index, to]) => {
    const tag = source.slice(index, to);
    const count = (seen.get(tag) ?? 0) + 1;
    seen.set(tag, count);
    if (count <= (kept.get(tag) ?? 0)) return [];
    const line = source.slice(0, index).split('\n').length;
    return [`Line ${String(line)}: MJML drops ${tag} there; between components it has to stand inside <mj-raw>.`];
  });
}
