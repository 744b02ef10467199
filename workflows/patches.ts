// The only door to the engine's own two functions; ESLint keeps it so.
import { deprecatePatch as engineDeprecatePatch, patched as enginePatched } from '@temporalio/workflow';

/** One change of what workflow code asks of the engine, and in which order. The name is for ever: histories contain it. */
interface Patch {
  /** The release that brought it. */
  since: string;
  /** What the new branch does that the old one did not. */
  differs: string;
  /** What must be true before it goes to the next stage: a query that finds no execution any more. */
  next: string;
  /** ACTIVE: both branches stand. DEPRECATED: the old branch is gone, the mark is still read. After that the entry goes too. */
  stage: 'ACTIVE' | 'DEPRECATED';
}

type Registry = Readonly<Record<string, Patch>>;
type Named<Patches extends Registry, Stage extends Patch['stage']> = {
  [Name in keyof Patches]: Patches[Name]['stage'] extends Stage ? Name : never;
}[keyof Patches] &
  string;

/** A name that is not in the registry, or stands at another stage there, does not compile. */
export interface PatchCalls<Patches extends Registry> {
  /** Whether this execution takes the new branch. False only for one that had passed this place before the release. */
  patched: (name: Named<Patches, 'ACTIVE'>) => boolean;
  /** Stands where `patched` stood, once the old branch is gone. */
  deprecatePatch: (name: Named<Patches, 'DEPRECATED'>) => void;
}

/** Every patch there is. How one comes and goes: docs/changing-workflows.md. */
const PATCHES = {} as const satisfies Registry;

export const { patched, deprecatePatch } = definePatches(PATCHES);

/** Exported for tests: they play changes that are none of ours. */
export function definePatches<const Patches extends Registry>(_patches: Patches): PatchCalls<Patches> {
  return { patched: enginePatched, deprecatePatch: engineDeprecatePatch };
}
