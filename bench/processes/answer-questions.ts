type Handlers = Record<string, (input: never) => unknown>;

/** The other end of `startProgram`: answers by name until the parent goes, then `close`s and exits. */
export function answerQuestions(handlers: Handlers, close: () => Promise<void> = () => Promise.resolve()): void {
  process.on('message', ({ id, question, input }: { id: number; question: string; input: unknown }) => {
    const handler = handlers[question];
    const answered = new Promise((resolve) => {
      if (!handler) throw new Error(`There is no answer to ${question}.`);
      resolve(handler(input as never));
    });
    answered.then(
      (answer) => process.send?.({ id, answer }),
      (error: unknown) => {
        console.error(error);
        process.send?.({ id, error: error instanceof Error ? error.message : String(error) });
      },
    );
  });
  process.once('disconnect', () => {
    void close().finally(() => process.exit());
  });
  // Ctrl-C reaches the whole group: the parent says when to end.
  process.on('SIGINT', () => undefined);
}
