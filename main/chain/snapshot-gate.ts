import { bitsToTarget, workOf } from '../core/consensus/compact.ts';
import type { ConsensusParams } from '../core/consensus/params.ts';
import {
  checkSnapshotRoot,
  committedSnapshotHeight,
  isSnapshotHeight,
} from '../core/consensus/snapshot-rules.ts';
import type { Hash } from '../core/crypto/hash.ts';
import type { Block } from '../core/primitives/block.ts';
import type { Verdict } from '../core/violation.ts';
import type { Snapshots } from './snapshots.ts';
import { CorruptError } from '../storage/corrupt-error.ts';
import type { CoinTotals } from './coin-set.ts';
import { ancestorAt, type HeaderEntry, type OwnedEntry } from './header-entry.ts';

/**
 * A snapshot root under at least this many epochs of work is not computed again, like assumevalid in Bitcoin Core
 * (protocol.md §15).
 */
const BURIED_EPOCHS = 7n;

export interface SnapshotGateDeps {
  readonly params: ConsensusParams;
  readonly snapshots: Snapshots;
  /** Computes every root, also under deeply buried blocks. */
  readonly checkBuried?: boolean | undefined;
  bestHeader(): HeaderEntry;
  isOnBest(entry: OwnedEntry): boolean;
  tip(): OwnedEntry;
  /** Totals of the UTXO set at the tip. */
  totals(): CoinTotals;
  /** Resolves when no commit is running. Code that runs synchronously after it finds the database at the tip. */
  still(): Promise<void>;
}

/** Decides when the UTXO set is frozen for a snapshot, and checks the snapshot root that a block carries. */
export interface SnapshotGate {
  /** Whether connecting this block needs a snapshot root. The pipeline must be empty before such a block is checked. */
  concerns(entry: OwnedEntry): boolean;
  /** Checks the root that a child of the tip carries. Waits for the build of the snapshot. */
  check(block: Block, entry: OwnedEntry): Promise<Verdict>;
  /** Called after the tip was committed, while no other commit is running. */
  committed(tip: OwnedEntry): void;
  /** Starts builds that a crash or a reorganisation interrupted. No commit may be running. */
  resume(): void;
  /** The snapshot root that a child of the tip must carry; null when it must carry none. */
  nextRoot(): Promise<Hash | null>;
}

export function createSnapshotGate({
  params,
  snapshots,
  checkBuried,
  bestHeader,
  isOnBest,
  tip,
  totals,
  still,
}: SnapshotGateDeps): SnapshotGate {
  const isBuried = (entry: OwnedEntry): boolean => {
    if (checkBuried) return false;
    const best = bestHeader();
    // Only work on the same branch counts.
    if (!isOnBest(entry)) return false;
    const above = best.work - entry.work;
    return above >= BURIED_EPOCHS * BigInt(params.epoch) * workOf(bitsToTarget(entry.bits));
  };
  const known = (ancestor: OwnedEntry) => snapshots.rootOf(ancestor).catch(() => null);
  /** Called while no commit runs, as Snapshots.rebuild requires. */
  const rebuild = async (ancestor: OwnedEntry): Promise<Hash> => {
    snapshots.rebuild(ancestor, tip(), totals());
    const rebuilt = await snapshots.rootOf(ancestor);
    if (!rebuilt) throw new CorruptError(`the snapshot of block ${ancestor.height} can't be rebuilt`);
    return rebuilt;
  };

  return {
    concerns: (entry) => committedSnapshotHeight(entry.height, params) !== null && !isBuried(entry),
    async check(block, entry) {
      const height = committedSnapshotHeight(entry.height, params)!;
      const ancestor = ancestorAt(entry, height);
      return checkSnapshotRoot(block, (await known(ancestor)) ?? (await rebuild(ancestor)));
    },
    committed(at) {
      if (isSnapshotHeight(at.height, params) && !isBuried(at)) snapshots.capture(at, totals());
    },
    resume() {
      const newest = Math.floor(tip().height / params.epoch) * params.epoch;
      if (newest === 0) return;
      const entry = ancestorAt(tip(), newest);
      if (!isBuried(entry)) snapshots.rebuild(entry, tip(), totals());
    },
    async nextRoot() {
      const due = () => {
        const height = committedSnapshotHeight(tip().height + 1, params);
        return height === null ? null : ancestorAt(tip(), height);
      };
      const ancestor = due();
      if (ancestor === null) return null;
      const root = await known(ancestor);
      if (root) return root;
      // The miner may call this at any time, so the tip may have changed while this waited for a commit.
      await still();
      const now = due();
      return now && rebuild(now);
    },
  };
}
