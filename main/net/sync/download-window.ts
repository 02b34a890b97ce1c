import type { HeaderEntry } from '../../chain/header-entry.ts';
import type { BlocksInFlight } from './blocks-in-flight.ts';

/** Maximum number of blocks ahead of the tip that are downloaded at the same time. */
export const WINDOW_BLOCKS = 1024;
/** Maximum number of bytes of blocks that wait for their parents, including the estimate for requested blocks. */
export const WINDOW_BYTES = 12 << 20;

/**
 * The next blocks of the best header chain that were not submitted yet, lowest first. The table of blocks in flight has
 * their states.
 */
export interface Window {
  readonly entries: readonly HeaderEntry[];
  has(id: string): boolean;
  /** Replaces the list. Ends the download of blocks that are no longer in it. */
  plan(entries: readonly HeaderEntry[]): void;
  /** Up to `max` of the lowest blocks that are not in flight and that `usable` accepts. */
  wanted(max: number, usable: (entry: HeaderEntry) => boolean): HeaderEntry[];
  /** Removes and returns the lowest block if it was received. */
  shift(): HeaderEntry | null;
}

export function createWindow(inFlight: BlocksInFlight): Window {
  let entries: HeaderEntry[] = [];
  const ids = new Set<string>();
  // All entries before this index are in flight, unless a block was released since. So they are not scanned again.
  let firstFree = 0;
  let releases = 0;

  return {
    get entries() {
      return entries;
    },
    has: (id) => ids.has(id),
    plan(next) {
      const planned = new Set(next.map(({ id }) => id));
      for (const id of ids) if (!planned.has(id)) inFlight.drop(id, 'best-chain');
      ids.clear();
      for (const id of planned) ids.add(id);
      entries = [...next];
      firstFree = 0;
    },
    wanted(max, usable) {
      const found: HeaderEntry[] = [];
      const most = Math.min(max, inFlight.room());
      if (releases !== inFlight.releases()) firstFree = 0;
      releases = inFlight.releases();
      while (firstFree < entries.length && inFlight.stateOf(entries[firstFree]!.id) !== null) firstFree++;
      for (let i = firstFree; i < entries.length && found.length < most; i++) {
        const entry = entries[i]!;
        if (inFlight.stateOf(entry.id) === null && usable(entry)) found.push(entry);
      }
      return found;
    },
    shift() {
      const [first] = entries;
      if (first === undefined || inFlight.stateOf(first.id) !== 'received') return null;
      entries.shift();
      firstFree = Math.max(0, firstFree - 1);
      ids.delete(first.id);
      return first;
    },
  };
}
