import { Tokenizer } from 'liquidjs';
import { isCurrency } from '../contracts/currencies.js';
import { liquidTokens } from './liquid-tokens.js';
import { isKnownVariable, MAIL_VARIABLES } from './mail-variables.js';

const NUMBERS = ['money', 'number'];

/** Filters on what they cannot format, and literal currencies that are none. Sentences that begin with the line. */
export function filterProblems(source: string): string[] {
  return liquidTokens(source).flatMap(({ kind, text, line }) => {
    const value = kind === 'output' ? text : /^assign\s+\w+\s*=([\s\S]*)$/.exec(text)?.[1];
    if (value === undefined) return [];
    const { initial, filters } = new Tokenizer(value).readFilteredValue();
    const problems: string[] = [];
    const name = initial.postfix[0]?.getText() ?? '';
    const first = filters[0]?.name ?? '';
    if (NUMBERS.includes(first) && isKnownVariable(name) && MAIL_VARIABLES[name].type === 'text') {
      const raw = [`${name}_quantity`, `${name}_credits`].find(isKnownVariable);
      const instead = raw === undefined ? '' : `, or format ${raw}`;
      problems.push(`${name} is text, formatted already: show it without ${first}${instead}.`);
    }
    for (const { name: filter, args } of filters) {
      const literal = /^(['"])(.*)\1$/.exec(
        filter === 'money' && args[0] && 'getText' in args[0] ? args[0].getText() : '',
      );
      if (!literal || isCurrency(literal[2]?.toUpperCase() ?? '')) continue;
      problems.push(`${literal[2] ?? ''} is no currency of ISO 4217, such as EUR.`);
    }
    return problems.map((problem) => `Line ${String(line)}: ${problem}`);
  });
}
