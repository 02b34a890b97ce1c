import { toHex } from '../core/codec/hex.ts';
import type { Hash } from '../core/crypto/hash.ts';
import type { Height } from '../../shared/units.ts';
import { sealPayload } from './checksum.ts';
import { key } from './keys.ts';

/** A write batch of LevelDB. */
interface Batch {
  put(at: Uint8Array, record: Uint8Array): unknown;
  del(at: Uint8Array): unknown;
}

/** The undo record of a connected block. */
export interface BlockUndo {
  readonly height: Height;
  readonly id: Hash;
  readonly record: Uint8Array;
}

/** The undo records in the database at one moment; see ChainDb.unsynced. */
export type Unsynced = readonly Kept[];

interface Kept {
  readonly at: Uint8Array;
}

/**
 * Keeps in the database a copy of the undo record of every block that was connected after the last sync of blocks/ and
 * undo/. The batch that connects the block writes it. After a power failure the database can be ahead of those files.
 * The copies then disconnect blocks down to the newest one whose body is stored.
 */
export interface UnsyncedUndo {
  put(batch: Batch, undo: BlockUndo): void;
  /** The block was disconnected, or its record is on the disk in undo/. */
  remove(batch: Batch, block: Pick<BlockUndo, 'height' | 'id'>): void;
  /** Registers a copy that the database had when it was opened. */
  found(at: Uint8Array): void;
  now(): Unsynced;
  /** Removes these copies, except those that were replaced since. */
  release(batch: Batch, unsynced: Unsynced): void;
}

export function createUnsyncedUndo(): UnsyncedUndo {
  const kept = new Map<string, Kept>();
  return {
    put(batch, { height, id, record }) {
      const at = key.undo(height, id);
      batch.put(at, sealPayload(at, record));
      kept.set(toHex(at), { at });
    },
    remove(batch, { height, id }) {
      const at = key.undo(height, id);
      if (kept.delete(toHex(at))) batch.del(at);
    },
    found: (at) => void kept.set(toHex(at), { at: at.slice() }),
    now: () => [...kept.values()],
    release(batch, unsynced) {
      for (const each of unsynced) {
        const name = toHex(each.at);
        // A block that was connected again has a newer record, which may not be on the disk yet.
        if (kept.get(name) !== each) continue;
        kept.delete(name);
        batch.del(each.at);
      }
    },
  };
}
