import type { Height } from '../../shared/units.ts';
import type { ConsensusParams } from '../core/consensus/params.ts';
import type { Log } from '../lib/log.ts';
import type { ChainDb } from '../storage/chain-db.ts';
import type { SegmentLocation } from '../storage/header-record.ts';
import type { SegmentStore } from '../storage/segments.ts';
import type { BlockStore } from './block-store.ts';
import type { OwnedEntry } from './header-entry.ts';
import type { HeaderIndex } from './header-index.ts';

export interface PrunerDeps {
  readonly db: ChainDb;
  readonly bodies: BlockStore;
  readonly index: HeaderIndex;
  readonly params: ConsensusParams;
  /** Limit on the bytes of bodies and undo records together; Infinity for none. */
  maxBytes(): number;
  /** See ChainDeps. */
  readonly neededFrom?: (() => Height | null) | undefined;
  /** See ChainDeps. */
  readonly hasRoom?: (() => boolean) | undefined;
  readonly log: Log;
  tip(): OwnedEntry;
}

/** Deletes the oldest whole segment files while bodies and undo records exceed the limit. */
export interface Pruner {
  /** Prunes if the limit is exceeded; otherwise costs little. */
  consider(): Promise<void>;
  /** Resolves when nothing is being deleted any more; nothing is deleted afterwards. */
  stop(): Promise<void>;
}

/** Number of newest epochs that are never pruned, because snapshots are rebuilt from them (protocol.md §15). */
const KEPT_EPOCHS = 2;
/** Blocks that a wallet has yet to read are kept up to this multiple of the limit, so that a wallet cannot fill the disk. */
const MOST_HELD = 2;

type SegmentKind = 'body' | 'undo';

export function createPruner({
  db,
  bodies,
  index,
  params,
  maxBytes,
  neededFrom,
  hasRoom = () => true,
  log,
  tip,
}: PrunerDeps): Pruner {
  const stores: readonly (readonly [SegmentKind, SegmentStore])[] = [
    ['body', bodies.blocks],
    ['undo', bodies.undo],
  ];
  const bytes = () => bodies.blocks.bytes() + bodies.undo.bytes();
  const tooMuch = () => bytes() > maxBytes();
  const isHeld = (highest: Height) =>
    bytes() <= MOST_HELD * maxBytes() && hasRoom() && highest >= (neededFrom?.() ?? Infinity);
  const mayGo = (highest: Height) => highest <= tip().height - KEPT_EPOCHS * params.epoch && !isHeld(highest);
  // While a file is held, each commit asks about it again, and must not walk all headers for that.
  const highestIn = new Map<SegmentKind, { readonly segment: number; readonly height: Height }>();

  const pruneOldest = async (place: SegmentKind, store: SegmentStore): Promise<boolean> => {
    // The newest file is never pruned: it is still being written.
    const oldest = store.segments().slice(0, -1)[0];
    if (oldest === undefined) return false;
    const known = highestIn.get(place);
    if (known?.segment === oldest && !mayGo(known.height)) return false;
    const entries = entriesIn(oldest, place, index);
    const highest = entries.reduce((most, { height }) => Math.max(most, height), -Infinity);
    highestIn.set(place, { segment: oldest, height: highest });
    if (!mayGo(highest)) return false;
    for (const entry of entries) entry[place] = null;
    // The index is written first. After a crash a file without records only uses space; a record without its file would
    // be wrong.
    await db.putHeaders(entries.map((entry) => index.recordOf(entry)));
    await db.sync();
    await store.remove(oldest);
    log.info('pruned', { what: place, segment: oldest, blocks: entries.length });
    return true;
  };

  const prune = async (): Promise<void> => {
    for (const [place, store] of stores) while (!isStopped && tooMuch() && (await pruneOldest(place, store)));
  };

  let isStopped = false;
  let running: Promise<void> | null = null;
  return {
    async consider() {
      if (isStopped || running !== null || !tooMuch()) return;
      running = prune();
      try {
        await running;
      } finally {
        running = null;
      }
    },
    async stop() {
      isStopped = true;
      // Who called `consider` gets the error.
      await running?.catch(() => undefined);
    },
  };
}

function entriesIn(segment: number, place: SegmentKind, index: HeaderIndex): OwnedEntry[] {
  const found: OwnedEntry[] = [];
  for (const entry of index.entries()) {
    const at: SegmentLocation | null = entry[place];
    if (at?.segment === segment) found.push(entry);
  }
  return found;
}
