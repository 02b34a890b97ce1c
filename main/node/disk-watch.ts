/** Keeps fewer old blocks when the disk is almost full, if the user allows it. */
import type { Notice } from '../../shared/contract/fields.ts';
import { sentenceFor } from '../../shared/errors.ts';
import { DISK_LOW_BYTES, type FreeSpace } from '../lib/free-space.ts';
import type { Log } from '../lib/log.ts';
import type { NodeOptions } from './node-options.ts';

export interface DiskWatchDeps {
  readonly free: FreeSpace;
  /** The options that apply now. */
  readonly options: () => Pick<NodeOptions, 'pruneMb' | 'pruneWhenLow'>;
  /** Bytes of blocks on the disk. */
  readonly bodyBytes: () => number;
  /** Whether a wallet has yet to read blocks. They are not deleted: its payments could not be found any more. */
  readonly isRead: () => boolean;
  /** Deletes blocks until so many megabytes are left. It must not depend on what can be stored: the disk may be full. */
  readonly prune: (pruneMb: number) => void;
  /** Stores how many megabytes of blocks are kept. */
  readonly keep: (pruneMb: number) => Promise<unknown>;
  readonly report: (notice: Notice) => void;
  /** Monotonic milliseconds. */
  readonly ms: () => number;
  readonly log: Log;
}

/** So much is to be free afterwards, so that the node need not prune again at the next block. */
const FREE_AFTER = 1_500_000_000;
const MEGABYTE = 1_000_000;
/** The least and the most that can be set. Blocks of the last two epochs are kept in any case. */
const [LEAST_MB, MOST_MB] = [10, 1_000_000];
/** Deleting takes a while, and the free space is read only now and then. */
const AGAIN_MS = 60_000;

/** Returns the check, which the caller repeats. It never rejects. */
export function createDiskWatch(deps: DiskWatchDeps): () => Promise<void> {
  let prunedMs = -Infinity;
  return async () => {
    const { pruneMb, pruneWhenLow } = deps.options();
    const free = deps.free();
    if (!pruneWhenLow || free === null || free >= DISK_LOW_BYTES || deps.ms() - prunedMs < AGAIN_MS) return;
    const left = Math.floor((deps.bodyBytes() - (FREE_AFTER - free)) / MEGABYTE);
    const keptMb = Math.min(MOST_MB, Math.max(LEAST_MB, left));
    if (keptMb >= (pruneMb ?? Infinity) || !deps.isRead()) return;
    prunedMs = deps.ms();
    try {
      deps.prune(keptMb);
      await deps.keep(keptMb);
      deps.log.warn('the disk is almost full: fewer old blocks are kept', { free, megabytes: keptMb });
      const message = sentenceFor('disk-pruned', { size: keptMb * MEGABYTE });
      deps.report({ code: 'disk-pruned', message });
    } catch (error) {
      deps.log.warn('fewer blocks could not be kept although the disk is almost full', { error });
    }
  };
}
