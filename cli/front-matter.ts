import { parse, stringify } from 'yaml';

const KEYS = ['subject', 'preheader', 'required', 'default'];
const FRONT = /^---\r?\n([\s\S]*?)\r?\n---\r?\n?/;

interface FrontMatter {
  settings: Record<string, unknown>;
  /** What comes after. */
  rest: string;
  /** Sentences; a key that nobody knows would be a setting that nobody heeds. */
  problems: string[];
}

/** Settings in YAML between two lines of three hyphens on top of a file. */
export function readFrontMatter(content: string): FrontMatter {
  const front = FRONT.exec(content);
  if (!front) return { settings: {}, rest: content, problems: [] };
  const rest = content.slice(front[0].length);
  try {
    const read: unknown = parse(front[1] ?? '') ?? {};
    if (typeof read !== 'object' || read === null || Array.isArray(read))
      throw new Error('they are no list of key: value');
    const unknown = Object.keys(read).filter((key) => !KEYS.includes(key));
    const problems = unknown.map((key) => `there is no setting ${key}; there are ${KEYS.join(', ')}.`);
    return { settings: read as Record<string, unknown>, rest, problems };
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    return { settings: {}, rest, problems: [`the settings on top cannot be read: ${words.trim()}`] };
  }
}

/** Settings as `readFrontMatter` reads them; nothing when there are none. */
export function writeFrontMatter(settings: object): string {
  return Object.keys(settings).length === 0 ? '' : `---\n${stringify(settings, { lineWidth: 0 })}---\n`;
}
