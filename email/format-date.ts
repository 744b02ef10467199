import type { LocalDate } from '../domain/types.js';
import { formatters } from './formatters.js';
import { MailContentError } from './mail-content-error.js';

/**
 * A calendar date in words, `2026-03-02` → `2 March 2026`. The date has no zone, so it is built and shown in UTC: any
 * other zone could move it by a day.
 */
export function formatDate(
  date: LocalDate,
  locale: string,
  field: string,
  dateStyle: 'full' | 'long' | 'medium' | 'short' = 'long',
): string {
  const words = formatters.date(locale, { dateStyle, timeZone: 'UTC' }).format(utc(date, '00:00', field));
  return locale.startsWith('fr') ? words.replace(/(^|\p{L} )1(?= \p{L})/u, '$11er') : words; // French counts the first day; Intl does not.
}

/** A wall-clock time as the locale writes it, with the zone in words: `17:00 (Central European Time)`. */
export function formatTime(date: LocalDate, time: string, zone: string, locale: string, field: string): string {
  const instant = utc(date, time, field);
  const clock = formatters.date(locale, { timeStyle: 'short', timeZone: 'UTC' }).format(instant);
  return `${clock.replaceAll('\u202f', '\u00a0')} (${zoneName(instant, zone, locale)})`;
}

/** The generic name ("Eastern Time"): which of summer and winter time it is does not matter, and could be got wrong. */
function zoneName(instant: number, zone: string, locale: string): string {
  try {
    const format = formatters.date(locale, { timeZone: zone, timeZoneName: 'longGeneric' });
    return format.formatToParts(instant).find(({ type }) => type === 'timeZoneName')?.value ?? zone;
  } catch {
    return zone; // A zone this ICU does not know is still readable.
  }
}

function utc(date: LocalDate, time: string, field: string): number {
  const parts = /^(\d{4})-(\d{2})-(\d{2}) (\d{2}):(\d{2})$/.exec(`${date} ${time}`)?.slice(1).map(Number);
  if (parts === undefined) throw new MailContentError('facts_invalid', field, `${field} is not a date and time`);
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0] = parts;
  return Date.UTC(year, month - 1, day, hour, minute);
}
