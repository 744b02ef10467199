import type { Period, PeriodType } from './types.js';

const MAX: Record<PeriodType, number> = { DAY: 3650, WEEK: 520, MONTH: 120, YEAR: 10 };

/** The largest value a period of this type may have: ten years (S-D2). */
export function maxPeriodValue(type: PeriodType): number {
  return MAX[type];
}

/** A period's name inside a workflow: steps are known by it, not by a number (S-D2). */
export function periodKey(period: Period): string {
  return `${String(period.value)} ${period.type}`;
}

export function samePeriod(a: Period | null, b: Period | null): boolean {
  return a === b || (a !== null && b !== null && a.type === b.type && a.value === b.value);
}

/** `1 day`, `15 days`: for people, in English (Temporal UI, explain). */
export function periodLabel(period: Period): string {
  const unit = period.type.toLowerCase();
  return `${String(period.value)} ${period.value === 1 ? unit : `${unit}s`}`;
}
