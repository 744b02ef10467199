import type { Shift } from './plan.js';
import type { Instant } from './types.js';

export type Calendar = Record<string, unknown>;

export function nextAllowed(at: Instant, _calendar: Calendar | null, _zone: string): { at: Instant; shifts: Shift[] } {
  return { at, shifts: [] };
}

export function allowsStill(_at: Instant, _calendar: Calendar | null, _zone: string): boolean {
  return true;
}
