/** A step of the chain: the tag a template is looked up by, and the wish it came from, for formatting. */
export interface LocaleStep {
  /** What templates are stored by: `nl-BE`, then `nl`. */
  tag: string;
  /** For Intl: the region decides how dates and amounts look even when the text is the plain language's. */
  format: string;
}

/**
 * S-E3 in its order: each wish exact, then shortened from the right down to its language (RFC 4647 §3.4), then `fallback`, the
 * template's own default. Wishes come from customers' records: `en_US`, `de_DE.UTF-8` and nonsense occur, nonsense is passed over.
 */
export function* localeChain(wishes: readonly string[], fallback: string): Generator<LocaleStep> {
  const seen = new Set<string>();
  for (const wish of [...wishes, fallback]) {
    const format = canonicalLocale(wish);
    if (format === null) continue;
    const parts = format.split('-');
    for (let length = parts.length; length > 0; length -= 1) {
      const tag = parts.slice(0, length).join('-');
      if (!seen.has(tag)) yield { tag, format };
      seen.add(tag);
    }
  }
}

/**
 * The usual spelling, `nl_be` → `nl-BE`; null for what is no locale. Without extensions: a calendar or numbering system asked for
 * there has no place in somebody's invoice.
 */
export function canonicalLocale(wish: string): string | null {
  try {
    return new Intl.Locale(
      wish
        .trim()
        .replace(/[.@].*$/, '')
        .replaceAll('_', '-'),
    ).baseName;
  } catch {
    return null;
  }
}
