import { compiled } from '../compiled.js';
import { reminderAddress } from '../contestant.js';
import { benchMail } from './bench-mail.js';
import type { QueuePlace } from './queue.js';

/**
 * What a hand-written handler does: takes the reminder's row, so that two never send it, then composes, sends and records. One
 * statement each, and none of it waits for another reminder.
 */
export async function createReminderSender({ databaseUrl, smtpUrl }: Pick<QueuePlace, 'databaseUrl' | 'smtpUrl'>) {
  const { Database, createComposer, createSmtpSender } = await compiled();
  const db = new Database(databaseUrl, { applicationName: 'bench handler' });
  const { compose } = createComposer({ mailDomain: 'bench.example' });
  const sender = createSmtpSender({ url: smtpUrl });
  return {
    async send(reminder: number): Promise<void> {
      const claimed = await db.row<{ now: number }>(
        `INSERT INTO reminders (id, status, claimed_at) VALUES ($1, 'CLAIMED', clock_timestamp())
         ON CONFLICT (id) DO NOTHING RETURNING epoch_ms(claimed_at) AS now`,
        [reminder],
      );
      if (!claimed) return;
      const mail = await compose(benchMail(`dlv_${String(reminder)}`, reminderAddress(reminder), claimed.now));
      const outcome = await sender.send(mail, () => Promise.resolve(true));
      await db.rows('UPDATE reminders SET status = $2, sent_at = clock_timestamp(), reply = $3 WHERE id = $1', [
        reminder,
        outcome.kind,
        'reply' in outcome ? JSON.stringify(outcome.reply) : null,
      ]);
    },
    async close(): Promise<void> {
      await sender.close();
      await db.close();
    },
  };
}

/** The table of `createReminderSender`. */
export const REMINDERS = `
  CREATE FUNCTION epoch_ms(at timestamptz) RETURNS bigint LANGUAGE sql IMMUTABLE
    RETURN (extract(epoch FROM at) * 1000)::bigint;
  CREATE TABLE reminders (id integer PRIMARY KEY, status text NOT NULL, claimed_at timestamptz(3), sent_at timestamptz(3), reply jsonb)`;
