const formats = new Map<string, Intl.DateTimeFormat>();

/** `2026-03-13 00:00` on the clock of `zone`. By Intl and not by the product's own calendar: the demo checks that one. */
export function localMinute(at: number, zone: string): string {
  const parts = new Map(
    formatOf(zone)
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  );
  const part = (type: Intl.DateTimeFormatPartTypes): string => parts.get(type) ?? '';
  return `${part('year')}-${part('month')}-${part('day')} ${part('hour')}:${part('minute')}`;
}

/** `Fri 13 Mar` of `2026-03-13` or `2026-03-13 00:00`. */
export function dayLabel(date: string): string {
  const at = new Date(`${date.slice(0, 10)}T00:00:00Z`);
  const [weekday = '', day = '', month = ''] = at.toUTCString().split(/,? /);
  return `${weekday} ${day} ${month}`;
}

/** Whole days from one date to another, both as `YYYY-MM-DD…`. */
export function daysSince(from: string, to: string): number {
  return Math.round((Date.parse(to.slice(0, 10)) - Date.parse(from.slice(0, 10))) / 86_400_000);
}

/** `America/New_York` → `New York`. */
export function placeOf(zone: string): string {
  return (zone.split('/').at(-1) ?? zone).replaceAll('_', ' ');
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  formats.set(zone, format);
  return format;
}
