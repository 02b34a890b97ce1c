import type { Height } from '../../../shared/units.ts';
import { Writer } from '../codec/writer.ts';
import { DOMAIN, hash, type Hash } from '../crypto/hash.ts';
import { merkleRoot } from '../crypto/merkle.ts';

/** The facts besides the coins to which a snapshot root commits (protocol.md §15). */
export interface SnapshotFacts {
  readonly networkId: Hash;
  readonly height: Height;
  readonly blockId: Hash;
  readonly coins: number;
  /** Motes in all coins. */
  readonly total: number;
}

export function chunkHash(chunk: Uint8Array): Hash {
  return hash(DOMAIN.snapshotChunk, chunk);
}

/** The snapshot root in a coinbase. An empty UTXO set is one empty chunk. */
export function snapshotRoot(facts: SnapshotFacts, chunkHashes: readonly Hash[]): Hash {
  const chunks = chunkHashes.length > 0 ? chunkHashes : [chunkHash(new Uint8Array(0))];
  const writer = new Writer(128).bytes(facts.networkId).u32(facts.height).bytes(facts.blockId);
  writer.u64(facts.coins).u64(facts.total).bytes(merkleRoot(chunks, DOMAIN.snapshotNode));
  return hash(DOMAIN.snapshotRoot, writer.finish());
}
