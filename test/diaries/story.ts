import type { Database } from '../../store/database.js';
import { deliveryOf } from '../support/faults/each-once.js';
import type { Harness } from '../support/harness.js';

/**
 * Makes the database of a test write down, at its own instant on the run's clock, everything that comes of a run: so a story needs
 * no looking in between, and nothing that came and went is missed. Mails are only noted here; the mailbox has the last word.
 */
export async function keepDiaries(db: Database): Promise<void> {
  await db.rowsOnce(`
    CREATE TABLE diary (
      seq bigint GENERATED ALWAYS AS IDENTITY, platform_id text NOT NULL, at timestamptz(3), run_id text, line text NOT NULL, delivery_id text)`);
  await db.rowsOnce(`
    CREATE FUNCTION note(run text, what text, delivery text) RETURNS void LANGUAGE sql AS $$
      INSERT INTO diary (platform_id, at, run_id, line, delivery_id)
      SELECT r.platform_id, coalesce(k.now_at, clock_timestamp()), r.id, what, delivery
      FROM runs r LEFT JOIN test_clocks k ON k.id = r.test_clock_id WHERE r.id = run $$`);
  await db.rowsOnce(`
    CREATE FUNCTION note_run() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
      why text := coalesce(' ' || coalesce(NEW.stop_reason, NEW.reason), '');
      was text := CASE WHEN TG_OP = 'UPDATE' THEN OLD.status END;
      was_why text := CASE WHEN TG_OP = 'UPDATE' THEN coalesce(' ' || coalesce(OLD.stop_reason, OLD.reason), '') END;
    BEGIN
      IF was IN ('COMPLETED', 'STOPPED') AND NEW.status NOT IN ('COMPLETED', 'STOPPED') THEN PERFORM note(NEW.id, 'reopened', NULL); END IF;
      IF NEW.status IN ('COMPLETED', 'STOPPED', 'FAILED', 'PAUSED') AND was IS DISTINCT FROM NEW.status THEN
        PERFORM note(NEW.id, lower(NEW.status) || why, NULL);
      -- Who looks again while another run sends is a race: no story depends on it.
      ELSIF NEW.status IN ('ACCEPTED', 'WAITING') AND why NOT IN ('', ' sibling_sending') AND why IS DISTINCT FROM was_why THEN
        PERFORM note(NEW.id, 'waits' || why, NULL);
      END IF;
      RETURN NULL;
    END $$`);
  await db.rowsOnce(`
    CREATE FUNCTION note_step() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP = 'UPDATE' AND (OLD.status, OLD.reason) IS NOT DISTINCT FROM (NEW.status, NEW.reason) THEN RETURN NULL; END IF;
      IF NEW.status <> 'PLANNED' AND NEW.reason IS NOT NULL THEN
        PERFORM note(NEW.run_id, lower(NEW.status) || ' ' || NEW.id || ' ' || NEW.reason, NULL);
      END IF;
      RETURN NULL;
    END $$`);
  await db.rowsOnce(`
    CREATE FUNCTION note_mail() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF NEW.status = 'SENT' AND OLD.status <> 'SENT' THEN PERFORM note(NEW.run_id, 'mail ' || NEW.step_id, NEW.id); END IF;
      RETURN NULL;
    END $$`);
  for (const [table, teller] of [
    ['runs', 'note_run'],
    ['run_steps', 'note_step'],
    ['deliveries', 'note_mail'],
  ] as const) {
    await db.rowsOnce(
      `CREATE TRIGGER ${teller} AFTER INSERT OR UPDATE ON ${table} FOR EACH ROW EXECUTE FUNCTION ${teller}()`,
    );
  }
}

/** Writes down what a story does itself: what comes of it follows in the list. */
export async function noteEvent(db: Database, platformId: string, at: string, what: string): Promise<void> {
  await db.rows('INSERT INTO diary (platform_id, at, line) VALUES ($1, $2, $3)', [platformId, at, `* ${what}`]);
}

interface Note {
  at: number;
  run_id: string | null;
  run: string;
  line: string;
  delivery_id: string | null;
}

/**
 * The whole story of a platform, in order: `2026-01-17T00:00 mail 7-DAY`, `2026-01-20T09:00 * paid`, `2026-01-20T09:00 skipped
 * 15-DAY paid`. What happens to several runs at one instant is in order of their resources. Runs are named when there are several.
 */
export async function readStory(h: Harness): Promise<string[]> {
  const notes = await h.db.rows<Note>(
    `WITH told AS (
       SELECT d.*, count(*) FILTER (WHERE d.run_id IS NULL) OVER (ORDER BY seq) AS chapter FROM diary d WHERE platform_id = $1)
     SELECT t.at, t.run_id, t.line, t.delivery_id, concat_ws(' ', r.resource_id,
         CASE WHEN (SELECT count(*) FROM workflows WHERE platform_id = $1) > 1 THEN w.reference END,
         CASE WHEN r.type = 'MANUAL' THEN 'by hand' END) AS run
     FROM told t LEFT JOIN runs r ON r.id = t.run_id LEFT JOIN workflows w ON w.id = r.workflow_id
     ORDER BY t.chapter, t.run_id IS NOT NULL, t.at, r.resource_id COLLATE "C", w.reference COLLATE "C", r.number, t.seq`,
    [h.platformId],
  );
  const arrived = new Map<string, string>();
  const extra: string[] = [];
  for (const mail of await h.mails()) {
    const delivery = deliveryOf(mail);
    if (arrived.has(delivery)) extra.push(`mail of ${delivery} once more: ${mail.Subject}`);
    arrived.set(delivery, mail.ID);
  }
  const several = new Set(notes.map((note) => note.run_id).filter((id) => id !== null)).size > 1;
  const lines = notes.map(async ({ at, line, delivery_id, run, run_id }) => {
    const mailId = delivery_id === null ? null : arrived.get(delivery_id);
    const sentAt = mailId ? await dateOf(h, mailId) : at;
    const name = several && run_id !== null ? ` ${run}` : '';
    return `${minute(sentAt)} ${line}${name}${mailId === undefined ? ', not in the mailbox' : ''}`;
  });
  const told = new Set(notes.map(({ delivery_id }) => delivery_id));
  for (const delivery of arrived.keys()) if (!told.has(delivery)) extra.push(`mail of ${delivery}, not recorded`);
  return [...(await Promise.all(lines)), ...extra];
}

/** The Date header of a mail, epoch ms. */
export async function dateOf({ mailboxUrl }: Harness, mailId: string): Promise<number> {
  const message = (await (await fetch(`${mailboxUrl}/api/v1/message/${mailId}`)).json()) as { Date: string };
  return Date.parse(message.Date);
}

export function minute(at: number): string {
  return new Date(at).toISOString().slice(0, 16);
}
