import { load, type Cheerio, type CheerioAPI } from 'cheerio';
import type { AnyNode, Element } from 'domhandler';

/** A piece of text with the colours it is shown in. */
export interface ShownText {
  text: string;
  color: string;
  background: string;
  ratio: number;
}

/**
 * Every visible text of a mail with its contrast (WCAG 2: 1 to 21), as a mail program shows it in the light or in the
 * dark. Knows what our mails use: colours in hexadecimal, inline or in a `prefers-color-scheme: dark` block, whose rules
 * count only with `!important`, since nothing else beats what is inline.
 */
export function shownTexts(html: string, scheme: 'light' | 'dark'): ShownText[] {
  const page = load(html);
  const overrides = scheme === 'dark' ? darkRules(page) : new Map<Element, Colors>();
  const colorsOf = (element: Element): Colors => {
    return { ...colors(page(element).attr('style') ?? '', false), ...overrides.get(element) };
  };
  return leaves(page)
    .map(({ text, ancestors }) => {
      const found = ancestors.map(colorsOf);
      const color = found.find((one) => one.color !== undefined)?.color ?? '#000000';
      const background = found.find((one) => one.background !== undefined)?.background ?? '#ffffff';
      return { text, color, background, ratio: contrast(color, background) };
    })
    .filter(({ text }) => text !== '');
}

interface Colors {
  color?: string;
  background?: string;
}

function colors(declarations: string, importantOnly: boolean): Colors {
  const found: Colors = {};
  for (const [, name, value, important] of declarations.matchAll(
    /(?:^|;)\s*(color|background|background-color)\s*:\s*(#[0-9a-f]{6})\s*(!important)?/gi,
  )) {
    if (importantOnly && important === undefined) continue;
    found[name === 'color' ? 'color' : 'background'] = value;
  }
  return found;
}

function darkRules(page: CheerioAPI): Map<Element, Colors> {
  const rules = new Map<Element, Colors>();
  const css = page('style').text();
  const dark = /@media \(prefers-color-scheme: dark\)\s*\{((?:[^{}]*\{[^{}]*\})*)\s*\}/.exec(css)?.[1] ?? '';
  for (const [, selector = '', declarations = ''] of dark.matchAll(/([^{}]+)\{([^{}]*)\}/g)) {
    const found: Cheerio<Element> = page(selector.trim()) as unknown as Cheerio<Element>;
    if (found.length === 0 && !selector.includes('.button')) throw new Error(`The dark rule ${selector} finds nothing`);
    for (const element of found.toArray()) {
      rules.set(element, { ...rules.get(element), ...colors(declarations, true) });
    }
  }
  return rules;
}

/** Text nodes that are shown, each with its elements from the inside out. */
function leaves(page: CheerioAPI): { text: string; ancestors: Element[] }[] {
  const found: { text: string; ancestors: Element[] }[] = [];
  const walk = (nodes: readonly AnyNode[], ancestors: Element[]): void => {
    for (const node of nodes) {
      if (node.type === 'text') found.push({ text: node.data.trim(), ancestors });
      else if (node.type === 'tag' && !/display:\s*none/.test(node.attribs.style ?? '')) {
        walk(node.children, [node, ...ancestors]);
      }
    }
  };
  walk(page('body').toArray(), []);
  return found;
}

/** WCAG 2.2, “contrast ratio” and “relative luminance”. */
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
