import { load, type CheerioAPI } from 'cheerio';

type Tag = ReturnType<ReturnType<CheerioAPI['root']>['parents']>[number];

interface Colors {
  color?: string;
  background?: string;
}

/** A piece of text with the colours it is shown in; `ratio` is the contrast of WCAG 2, 1 to 21. */
interface ShownText extends Required<Colors> {
  text: string;
  ratio: number;
}

/**
 * Every visible text of a mail with its contrast, as a mail program shows it in the light or in the dark. Knows what our
 * mails use: colours in hexadecimal, inline or in a `prefers-color-scheme: dark` block, whose rules count only with
 * `!important`, since nothing else beats what is inline.
 */
export function shownTexts(html: string, scheme: 'light' | 'dark'): ShownText[] {
  const page = load(html);
  const overrides = scheme === 'dark' ? darkRules(page) : new Map<Tag, Colors>();
  const styleOf = (tag: Tag): string => page(tag).attr('style') ?? '';
  return page('body, body *')
    .contents()
    .toArray()
    .filter((node) => node.nodeType === 3 && page(node).text().trim() !== '')
    .map((node) => ({ text: page(node).text().trim(), tags: page(node).parents().toArray() }))
    .filter(({ tags }) => !tags.some((tag) => /display:\s*none/.test(styleOf(tag))))
    .map(({ text, tags }) => {
      const found = tags.map((tag): Colors => ({ ...colors(styleOf(tag), false), ...overrides.get(tag) }));
      const color = found.find((one) => one.color !== undefined)?.color ?? '#000000';
      const background = found.find((one) => one.background !== undefined)?.background ?? '#ffffff';
      return { text, color, background, ratio: contrast(color, background) };
    });
}

function colors(declarations: string, importantOnly: boolean): Colors {
  const found: Colors = {};
  const declaration = /(?:^|;)\s*(color|background|background-color)\s*:\s*(#[0-9a-f]{6})\s*(!important)?/gi;
  for (const [, name, value, important] of declarations.matchAll(declaration)) {
    if (importantOnly && important === undefined) continue;
    found[name === 'color' ? 'color' : 'background'] = value;
  }
  return found;
}

function darkRules(page: CheerioAPI): Map<Tag, Colors> {
  const rules = new Map<Tag, Colors>();
  const css = page('style').text();
  const dark = /@media \(prefers-color-scheme: dark\)\s*\{((?:[^{}]*\{[^{}]*\})*)\s*\}/.exec(css)?.[1] ?? '';
  for (const [, selector = '', declarations = ''] of dark.matchAll(/([^{}]+)\{([^{}]*)\}/g)) {
    for (const tag of page.root().find(selector.trim()).toArray()) {
      rules.set(tag, { ...rules.get(tag), ...colors(declarations, true) });
    }
  }
  return rules;
}

/** WCAG 2.2, “contrast ratio” and “relative luminance”, of two colours such as `#1f5fd0`. */
export function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((at) => parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((share) => (share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
