import { checkBody } from '../core/consensus/block-rules.ts';
import type { ConsensusParams } from '../core/consensus/params.ts';
import { checkSnapshotPlace } from '../core/consensus/snapshot-rules.ts';
import type { BlockStore } from './block-store.ts';
import type { OwnedEntry } from './header-entry.ts';
import type { HeaderIndex } from './header-index.ts';
import type { StoredBlock } from './rebuild.ts';

export interface RecoveredBodiesDeps {
  readonly index: HeaderIndex;
  readonly bodies: BlockStore;
  readonly params: ConsensusParams;
  /** By block id. */
  readonly found: Map<string, StoredBlock>;
}

/**
 * Bodies that a rebuild found on the disk before their headers were known. They are used so that they need not be
 * downloaded again.
 */
export interface RecoveredBodies {
  /** Assigns found bodies to headers that were just accepted; returns the entries that have a body now. */
  adopt(headers: readonly OwnedEntry[]): Promise<OwnedEntry[]>;
}

export function createRecoveredBodies({
  index,
  bodies,
  params,
  found,
}: RecoveredBodiesDeps): RecoveredBodies {
  const adoptOne = async (entry: OwnedEntry, { at }: StoredBlock): Promise<boolean> => {
    const block = await bodies.read(entry.id, at);
    // The body was found between corrupt records, so it is checked like one from a peer.
    if (!block || entry.body || checkBody(block) || checkSnapshotPlace(block, params)) return false;
    index.markStored(entry, at, block.transactions.length);
    return true;
  };
  return {
    async adopt(headers) {
      const adopted: OwnedEntry[] = [];
      for (const entry of headers) {
        const stored = found.get(entry.id);
        if (!stored || entry.status === 'invalid') continue;
        found.delete(entry.id);
        if (await adoptOne(entry, stored)) adopted.push(entry);
      }
      return adopted;
    },
  };
}
