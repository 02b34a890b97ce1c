import { Reader } from '../../core/codec/reader.ts';
import { Writer } from '../../core/codec/writer.ts';
import type { Hash } from '../../core/crypto/hash.ts';
import { type SnapshotFacts, snapshotRoot } from '../../core/ledger/snapshot-root.ts';
import { type Violation, violation } from '../../core/violation.ts';
import type { Manifest } from '../../chain/snapshot-files.ts';
import { MAX_CHUNKS } from './frame-types.ts';

/** Encodes a request for the manifest of the snapshot with this root (32 bytes). */
export const encodeGetManifest = (root: Hash): Uint8Array => root;

export function decodeGetManifest(body: Uint8Array): Hash | Violation {
  const reader = new Reader(body);
  const root = reader.bytes(32).slice();
  const failed = reader.finish();
  return failed === null ? root : violation(failed);
}

/**
 * Encodes `height u32 | block id 32 | coins u64 | total u64 | count | chunk hash 32 …`. An empty body means that the
 * snapshot is not available.
 */
export function encodeManifest({ facts, chunks }: Manifest): Uint8Array {
  const writer = new Writer(64 + 32 * chunks.length);
  writer.u32(facts.height).bytes(facts.blockId).u64(facts.coins).u64(facts.total).varuint(chunks.length);
  for (const chunk of chunks) writer.bytes(chunk);
  return writer.finish();
}

/** Decodes a manifest. The root is computed from its fields, so the caller only has to compare it. */
export function decodeManifest(body: Uint8Array, networkId: Hash): Manifest | Violation {
  const reader = new Reader(body);
  const height = reader.u32();
  const blockId = reader.bytes(32).slice();
  const coins = reader.u64();
  const total = reader.u64();
  const count = reader.count(32);
  if (count > MAX_CHUNKS) reader.fail('codec-length');
  const chunks: Hash[] = [];
  for (let i = 0; i < count && reader.failed === null; i++) chunks.push(reader.bytes(32).slice());
  const failed = reader.finish();
  if (failed !== null) return violation(failed);
  const facts: SnapshotFacts = { networkId, height, blockId, coins, total };
  return { facts, chunks, root: snapshotRoot(facts, chunks) };
}

export interface GetChunk {
  readonly root: Hash;
  readonly index: number;
}

/** Encodes `root 32 | index u32`. The answer is the chunk, or empty when it is not available. */
export function encodeGetChunk({ root, index }: GetChunk): Uint8Array {
  return new Writer(36).bytes(root).u32(index).finish();
}

export function decodeGetChunk(body: Uint8Array): GetChunk | Violation {
  const reader = new Reader(body);
  const root = reader.bytes(32).slice();
  const index = reader.u32();
  const failed = reader.finish();
  return failed === null ? { root, index } : violation(failed);
}
