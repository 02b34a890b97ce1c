import type { ChainLine } from '../headers/chain-line.ts';
import type { HeaderEntry, OwnedEntry } from '../headers/header-entry.ts';
import type { HeaderIndex } from '../headers/header-index.ts';

export interface BodyNeedsDeps {
  readonly index: HeaderIndex;
  readonly active: ChainLine<OwnedEntry>;
  /** False for a node that prunes: it does not miss old bodies. */
  readonly keepsAll: boolean;
  /** Bodies up to here were never needed: the chain began with the snapshot of this height. */
  readonly base: number;
}

/** Which bodies are not here and should be. */
export interface BodyNeeds {
  /** Those that the active chain has lost, then those on the way to the best header; lowest first. */
  missing(max: number): HeaderEntry[];
  /** Whether the active chain lacks this one's body and will have it again. */
  awaits(entry: OwnedEntry): boolean;
  /** The body is not where it should be, or damaged. The caller writes the entry's record. */
  lost(entry: OwnedEntry): void;
  arrived(entry: OwnedEntry): void;
  /** The lowest height from which on all bodies up to the tip are here. */
  wholeFrom(): number;
}

export function createBodyNeeds({ index, active, keepsAll, base }: BodyNeedsDeps): BodyNeeds {
  const holes = new Set<OwnedEntry>();
  if (keepsAll) {
    for (let height = base + 1; height <= active.tip.height; height++)
      if (!active.at(height)!.body) holes.add(active.at(height)!);
  }

  return {
    missing(max) {
      const missing: HeaderEntry[] = [];
      for (const entry of holes) {
        if (missing.length === max) return missing;
        if (active.has(entry)) missing.push(entry);
        else holes.delete(entry);
      }
      for (let height = active.fork(index.best.tip).height + 1; missing.length < max; height++) {
        const entry = index.best.at(height);
        if (!entry) break;
        if (!entry.body) missing.push(entry);
      }
      return missing;
    },
    awaits: (entry) => holes.has(entry),
    lost(entry) {
      if (!active.has(entry)) return index.markMissing(entry);
      entry.body = null;
      if (keepsAll) holes.add(entry);
    },
    arrived: (entry) => void holes.delete(entry),
    wholeFrom() {
      if (keepsAll && base === 0 && holes.size === 0) return 1;
      let from = active.tip.height + 1;
      for (let at = active.tip; at.body; at = at.prev!) from = at.height;
      return from;
    },
  };
}
