import type { IndexedChain } from './chain-line.ts';
import type { HeaderEntry, OwnedEntry } from './header-entry.ts';
import type { HeaderIndex } from './header-index.ts';

export interface MissingBodiesDeps {
  readonly index: HeaderIndex;
  readonly active: IndexedChain<OwnedEntry>;
  /** False for a node that prunes, which does not request old bodies. */
  keepsAll(): boolean;
  /** The height of the snapshot that the chain began with; 0 for none. Bodies up to this height were never needed. */
  readonly base: number;
}

/**
 * Which bodies are missing. There are two kinds: bodies on the path to the best header, without which the chain cannot
 * advance; and gaps, which are bodies of the active chain that were lost. Gaps never delay the first kind.
 */
export interface MissingBodies {
  /** Bodies on the path from the active chain to the best header, lowest first. */
  missing(max: number): HeaderEntry[];
  /** Up to `max` gaps that `usable` accepts, mostly lowest first. Cost: O(number of gaps before them). */
  gaps(max: number, usable: (entry: HeaderEntry) => boolean): HeaderEntry[];
  /** Number of gaps, and the lowest and highest one; null when there are none. O(gaps). */
  gapRange(): GapRange | null;
  /** Whether this body is a gap and gaps are being requested. */
  isRequested(entry: OwnedEntry): boolean;
  /** Whether gaps are requested; false while no peer serves them. A body that arrives anyway is still stored. */
  expectGaps(expected: boolean): void;
  /** Marks a stored body as missing or corrupt. The caller writes the record of the entry. */
  lost(entry: OwnedEntry): void;
  arrived(entry: OwnedEntry): void;
  /** The lowest height from which on all bodies up to the tip are stored. */
  lowestServedHeight(): number;
}

/** The gaps of the active chain. Pruned bodies are not gaps. */
export interface GapRange {
  readonly count: number;
  readonly lowest: number;
  readonly highest: number;
}

export function createMissingBodies({ index, active, keepsAll, base }: MissingBodiesDeps): MissingBodies {
  const gaps = new Set<OwnedEntry>();
  let expected = true;
  if (keepsAll()) {
    for (let height = base + 1; height <= active.tip.height; height++)
      if (!active.at(height)!.body) gaps.add(active.at(height)!);
  }
  // A block that is no longer on the active chain is needed again only if the best chain contains it: then it is on the
  // path.
  function* current(): Generator<OwnedEntry> {
    for (const entry of gaps)
      if (active.has(entry) && !entry.body) yield entry;
      else gaps.delete(entry);
  }

  return {
    missing(max) {
      const missing: HeaderEntry[] = [];
      for (let height = active.fork(index.best.tip).height + 1; missing.length < max; height++) {
        const entry = index.best.at(height);
        if (!entry) break;
        if (!entry.body) missing.push(entry);
      }
      return missing;
    },
    gaps(max, usable) {
      const found: HeaderEntry[] = [];
      for (const entry of current()) {
        if (found.length === max) break;
        if (usable(entry)) found.push(entry);
      }
      return found;
    },
    gapRange: () => rangeOf(current()),
    isRequested: (entry) => expected && gaps.has(entry),
    expectGaps: (is) => void (expected = is),
    lost(entry) {
      if (!active.has(entry)) return index.markMissing(entry);
      entry.body = null;
      if (keepsAll()) gaps.add(entry);
    },
    arrived: (entry) => void gaps.delete(entry),
    lowestServedHeight() {
      if (keepsAll() && base === 0) return (rangeOf(current())?.highest ?? 0) + 1;
      let from = active.tip.height + 1;
      for (let at = active.tip; at.body; at = at.prev!) from = at.height;
      return from;
    },
  };
}

function rangeOf(gaps: Iterable<HeaderEntry>): GapRange | null {
  let [count, lowest, highest] = [0, Infinity, 0];
  for (const { height } of gaps) {
    count++;
    lowest = Math.min(lowest, height);
    highest = Math.max(highest, height);
  }
  return count === 0 ? null : { count, lowest, highest };
}
