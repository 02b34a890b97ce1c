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

/** Epochs of work on top of a record after which it is taken as it stands, as Core takes old signatures (protocol.md §15). */
const BURIED_EPOCHS = 7n;

export interface SnapshotGateDeps {
  readonly params: ConsensusParams;
  readonly snapshots: Snapshots;
  /** Never take a root as it stands. */
  readonly checkBuried?: boolean | undefined;
  bestHeader(): HeaderEntry;
  isOnBest(entry: OwnedEntry): boolean;
  tip(): OwnedEntry;
  /** What the UTXO set of the tip adds up to. */
  totals(): CoinTotals;
  /** Resolves while nothing is being written, so that what follows at once finds the database as of the tip. */
  still(): Promise<void>;
}

/** Where the chain and its snapshots meet: when one is frozen, and whether a block names the right root. */
export interface SnapshotGate {
  /** Whether connecting this block needs a root, so that nothing else may be in the pipeline. */
  concerns(entry: OwnedEntry): boolean;
  /** The record of a block on the tip against the root of its ancestor. Waits for the build. */
  check(block: Block, entry: OwnedEntry): Promise<Verdict>;
  /** The tip has just been committed, and no other commit is under way. */
  committed(tip: OwnedEntry): void;
  /** Starts what a crash or a reorganisation left undone. No commit may be under way. */
  resume(): void;
  /** What the child of the tip must carry; null = nothing. */
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
    // Work on another branch buries nothing here.
    if (!isOnBest(entry)) return false;
    const above = best.work - entry.work;
    return above >= BURIED_EPOCHS * BigInt(params.epoch) * workOf(bitsToTarget(entry.bits));
  };
  const known = (ancestor: OwnedEntry) => snapshots.rootOf(ancestor).catch(() => null);
  /** No commit may be under way. */
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
      // The miner asks whenever it likes: the tip may have moved by the time that the writing is over.
      await still();
      const now = due();
      return now && rebuild(now);
    },
  };
}
