import type { Client } from '@temporalio/client';
import type { Logger } from '../contracts/logger.js';
import { isAway } from './answers.js';
import type { EngineClient } from './client.js';

/** So many checks without an answer, and it is the engine that is away, not one thing that takes long. */
const MOST_UNANSWERED = 3;

/** One that cannot be checked does not keep the others from it. Throws when the engine is away. */
export async function checkEach<Subject>(
  engine: EngineClient,
  log: Logger,
  subjects: readonly Subject[],
  check: (client: Client, subject: Subject) => Promise<void>,
): Promise<void> {
  let unanswered = 0;
  for (const subject of subjects) {
    try {
      await engine.call((client) => check(client, subject));
    } catch (error) {
      log.warn({ subject, error: String(error) }, 'not checked');
      if (isAway(error) && (unanswered += 1) >= MOST_UNANSWERED) throw error;
    }
  }
}
