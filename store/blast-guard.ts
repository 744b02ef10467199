import { evaluate, type Evaluation } from '../domain/evaluate.js';
import { isOpen, type RunContext, type Step } from '../domain/run.js';
import type { Instant } from '../domain/types.js';
import { at, type Sql } from './database.js';
import type { PlatformRow } from './run-context.js';

const HOUR_MS = 3_600_000;
const DEFAULT_LIMIT = 500;

/** Evaluates a run; when that lets late steps of an EVENT go, the blast guard has a say (S-T4). */
export async function evaluateGuarded(tx: Sql, context: RunContext, platform: PlatformRow): Promise<Evaluation> {
  const evaluation = evaluate(context);
  const counted = (step: Step): boolean => step.late && step.reason !== 'blast_guard';
  const before = new Set(context.run.steps.filter(counted).map((step) => step.id));
  const late = evaluation.steps.filter(
    (step) => step.late && isOpen(step) && step.reason !== 'blast_guard' && !before.has(step.id),
  ).length;
  if (late === 0 || context.run.type !== 'EVENT') return evaluation;
  if (await allowLateSteps(tx, platform, context.now, late)) return evaluation;
  return evaluate({ ...context, lateStepsAllowed: false });
}

/**
 * Whether `count` more late steps may go (S-T4): at most `blast_limit` within an hour, per platform. LIVE has a limit by
 * default, TEST only when one is set. The advisory lock makes the count exact; it is held to the end of the transaction, and
 * only transactions that plan late steps take it.
 */
async function allowLateSteps(tx: Sql, platform: PlatformRow, now: Instant, count: number): Promise<boolean> {
  const limit = platform.blast_limit ?? (platform.environment === 'LIVE' ? DEFAULT_LIMIT : null);
  if (limit === null) return true;
  await tx.rows(`SELECT pg_advisory_xact_lock(hashtextextended('blast_guard:' || $1, 0))`, [platform.id]);
  const row = await tx.row<{ planned: number }>(
    `SELECT count(*) AS planned FROM (
       SELECT FROM late_steps WHERE platform_id = $1 AND planned_at > $2 LIMIT $3) AS recent`,
    [platform.id, at(now - HOUR_MS), limit + 1],
  );
  if ((row?.planned ?? 0) + count > limit) return false;
  await tx.rows('INSERT INTO late_steps (platform_id, planned_at) SELECT $1, $2 FROM generate_series(1, $3::integer)', [
    platform.id,
    at(now),
    count,
  ]);
  return true;
}
