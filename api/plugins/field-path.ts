/** `['invoice', 'overdue', 'periods', 0]` → `invoice.overdue.periods[0]`; null = the request as a whole. */
export function fieldPath(parts: readonly PropertyKey[]): string | null {
  const text = parts.reduce<string>(
    (path, part) =>
      typeof part === 'number' ? `${path}[${String(part)}]` : `${path}${path ? '.' : ''}${String(part)}`,
    '',
  );
  return text === '' ? null : text;
}
