import { createLiquid } from './liquid-engine.js';

const plain = createLiquid(false);

/** What is wrong with a Liquid text: its syntax, or a filter there is not; null = nothing (S-E2). */
export function liquidProblem(text: string): string | null {
  try {
    plain.parse(text);
    return null;
  } catch (error) {
    return error instanceof Error ? (error.message.split('\n')[0] ?? null) : 'is not Liquid';
  }
}
