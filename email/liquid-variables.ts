import { analyzeSync, type Variable } from 'liquidjs';
import { filterProblems } from './filter-problems.js';
import { createLiquid } from './liquid-engine.js';
import { isVariable, nearNames, nearestVariable, type VariableName } from './mail-variables.js';
import type { Template } from './template.js';

/** What a Liquid text names, and what is wrong with it (S-E2). Sentences that begin with the line. */
interface LiquidReport {
  variables: VariableName[];
  problems: string[];
}

/**
 * Reads a Liquid text as `part` would be rendered, partials and all: its syntax, its filters, and the names of its variables.
 * Local names (`assign`, `capture`, `for`) are its own.
 */
export function liquidReport(text: string, part: 'html' | 'text', partials: Template['partials'] = {}): LiquidReport {
  try {
    const liquid = createLiquid(part, partials);
    const { globals } = analyzeSync(liquid.parse(text), {});
    const named = Object.values(globals)
      .flat()
      .map((variable) => ({ variable, name: nameOf(variable) }));
    const unknown = named.filter(({ name }) => !isVariable(name));
    return {
      variables: [...new Set(named.map(({ name }) => name).filter(isVariable))].sort(),
      problems: [
        ...new Set([...unknown.map(({ variable, name }) => problemOf(variable, name)), ...filterProblems(text)]),
      ],
    };
  } catch (error) {
    return { variables: [], problems: [syntaxProblem(error)] };
  }
}

/** Every variable that a checked template names, in all its parts. */
export function templateVariables({ subject, preheader, html, text, partials }: Template): VariableName[] {
  const bodies = [subject, preheader, text ?? ''].map((part) => liquidReport(part, 'text', partials));
  return [...new Set([...bodies, liquidReport(html, 'html', partials)].flatMap(({ variables }) => variables))].sort();
}

/** liquidjs's first line says it all and ends with the place: `tag "x" not found, line:3, col:1`. */
export function syntaxProblem(error: unknown): string {
  const [words = ''] = error instanceof Error ? error.message.split('\n') : [];
  const place = /^(?:ENOENT: )?(.*), (?:file:(\S+), )?line:(\d+), col:\d+$/.exec(words);
  if (!place) return words === '' ? 'This is not Liquid.' : `${words}.`;
  const [, what = '', file, line = ''] = place;
  const filter = /^undefined filter: (\S+)$/.exec(what)?.[1];
  const near = filter === undefined ? [] : nearNames(filter, Object.keys(createLiquid('text').filters), 1);
  return `Line ${line}${file ? ` of ${file}` : ''}: ${what}${near.length > 0 ? `; did you mean ${near.join(' or ')}?` : '.'}`;
}

/** `invoice.number`; a part that is only known when it is rendered stands as `*`. What lies inside of a parameter is not named. */
function nameOf({ segments }: Variable): string {
  const named = segments[0] === 'parameters' ? segments.slice(0, 2) : segments;
  return named.map((segment) => (typeof segment === 'object' ? '*' : String(segment))).join('.');
}

function problemOf({ location: { row, file } }: Variable, name: string): string {
  const line = `Line ${String(row)}${file === undefined ? '' : ` of ${file}`}`;
  if (name.includes('*') || name === 'parameters') return `${line}: variables are named in full, and ${name} is not.`;
  const near = nearestVariable(name);
  return `${line}: there is no variable ${name}${near === null ? '.' : `; did you mean ${near}?`}`;
}
