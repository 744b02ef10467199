const CLOSING = { '{{': '}}', '{%': '%}' } as const;

/**
 * Where tags and outputs stand in a text, also in one that is no Liquid: [from, to) each, in order. In one pass, whatever the text
 * is: the same as a regular expression would start anew at every brace.
 */
export function liquidSpans(text: string): [from: number, to: number][] {
  const spans: [number, number][] = [];
  const unclosed = new Set<string>();
  let from = text.indexOf('{');
  while (from >= 0) {
    const opening = text.slice(from, from + 2);
    const closing = opening === '{{' || opening === '{%' ? CLOSING[opening] : null;
    const end = closing === null || unclosed.has(closing) ? -1 : text.indexOf(closing, from + 2);
    if (end >= 0) spans.push([from, end + 2]);
    else if (closing !== null) unclosed.add(closing);
    from = text.indexOf('{', end >= 0 ? end + 2 : from + 1);
  }
  return spans;
}

/** Far above any honest mail. What is done for each of them takes as long as the text is. */
const MOST = 1_000;

/** What is wrong with a text of more tags and outputs than anybody writes; null = nothing. */
export function crowdProblem(text: string): string | null {
  const count = liquidSpans(text).length;
  return count <= MOST
    ? null
    : `There are ${String(count)} Liquid tags and outputs, and at most ${String(MOST)} may be.`;
}
