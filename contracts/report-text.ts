const LONGEST = 500;

/** Text of others as it may be stored and shown: one line, at most 500 characters; null = there is none. */
export function reportText(value: unknown): string | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null;
  // eslint-disable-next-line no-control-regex -- control characters are what is being taken out
  const line = String(value)
    .replace(/[\u0000-\u001f\u007f\s]+/g, ' ')
    .trim()
    .slice(0, LONGEST)
    .toWellFormed();
  return line === '' ? null : line;
}
