import type { ZodApp } from '../context.js';

/** The document as `docs/openapi.json` has it. */
export async function openApiText(app: ZodApp): Promise<string> {
  await app.ready();
  return `${JSON.stringify(app.swagger(), null, 2)}\n`;
}
