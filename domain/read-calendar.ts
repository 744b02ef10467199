import type { Calendar } from './calendar.js';
import type { LocalDate, Weekday } from './types.js';

/** A calendar as the API takes and gives it and as Postgres keeps it (S-T3); what is absent restricts nothing. */
export interface CalendarBody {
  send_at?: string | null;
  weekdays?: Weekday[] | null;
  business_days_only?: boolean | null;
  holidays?: { countries?: string[] | null; dates?: LocalDate[] | null } | null;
  quiet_hours?: { from: string; to: string } | null;
  shift?: 'NEXT' | 'PREVIOUS' | null;
}

export function readCalendar(body: CalendarBody | null | undefined): Calendar | null {
  if (!body) return null;
  return {
    sendAt: body.send_at ?? null,
    weekdays: body.weekdays ?? null,
    businessDaysOnly: body.business_days_only ?? false,
    holidays: { countries: body.holidays?.countries ?? [], dates: body.holidays?.dates ?? [] },
    quietHours: body.quiet_hours ?? null,
    shift: body.shift ?? null,
  };
}
