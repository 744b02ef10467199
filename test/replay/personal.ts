/** An e-mail address, the made-up customer, `pid@host` of a worker. */
const PERSONAL = /[\w.+-]+@[\w-]+\.[a-z]+|acme|"\d+@[^"]*/gi;

/** What nobody should find in a history: looks through its JSON and everything encoded in it. */
export function personalIn(json: string): string[] {
  const payloads = [...json.matchAll(/"data": ?"([^"]*)"/g)].map(([, data = '']) =>
    Buffer.from(data, 'base64').toString(),
  );
  return [json, ...payloads].flatMap((text) => text.match(PERSONAL) ?? []);
}
