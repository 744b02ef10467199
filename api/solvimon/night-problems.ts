import type { Problem } from '../../contracts/refusal.js';
import { isWithin } from '../../domain/calendar.js';
import { readCalendar } from '../../domain/read-calendar.js';
import { directionOf, traitsOf } from '../../domain/variants.js';
import type { Platform } from '../../store/platforms.js';
import type { WorkflowRow } from '../../store/workflows.js';
import { invalid } from './problems.js';

const NIGHT = { from: '22:00', to: '06:00' };
const REMEDY = 'Set `calendar.send_at`, for example "09:00".';

/**
 * Warns when the mails of a ladder would go between 22:00 and 06:00 local time (S-T2). Variants with one step go when their
 * fact comes, whenever that is, and are not warned about.
 */
export function nightProblems(
  { variant, definition }: Pick<WorkflowRow, 'variant' | 'definition'>,
  platform: Pick<Platform, 'calendar' | 'due_dates'>,
): Problem[] {
  if (variant === null || !traitsOf(variant).ladder) return [];
  const calendar = readCalendar(definition.calendar ?? platform.calendar);
  const quiet = calendar?.quietHours ?? null;
  if (quiet && freesTheNight(quiet)) return [];
  const fixed = calendar?.sendAt ?? (platform.due_dates === 'DATE' ? '00:00' : null);
  if (fixed === null) {
    const message = `Each mail goes at the time of day of its due date or end, which may be between ${NIGHT.from} and ${NIGHT.to} local time. ${REMEDY}`;
    return [invalid('calendar.send_at', message)];
  }
  const back = (calendar?.shift ?? (directionOf(variant) === 1 ? 'NEXT' : 'PREVIOUS')) === 'PREVIOUS';
  const goesAt = quiet && isWithin(fixed, quiet) ? (back ? minuteBefore(quiet.from) : quiet.to) : fixed;
  if (!isWithin(goesAt, NIGHT)) return [];
  return [invalid('calendar.send_at', `Mails go at ${goesAt} local time, in the night. ${REMEDY}`)];
}

function minuteBefore(time: string): string {
  const minutes = (Number(time.slice(0, 2)) * 60 + Number(time.slice(3)) + 1_439) % 1_440;
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}

function freesTheNight(quiet: { from: string; to: string }): boolean {
  return quiet.from > quiet.to && quiet.from <= NIGHT.from && quiet.to >= NIGHT.to;
}
