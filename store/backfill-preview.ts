import type { Instant } from '../domain/types.js';
import { traitsOf } from '../domain/variants.js';
import type { Sql } from './database.js';
import { deliveryWindows } from './delivery-windows.js';
import type { Platform } from './platforms.js';
import { prospectsAmong } from './prospects.js';
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
    for (const { resource, start, first } of await prospectsAmong(sql, platform, workflow, page, windows)) {
      if (start === 'ALREADY') preview.already += 1;
      if (!first) continue;
      preview.matched += 1;
      if (first.late) preview.late += 1;
      else preview.next += 1;
      if (preview.samples.length < SAMPLES) {
        preview.samples.push({ resource_id: resource.id, first_step_at: first.at });
      }
    }
  }
  return preview;
}
