import { advanceClock } from './activities.js';

/** Moves one test clock to its target. Where it stands is in Postgres, so a repeated activity goes on where the last one ended. */
export async function clockAdvance({ clockId }: { clockId: string }): Promise<void> {
  await advanceClock({ clockId });
}
