/** The same object without the fields that are null: null and absent are the same in a create (S-W3). */
export function withoutNulls(value: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner != null)
      .map(([key, inner]: [string, unknown]) => [key, isRecord(inner) ? withoutNulls(inner) : inner]),
  );
}

function isRecord(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
