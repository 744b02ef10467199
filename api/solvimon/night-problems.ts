import type { Problem } from '../../contracts/refusal.js';
import type { DueDates } from '../../domain/anchor.js';
import type { Variant } from '../../domain/types.js';
import { traitsOf } from '../../domain/variants.js';
import { invalid } from './problems.js';

/** What of a workflow's calendar keeps the night free; times are local, `HH:MM`. */
export interface NightCalendar {
  sendAt: string | null;
  quietHours: { from: string; to: string } | null;
}

const NIGHT = { from: '22:00', to: '06:00' };
const REMEDY = 'Set `calendar.send_at`, for example "09:00".';

/**
 * Warns when the mails of a ladder would go between 22:00 and 06:00 local time (S-T2). Variants with one step go when their
 * fact comes, whenever that is, and are not warned about. The default of the platform is to be in `calendar` already.
 */
export function nightProblems(variant: Variant | null, calendar: NightCalendar | null, dueDates: DueDates): Problem[] {
  if (variant === null || !traitsOf(variant).ladder) return [];
  const quiet = calendar?.quietHours ?? null;
  if (quiet && freesTheNight(quiet)) return [];
  const fixed = calendar?.sendAt ?? (dueDates === 'DATE' ? '00:00' : null);
  if (fixed === null) {
    const message = `Each mail goes at the time of day of its due date or end, which may be between ${NIGHT.from} and ${NIGHT.to} local time. ${REMEDY}`;
    return [invalid('calendar.send_at', message)];
  }
  const goesAt = quiet && isWithin(fixed, quiet) ? quiet.to : fixed;
  if (!isWithin(goesAt, NIGHT)) return [];
  return [invalid('calendar.send_at', `Mails go at ${goesAt} local time, in the night. ${REMEDY}`)];
}

/** From the first up to, not including, the second; across midnight when they stand the other way round. */
function isWithin(time: string, { from, to }: { from: string; to: string }): boolean {
  return from <= to ? from <= time && time < to : time >= from || time < to;
}

function freesTheNight(quiet: { from: string; to: string }): boolean {
  return quiet.from > quiet.to && quiet.from <= NIGHT.from && quiet.to >= NIGHT.to;
}
