import type { Network } from '../core/params/network.ts';
import type { PowHash } from '../core/ports.ts';
import type { Log } from '../lib/log.ts';
import type { ChainDb } from '../storage/chain-db.ts';
import type { BlockStore } from './block-store.ts';
import type { ChainBodies } from './chain.ts';
import type { ChainFailure } from './chain-failure.ts';
import type { IndexedChain } from './chain-line.ts';
import { checkStored } from './check-stored.ts';
import { findTransaction } from './find-transaction.ts';
import type { OwnedEntry } from './header-entry.ts';
import type { HeaderIndex } from './header-index.ts';
import type { MissingBodies } from './missing-bodies.ts';
import { keepBody } from './start-from-snapshot.ts';

export interface ChainBodiesDeps {
  readonly network: Network;
  readonly powHash: PowHash;
  readonly db: ChainDb;
  readonly bodies: BlockStore;
  readonly index: HeaderIndex;
  readonly active: IndexedChain<OwnedEntry>;
  readonly needs: MissingBodies;
  /** False for a node that prunes. */
  keepsAll(): boolean;
  readonly failure: Pick<ChainFailure, 'guard'>;
  readonly log: Log;
}

/** Reads the stored bodies and reports which ones are missing. */
export function createChainBodies(deps: ChainBodiesDeps): ChainBodies {
  const { network, powHash, db, bodies, index, active, needs, keepsAll, failure, log } = deps;
  const loseBody = async (entry: OwnedEntry): Promise<void> => {
    log.warn('the transactions of a stored block are missing; downloading them again', {
      id: entry.id,
      height: entry.height,
    });
    needs.lost(entry);
    await db.putHeaders([index.recordOf(entry)]);
  };
  return {
    missingBlocks: needs.missing,
    gaps: needs.gaps,
    gapRange: needs.gapRange,
    expectGaps: needs.expectGaps,
    hasBody: (id) => index.get(id)?.body != null || id === network.idHex,
    async readBlock(id) {
      if (id === network.idHex) return network.genesis.bytes;
      const entry = index.get(id);
      if (!entry?.body) return null;
      const bytes = await bodies.readBytes(id, entry.body);
      if (!bytes) await loseBody(entry);
      return bytes;
    },
    isBodyRequested(id) {
      const entry = index.get(id);
      return entry !== undefined && needs.isRequested(entry);
    },
    lowestServedHeight: () => needs.lowestServedHeight(),
    keepBody: (bytes) =>
      failure.guard(() => keepBody({ db, index, active, bodies, keepsAll: keepsAll() }, bytes)),
    findTransaction: (txid) => findTransaction({ db, bodies, active }, txid),
    checkStored: (height) => checkStored({ network, powHash, index, active, bodies }, height),
  };
}
