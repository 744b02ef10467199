import { Tokenizer } from 'liquidjs';

/** A tag or an output of a Liquid text. */
interface LiquidToken {
  kind: 'tag' | 'output';
  /** Without the braces. */
  text: string;
  line: number;
}

/** The tags and outputs of a text in order; none where it is not Liquid: whoever parses it tells what is wrong. */
export function liquidTokens(source: string): LiquidToken[] {
  let line = 1;
  let counted = 0;
  return topLevelTokens(source).flatMap((token): LiquidToken[] => {
    const inner = /^\{([{%])-?([\s\S]*?)-?[}%]\}$/.exec(token.getText());
    if (!inner) return [];
    line += source.slice(counted, token.begin).split('\n').length - 1;
    counted = token.begin;
    return [{ kind: inner[1] === '{' ? 'output' : 'tag', text: (inner[2] ?? '').trim(), line }];
  });
}

function topLevelTokens(source: string): ReturnType<Tokenizer['readTopLevelTokens']> {
  try {
    return new Tokenizer(source).readTopLevelTokens();
  } catch {
    return [];
  }
}
