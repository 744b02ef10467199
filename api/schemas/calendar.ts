import { z } from 'zod';
import { isWithin } from '../../domain/calendar.js';
import { isHolidayCountry } from '../../domain/holidays.js';
import { isDate } from '../../domain/zone.js';
import { patchBody } from './patch-body.js';

const WEEKDAYS = ['MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT', 'SUN'] as const;

const time = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day as HH:MM, 00:00 to 23:59')
  .meta({ examples: ['09:00'] });

const country = z
  .string()
  .refine(isHolidayCountry, 'is not a country whose holidays we know; use a code such as NL, US-CA or DE-BY')
  .meta({ examples: ['NL'] });

const date = z
  .string()
  .refine(isDate, 'must be a date as YYYY-MM-DD')
  .meta({ format: 'date', examples: ['2026-12-24'] });

/** When mails may go, on the customer's clock: of a workflow, or the platform's default (S-T3). */
export const calendar = z
  .object({
    send_at: time.nullish().meta({ description: 'Exactly at this time of day.' }),
    weekdays: z
      .array(z.enum(WEEKDAYS))
      .min(1)
      .max(7)
      .superRefine((names, context) => {
        names.forEach((name, index) => {
          if (names.indexOf(name) === index) return;
          context.addIssue({ code: 'custom', path: [index], message: `${name} stands twice` });
        });
      })
      .nullish()
      .meta({ description: 'Only on these days of the week.' }),
    business_days_only: z.boolean().nullish().meta({ description: 'Not on Saturday and Sunday.' }),
    holidays: z
      .object({
        countries: z.array(country).max(20).nullish().meta({
          description: 'Not on public holidays of these countries or regions, observed days included.',
        }),
        dates: z.array(date).max(366).nullish().meta({ description: 'Not on these dates.' }),
      })
      .nullish(),
    quiet_hours: z
      .object({ from: time, to: time })
      .nullish()
      .meta({ description: 'Not from `from` until just before `to`; over midnight when `to` is the earlier.' }),
    shift: z.enum(['NEXT', 'PREVIOUS']).nullish().meta({
      description:
        'Which way a step moves that may not go at its own instant (default NEXT after the anchor, PREVIOUS before it).',
    }),
  })
  .superRefine(({ send_at, weekdays, business_days_only, quiet_hours }, context) => {
    const refuse = (path: string[], message: string): void => {
      context.addIssue({ code: 'custom', path, message });
    };
    if (quiet_hours && quiet_hours.from === quiet_hours.to) {
      refuse(['quiet_hours', 'to'], 'must differ from `from`: the hours would be none, or the whole day');
    } else if (quiet_hours && send_at != null && isWithin(send_at, quiet_hours)) {
      refuse(['send_at'], 'lies within the quiet hours, so nothing could ever go');
    }
    if (business_days_only && weekdays?.every((name) => name === 'SAT' || name === 'SUN')) {
      refuse(['weekdays'], 'are no business days, so nothing could ever go');
    }
  })
  .meta({
    description: 'When mails may go, on the customer’s clock; what is absent restricts nothing.',
    examples: [{ send_at: '09:00', business_days_only: true, holidays: { countries: ['NL'] } }],
  });

export const calendarPatch = patchBody(calendar, 'CalendarUpdate');
