import type { Database } from '../store/database.js';
import { createPlatform } from '../store/platforms.js';

export interface FilledRuns {
  platformId: string;
  runs: number;
  seconds: number;
}

export interface FillOptions {
  /** Each has an OVERDUE ladder of three steps and one action; the first have the most runs. Default 20. */
  workflows?: number;
  /** Whose invoices the runs are about: every tenth invoice belongs to a hundredth of them. Default one per 20 runs. */
  customers?: number;
  /** How long ago the oldest run began. Default 730. */
  days?: number;
}

/** Few enough that a busy machine writes them within the statement timeout. */
const AT_ONCE = 5_000;
const LANES = 3;
const TABLES = ['customers', 'invoices', 'workflow_triggers', 'runs', 'run_steps', 'deliveries'] as const;

/**
 * Writes `count` finished EVENT runs of a new LIVE platform, each with its trigger, invoice, three steps and their mails, as years of
 * use leave them: of five runs three have sent all three mails, two were stopped as paid after the first. Straight into the tables,
 * because the way through API and clock would take days; oldest first, as they would have come. Analyses at the end.
 */
export async function fillWithFinishedRuns(
  db: Database,
  count: number,
  { workflows = 20, customers = Math.ceil(count / 20), days = 730 }: FillOptions = {},
): Promise<FilledRuns> {
  const startedAt = performance.now();
  const { id: platformId } = await createPlatform(db, 'Years of runs', 'LIVE');
  const definition = { config: CONFIG, periods: PERIODS, late_policy: 'LATEST' };
  await db.rowsOnce(DEFINITIONS, [platformId, workflows, JSON.stringify(definition)]);
  for (let from = 0; from < customers; from += AT_ONCE) {
    await db.rowsOnce(CUSTOMERS, [platformId, from, Math.min(from + AT_ONCE, customers) - 1]);
  }
  const now = new Date(Date.now());
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let from = next; from < count; from = next) {
      next += AT_ONCE;
      const values = [
        platformId,
        count,
        customers,
        workflows,
        `${String(days)} days`,
        from,
        Math.min(next, count) - 1,
        now,
      ];
      await db.transaction(async (tx) => {
        // Nothing is looked up that was just written: foreign keys would double the time. For superusers.
        await tx.rowsOnce('SET LOCAL session_replication_role = replica');
        for (const insert of INSERTS) await tx.rowsOnce(`WITH ${DRAWN} ${insert}`, values);
      });
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  for (const table of TABLES) await db.rowsOnce(`ANALYZE ${table}`);
  return { platformId, runs: count, seconds: (performance.now() - startedAt) / 1_000 };
}

const PERIODS = [7, 15, 30].map((value) => ({ type: 'DAY', value }));
const CONFIG = { variant: 'OVERDUE', overdue: { periods: PERIODS } };

/** An id like those that are made for what is written: it begins alike for what comes after each other. `n` counts from 0. */
const idOf = (prefix: string, n: string): string =>
  `'${prefix}_' || lpad((${n})::text, 8, '0') || left(md5($1 || '${prefix}' || (${n})::text), 12)`;

/** Evenly spread over [0, 1), and the same each time. */
const drawn = (n: string, seed: string): string => `(hashtextextended((${n})::text, ${seed}) & 1048575) / 1048576.0`;

const DEFINITIONS = `
  WITH made AS (
    INSERT INTO workflows (id, platform_id, reference, name, type, status, variant)
    SELECT ${idOf('wkfl', 'n')}, $1, 'ladder-' || n, 'Ladder ' || n, 'INVOICE', 'ACTIVE', 'OVERDUE'
    FROM generate_series(0, $2::integer - 1) AS n RETURNING id),
  pinned AS (INSERT INTO workflow_versions (workflow_id, version, definition) SELECT id, 1, $3 FROM made)
  INSERT INTO workflow_actions (id, platform_id, workflow_id, type, status)
  SELECT 'wact' || substr(id, 5), $1, id, 'SEND_EMAIL_TO_CUSTOMER', 'ACTIVE' FROM made`;

const CUSTOMERS = `
  INSERT INTO customers (platform_id, id, body)
  SELECT $1, ${idOf('cust', 'n')}, jsonb_build_object('reference', 'C-' || n, 'name', 'Customer ' || n,
    'email', 'billing@c' || n || '.example', 'timezone', 'Europe/Amsterdam', 'locale', 'nl-NL')
  FROM generate_series($2::integer, $3::integer) AS n`;

/** One row per run, with everything that its rows are made of. */
const DRAWN = `drawn AS (
  SELECT n, ${idOf('run', 'n')} AS run_id, ${idOf('wtrg', 'n')} AS trigger_id, ${idOf('inv', 'n')} AS invoice_id,
    ${idOf('wkfl', 'w')} AS workflow_id, 'ladder-' || w AS reference, 'wact' || substr(${idOf('wkfl', 'w')}, 5) AS action_id, ${idOf('cust', 'c')} AS customer_id,
    n % 5 >= 3 AS paid, began_at, began_at + interval '2 days' AS due_at
  FROM (
    SELECT n, $8::timestamptz - $5::interval * (1 - n::float8 / $2::integer) AS began_at,
      floor($4::integer * power(${drawn('n', '1')}, 2))::integer AS w,
      floor(${drawn('n', '2')} * CASE WHEN n % 10 = 0 THEN ceil($3::integer / 100.0) ELSE $3::integer END)::integer AS c
    FROM generate_series($6::integer, $7::integer) AS n) AS numbered)`;

/** The steps of a run, and for those that were sent the instant. */
const STEPS = `drawn CROSS JOIN LATERAL (
    SELECT days, position - 1 AS position, due_at + days * interval '1 day' AS planned_at, NOT paid OR position = 1 AS done
    FROM unnest('{7,15,30}'::integer[]) WITH ORDINALITY AS ladder (days, position)) AS step`;

const INSERTS = [
  `INSERT INTO invoices (platform_id, id, customer_id, body, first_final_at, created_at, updated_at)
   SELECT $1, invoice_id, customer_id, jsonb_build_object('customer_id', customer_id, 'number', 'INV-' || n, 'status', 'FINAL',
     'paid', paid, 'due_date', to_char(due_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T00:00:00Z"'),
     'amount_total', jsonb_build_object('quantity', '100.00', 'currency', 'EUR')), began_at, began_at, began_at FROM drawn`,
  `INSERT INTO workflow_triggers (id, platform_id, type, workflow_id, customer_id, target, created_at)
   SELECT trigger_id, $1, 'EVENT', workflow_id, customer_id,
     jsonb_build_object('invoice', jsonb_build_object('invoice_id', invoice_id, 'event', '{"variant": "OVERDUE"}'::jsonb)), began_at FROM drawn`,
  `INSERT INTO runs (id, platform_id, workflow_id, workflow_version, trigger_id, type, variant, resource_type, resource_id, customer_id,
     occurrence, due_dates, status, stop_reason, anchor_at, zone, plan_revision, engine_workflow_id, engine_started, executions,
     created_at, updated_at)
   SELECT run_id, $1, workflow_id, 1, trigger_id, 'EVENT', 'OVERDUE', 'INVOICE', invoice_id, customer_id, 'OVERDUE', 'INSTANT',
     CASE WHEN paid THEN 'STOPPED' ELSE 'COMPLETED' END, CASE WHEN paid THEN 'paid' END, due_at, 'Europe/Amsterdam', 4,
     $1 || '/' || reference || '/' || invoice_id, true, 1, began_at, due_at + interval '30 days' FROM drawn`,
  `INSERT INTO run_steps (run_id, id, position, raw_at, planned_at, shifts, status, reason, sent_at)
   SELECT run_id, days || '-DAY', position, planned_at, planned_at, '[]',
     CASE WHEN done THEN 'DONE' ELSE 'SKIPPED' END, CASE WHEN done THEN NULL ELSE 'paid' END, CASE WHEN done THEN planned_at END
   FROM ${STEPS}`,
  `INSERT INTO deliveries (id, platform_id, run_id, step_id, action_id, status, fence, recipients, subject, server_reply, attempts,
     claimed_at, transmitting_at, sent_at, created_at, facts, template, message_id, message_hash, ended_at)
   SELECT ${idOf('dlv', 'n * 3 + position')}, $1, run_id, days || '-DAY', action_id, 'SENT', 1,
     jsonb_build_object('to', 'billing@' || customer_id || '.example', 'cc', '[]'::jsonb, 'bcc', '[]'::jsonb, 'refused', '[]'::jsonb,
       'suppressed', '[]'::jsonb, 'insteadOf', NULL), 'Invoice INV-' || n || ' is overdue',
     '{"stage": "FINAL_DOT", "code": 250, "enhanced": "2.0.0", "text": "250 2.0.0 Ok: queued"}', 1, planned_at, planned_at, planned_at, planned_at,
     jsonb_build_object('variant', 'OVERDUE', 'locales', '["nl-NL", "nl", "en"]'::jsonb, 'sender', '{"name": "Billing", "email": "billing@us.example"}'::jsonb,
       'customerName', customer_id, 'invoice', jsonb_build_object('number', 'INV-' || n, 'total', '{"quantity": "100.00", "currency": "EUR"}'::jsonb,
       'daysOverdue', days), 'trial', NULL, 'payment', NULL, 'wallet', NULL),
     '{"name": "overdue", "locale": "nl", "version": null}', '<' || ${idOf('dlv', 'n * 3 + position')} || '.1@mail.us.example>',
     encode(sha256(convert_to(run_id || days, 'UTF8')), 'hex'), planned_at
   FROM ${STEPS} WHERE done`,
];
