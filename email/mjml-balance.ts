import { Tokenizer } from 'htmlparser2';

interface OpenTag {
  name: string;
  /** Its index in the source. */
  at: number;
}

/**
 * The first MJML tag that is not closed, or closes nothing, as a sentence that begins with the line; null when each has its other.
 * MJML itself closes them in silence, wherever that may be, and drops what stood in them. Only the first: what follows is often its
 * consequence. HTML inside of texts may leave its tags open, as HTML may.
 */
export function mjmlBalance(source: string): string | null {
  const open: OpenTag[] = [];
  let problem: string | null = null;
  const lineAt = (index: number): number => source.slice(0, index).split('\n').length;
  const isMjml = (name: string): boolean => /^mj(ml$|-)/i.test(name);
  let last = '';
  const ignore = (): void => undefined;
  const tokens = new Tokenizer(
    { xmlMode: false, decodeEntities: false },
    {
      onopentagname(start, end) {
        last = source.slice(start, end);
        // MJML looks for the end of a text in small letters only.
        if (isMjml(last)) open.push({ name: last.toLowerCase(), at: start });
      },
      onselfclosingtag() {
        if (isMjml(last)) open.pop();
      },
      onclosetag(start, end) {
        const name = source.slice(start, end);
        if (isMjml(name)) close(name, start);
      },
      onattribdata: ignore,
      onattribentity: ignore,
      onattribend: ignore,
      onattribname: ignore,
      oncdata: ignore,
      oncomment: ignore,
      ondeclaration: ignore,
      onend: ignore,
      onopentagend: ignore,
      onprocessinginstruction: ignore,
      ontext: ignore,
      ontextentity: ignore,
    },
  );
  tokens.write(source);
  tokens.end();
  const [left] = open.slice(-1);
  return problem ?? (left ? `Line ${String(lineAt(left.at))}: <${left.name}> is not closed.` : null);

  function close(name: string, at: number): void {
    const opened = open.pop();
    if (opened?.name === name) return;
    problem ??=
      opened === undefined
        ? `Line ${String(lineAt(at))}: </${name}> closes nothing.`
        : `Line ${String(lineAt(at))}: </${name}> stands where the <${opened.name}> of line ${String(lineAt(opened.at))} has to be closed first.`;
  }
}
