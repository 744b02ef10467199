const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g;

/**
 * The first key that one object of a JSON text has twice, or null. `JSON.parse` takes the last of them in silence; whoever wrote
 * the text meant something else. The text must be JSON already.
 */
export function duplicateKey(text: string): string | null {
  /** Keys of each object that is open; null = an array. */
  const open: (Set<string> | null)[] = [];
  let previous = '';
  for (const [token] of text.matchAll(TOKEN)) {
    if (token === '{') open.push(new Set());
    else if (token === '[') open.push(null);
    else if (token === '}' || token === ']') open.pop();
    else if (token === ':') {
      const keys = open.at(-1);
      const key = JSON.parse(previous) as string;
      if (keys?.has(key)) return key;
      keys?.add(key);
    }
    previous = token;
  }
  return null;
}
