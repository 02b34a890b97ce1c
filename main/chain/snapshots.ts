import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { toHex } from '../core/codec/hex.ts';
import type { ConsensusParams } from '../core/consensus/params.ts';
import type { Hash } from '../core/crypto/hash.ts';
import { snapshotRoot } from '../core/ledger/snapshot-root.ts';
import type { Log } from '../lib/log.ts';
import { diskFailed } from '../lib/disk-failure.ts';
import type { BlockStore } from './block-store.ts';
import { type CoinTotals, differenceOf } from './coin-set.ts';
import type { OwnedEntry } from './header-entry.ts';
import type { ChainDb } from '../storage/chain-db.ts';
import { CorruptError } from '../storage/corrupt-error.ts';
import { hexToHash } from '../storage/keys.ts';
import { chunkCoins } from './snapshot-chunker.ts';
import {
  createSnapshotFolder,
  hasSnapshot,
  listSnapshots,
  removeFetched,
  removeUnbuilt,
  snapshotName,
} from './snapshot-files.ts';
import { mergeCoins, type Rewind, rewindTo } from './ancestor-coins.ts';

export interface SnapshotsDeps {
  readonly networkId: Hash;
  readonly params: ConsensusParams;
  readonly directory: string;
  /** Whether the chain has connected blocks. A partly downloaded snapshot to begin it with is not needed then. */
  readonly hasBlocks: boolean;
  readonly db: ChainDb;
  readonly bodies: BlockStore;
  readonly log: Log;
}

/** Builds the snapshots that the chain commits to (protocol.md §15). */
export interface Snapshots {
  /**
   * Freezes the UTXO set of this tip synchronously and builds its snapshot in the background. No commit may be running
   * at the time of the call. `totals` are those of the tip; the build fails if it counts other totals.
   */
  capture(tip: OwnedEntry, totals: CoinTotals): void;
  /**
   * The same for an ancestor of the tip: its UTXO set is computed in memory from undo records. No commit may be running
   * at the time of the call.
   */
  rebuild(ancestor: OwnedEntry, tip: OwnedEntry, totals: CoinTotals): void;
  /**
   * The snapshot root at this block. Waits for a running build. Null when the root is unknown and not being built.
   * @throws {KithError} when that build fails.
   */
  rootOf(entry: OwnedEntry): Promise<Hash | null>;
  /** Folders with complete snapshots, oldest first. */
  folders(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** Number of snapshots whose files are kept. Peers may still be downloading an older one. */
const MAX_SNAPSHOTS = 3;

export function createSnapshots(deps: SnapshotsDeps): Snapshots {
  const { db, bodies, log, networkId } = deps;
  const building = new Map<string, Promise<Hash | null>>();
  const stopping = new AbortController();
  // One build at a time: two at the same time would take twice as long and use twice the memory.
  let tail: Promise<unknown> = tidy().catch(() => undefined);

  async function tidy(): Promise<void> {
    await removeUnbuilt(deps.directory);
    if (deps.hasBlocks) await removeFetched(deps.directory);
  }

  const begin = (entry: OwnedEntry, rewind: () => Promise<Rewind>): void => {
    if (building.has(entry.id)) return;
    // Validation needs only the root, but peers download the coins, so a lost folder is built again.
    if (db.epochRoot(entry.height, hexToHash(entry.id)) && hasSnapshot(folderOf(entry))) return;
    const frozen = db.freeze();
    const build = tail
      .then(async () => {
        stopping.signal.throwIfAborted();
        const { changes, totals } = await rewind();
        return await buildOne(entry, mergeCoins(frozen.batches(), changes), totals);
      })
      .catch((error: unknown) => {
        if (stopping.signal.aborted) return null;
        log.error('building a snapshot failed', { height: entry.height, error });
        throw diskFailed(error, 'writing a snapshot');
      })
      .finally(async () => {
        await frozen.release();
        building.delete(entry.id);
      });
    building.set(entry.id, build);
    // The next caller of `rootOf` builds again, so the failure of this build must not be an unhandled rejection.
    tail = build.catch(() => undefined);
  };

  const folderOf = (entry: OwnedEntry) => join(deps.directory, snapshotName(entry.height, entry.id));

  const buildOne = async (
    entry: OwnedEntry,
    coins: ReturnType<typeof mergeCoins>,
    totals: CoinTotals,
  ): Promise<Hash> => {
    const folder = await createSnapshotFolder(folderOf(entry));
    try {
      const blockId = hexToHash(entry.id);
      const { hashes, coinSum, ...counts } = await chunkCoins(
        coins,
        (i, chunk) => folder.chunk(i, chunk),
        stopping.signal,
      );
      // The root is stored permanently. With a wrong root this node would reject a block that all other nodes accept.
      const difference = differenceOf({ ...counts, coinSum }, totals);
      if (difference !== null) throw new CorruptError(difference);
      const facts = { networkId, height: entry.height, blockId, ...counts };
      const root = snapshotRoot(facts, hashes);
      await folder.finish({ facts, chunks: hashes, root });
      await db.putEpochRoot(entry.height, blockId, root);
      await removeOld(deps.directory);
      log.info('snapshot built', { height: entry.height, coins: counts.coins, root: toHex(root) });
      return root;
    } catch (error) {
      await folder.discard();
      throw error;
    }
  };

  return {
    capture: (tip, totals) => begin(tip, () => Promise.resolve({ changes: new Map(), totals })),
    rebuild: (ancestor, tip, totals) => begin(ancestor, () => rewindTo(ancestor, tip, totals, bodies)),
    rootOf: async (entry) =>
      db.epochRoot(entry.height, hexToHash(entry.id)) ?? (await building.get(entry.id)) ?? null,
    folders: () => listSnapshots(deps.directory),
    async close() {
      stopping.abort();
      await tail;
    },
  };
}

async function removeOld(directory: string): Promise<void> {
  const names = await listSnapshots(directory);
  for (const name of names.slice(0, -MAX_SNAPSHOTS))
    await rm(join(directory, name), { recursive: true, force: true });
}
