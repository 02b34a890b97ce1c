import { toHex } from '../core/codec/hex.ts';
import { coinKey } from '../core/primitives/coin-key.ts';
import type { ChainDb } from '../storage/chain-db.ts';
import type { Activator } from './activate-best-chain.ts';
import type { ChainCoins, ChainSnapshots } from './chain.ts';
import type { CoinCache } from './coin-cache.ts';
import { countCoins, hashCoins, visitCoins } from './coin-set.ts';
import type { SnapshotGate } from './snapshot-gate.ts';
import type { Snapshots } from './snapshots.ts';
import { confirmHistory, type SnapshotStartDeps, startFromSnapshot } from './start-from-snapshot.ts';
import type { IndexedChain } from './chain-line.ts';
import type { OwnedEntry } from './header-entry.ts';

export interface ChainCoinsDeps {
  readonly db: ChainDb;
  readonly coins: CoinCache;
  readonly active: IndexedChain<OwnedEntry>;
  readonly activator: Activator;
}

/** Queries of the UTXO set at the tip. */
export function createChainCoins({ db, coins, active, activator }: ChainCoinsDeps): ChainCoins {
  return {
    getCoin: (outpoint) => coins.committed(coinKey(outpoint)),
    async scanCoins(visit) {
      await activator.waitUntilIdle();
      const at = active.tip;
      await visitCoins(db, visit);
      return at;
    },
    totals() {
      const { coins: count, total, issued, burned } = activator.state;
      return { coins: count, total, issued, burned };
    },
    async auditCoins() {
      await activator.idle();
      return countCoins(db, activator.state);
    },
    setHash: () => hashCoins(db),
  };
}

export interface ChainSnapshotsDeps extends SnapshotStartDeps {
  readonly snapshots: Pick<Snapshots, 'rootOf'>;
  readonly gate: Pick<SnapshotGate, 'nextRoot'>;
}

/** The snapshot that a chain began with, and the snapshot roots of its blocks. */
export function createChainSnapshots(deps: ChainSnapshotsDeps): ChainSnapshots {
  const { db, index, active, snapshots, gate } = deps;
  return {
    loadSnapshot: (folder, committing) => startFromSnapshot(deps, folder, committing),
    base() {
      const base = db.base();
      return base ? (index.get(toHex(base.id)) ?? null) : null;
    },
    historyChecked: () => db.base() === null,
    confirmHistory: (past) => confirmHistory(deps, past),
    async snapshotRootOf(height) {
      const entry = active.at(height);
      return entry ? snapshots.rootOf(entry) : null;
    },
    nextSnapshotRoot: () => gate.nextRoot(),
  };
}
