import { text as textOf } from 'node:stream/consumers';
import { problemsOf } from '../api/plugins/errors.js';
import { simulationRequest, type SimulationRequest } from '../api/schemas/simulation.js';
import { runSimulation } from '../api/solvimon/simulate.js';
import { Refusal } from '../contracts/refusal.js';
import { readConfig } from './config.js';
import { paint } from './paint.js';
import { createPreview } from './preview.js';
import { templateReader } from '../store/email-templates.js';
import { readTextFile } from './read-text-file.js';
import { refusalText } from './refusal-text.js';
import { choosePlatform, withDatabase } from './with-database.js';

/** `dunwell simulate` reads Postgres, and sends nothing. */
export async function simulateCommand(file: string, options: { platform?: string; json?: true }): Promise<void> {
  const request = parse(file === '-' ? await textOf(process.stdin) : await readTextFile(file));
  const { MAIL_FROM_NAME: name = null, MAIL_FROM: email } = readConfig(process.env);
  await withDatabase(async (db) => {
    const platform = await choosePlatform(db, options.platform);
    const ports = { db, preview: createPreview({ name, email }, templateReader(db)), demand: () => undefined };
    const answer = await runSimulation(ports, platform, request).catch(refusalText);
    console.log(
      options.json ? JSON.stringify(answer, null, 2) : [paint(answer.text), ...renderedOf(answer.mails)].join('\n\n'),
    );
  });
}

/** The mails themselves, where the file asked for them. */
function renderedOf(mails: Awaited<ReturnType<typeof runSimulation>>['mails']): string[] {
  return mails.flatMap(({ step, local, timezone, to, subject, text, problem }) => {
    if (problem !== null) return [`--- ${step}: it cannot be made: ${problem}`];
    if (subject === null) return [];
    return [`--- ${step}, ${local} ${timezone}\nTo: ${to ?? ''}\nSubject: ${subject}\n\n${(text ?? '').trim()}`];
  });
}

function parse(text: string): SimulationRequest {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (error) {
    throw new Error(`The file is not JSON: ${String(error)}`, { cause: error });
  }
  const parsed = simulationRequest.safeParse(body, { reportInput: true });
  return parsed.success ? parsed.data : refusalText(new Refusal(problemsOf(parsed.error)));
}
