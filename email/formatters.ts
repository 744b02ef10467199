const MAX_KEPT = 500;

/**
 * Intl's formatters by locale and options, remembered: making one costs more than the rest of a mail. Locales come from
 * customers' records, so the memory is emptied rather than allowed to grow.
 */
export const formatters = {
  /** How many decimals a currency has. */
  decimals: remembered(
    (locale, currency: string) =>
      new Intl.NumberFormat(locale, { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2,
  ),
  number: remembered((locale, options: Intl.NumberFormatOptions) => new Intl.NumberFormat(locale, options)),
  date: remembered((locale, options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, options)),
  plural: remembered((locale, options: Intl.PluralRulesOptions) => new Intl.PluralRules(locale, options)),
};

function remembered<Options, Format>(make: (locale: string, options: Options) => Format) {
  const kept = new Map<string, Format>();
  return (locale: string, options: Options): Format => {
    const key = `${locale} ${typeof options === 'string' ? options : JSON.stringify(options)}`;
    const known = kept.get(key);
    if (known !== undefined) return known;
    if (kept.size >= MAX_KEPT) kept.clear();
    const format = make(locale, options);
    kept.set(key, format);
    return format;
  };
}
