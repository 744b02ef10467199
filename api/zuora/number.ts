/** An integer id of a path (S-Z1); null = nothing can have it. */
export function readNumber(text: string): number | null {
  return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : null;
}
