import { evaluate, isClosed } from '../domain/evaluate.js';
import { isOpen } from '../domain/run.js';
import type { Instant, Variant } from '../domain/types.js';
import { traitsOf } from '../domain/variants.js';
import { eventOf, isCandidate } from './backfill.js';
import { newRunOf } from './new-run.js';
import type { Sql } from './database.js';
import { deliveryWindows } from './delivery-windows.js';
import type { Platform } from './platforms.js';
import { resourcesPage } from './resources.js';
import type { WorkflowRow } from './workflows.js';

/** What a backfill would do now. */
export interface BackfillPreview {
  /** Resources that would get a run: `late` + `next`. */
  matched: number;
  /** Of these, with a step that would go at once. */
  late: number;
  /** Of these, with their first step in the future. */
  next: number;
  /** Resources that have their EVENT run already. */
  already: number;
  samples: { resource_id: string; first_step_at: Instant }[];
  /** There are more resources than were looked at. */
  truncated: boolean;
}

/** What the runs there are say of a resource. */
interface Known {
  id: string;
  present: boolean;
  last_mail_at: Instant | null;
}

const PAGE = 500;
/** One request looks at so many resources at most. */
const MOST_PAGES = 40;
const SAMPLES = 10;

/** Plans what a backfill would start, as if the workflow were ACTIVE, with the plan of a real event; stores nothing. */
export async function previewBackfill(sql: Sql, platform: Platform, row: WorkflowRow): Promise<BackfillPreview> {
  const { variant } = row;
  if (variant === null) throw new Error(`${row.id} has no variant: only a complete workflow can be previewed.`);
  const workflow = { ...row, variant, status: 'ACTIVE' as const };
  const windows = await deliveryWindows(sql, row.id);
  const preview: BackfillPreview = { matched: 0, late: 0, next: 0, already: 0, samples: [], truncated: false };
  let pages = 0;
  for (let cursor: string | undefined = ''; cursor !== undefined; pages += 1) {
    if (pages === MOST_PAGES) return { ...preview, truncated: true };
    const page = await resourcesPage(sql, platform.id, traitsOf(variant).resource, cursor, PAGE);
    cursor = page.length < PAGE ? undefined : page.at(-1)?.id;
    const candidates = page.filter((resource) => isCandidate(workflow, resource));
    const known = await whatIsKnown(
      sql,
      workflow,
      candidates.map(({ id }) => id),
    );
    for (const resource of candidates) {
      const { present, last_mail_at } = known.get(resource.id) ?? { present: false, last_mail_at: null };
      if (present) {
        preview.already += 1;
        continue;
      }
      const context = newRunOf(eventOf(platform, workflow, resource), workflow, '', last_mail_at, windows);
      const { status, steps } = evaluate(context);
      const first = steps.find(isOpen);
      if (isClosed(status) || !first) continue;
      preview.matched += 1;
      if (first.late || first.plannedAt <= context.now) preview.late += 1;
      else preview.next += 1;
      if (preview.samples.length < SAMPLES) {
        preview.samples.push({ resource_id: resource.id, first_step_at: first.plannedAt });
      }
    }
  }
  return preview;
}

/** By id, whether there is an EVENT run for the occasion: with a wallet for the crossing it would be (S-M6). */
async function whatIsKnown(
  sql: Sql,
  { id, platform_id, variant }: WorkflowRow & { variant: Variant },
  resourceIds: readonly string[],
): Promise<ReadonlyMap<string, Known>> {
  if (resourceIds.length === 0) return new Map();
  const rows = await sql.rows<Known>(
    `SELECT own.id, EXISTS (
         SELECT FROM runs r WHERE r.workflow_id = $1 AND r.resource_id = own.id AND r.type = 'EVENT' AND r.occurrence =
           CASE WHEN $3 = 'WALLET_BALANCE' THEN $3 || '/' || CASE WHEN w.armed THEN w.crossings + 1
             ELSE greatest(w.crossings, 1) END ELSE $3 END) AS present,
       CASE WHEN $3 = 'WALLET_BALANCE' THEN last_mail_at($2, $1, own.id, '') END AS last_mail_at
     FROM unnest($4::text[]) AS own (id) LEFT JOIN wallet_watches w ON w.workflow_id = $1 AND w.wallet_id = own.id`,
    [id, platform_id, variant, resourceIds],
  );
  return new Map(rows.map((row) => [row.id, row]));
}
