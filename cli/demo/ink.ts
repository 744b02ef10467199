const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, blue: 34, cyan: 36 } as const;
type Colour = keyof typeof CODES;

/** Colours for people at a terminal; plain text everywhere else, and where NO_COLOR asks for it (no-color.org). */
export function ink(colour: Colour, text: string): string {
  if (!process.stdout.isTTY || process.env.NO_COLOR) return text;
  return `\u001b[${String(CODES[colour])}m${text}\u001b[0m`;
}
