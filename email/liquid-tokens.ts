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
  return topLevelTokens(source).flatMap((token): LiquidToken[] => {
    const inner = /^\{([{%])-?([\s\S]*?)-?[}%]\}$/.exec(token.getText());
    if (!inner) return [];
    const line = source.slice(0, token.begin).split('\n').length;
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
