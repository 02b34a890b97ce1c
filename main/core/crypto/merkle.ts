import { type BinaryString, writeBinary } from '../codec/binary.ts';
import { DOMAIN, type Hash, hashRange } from './hash.ts';

const HASH_BYTES = 32;

/**
 * The root over hashed leaves. An odd node is promoted and never duplicated, so that two lists never have the same root
 * (CVE-2012-2459). The root of one leaf is the leaf. `leaves` must not be empty. Cost: one hash per leaf.
 */
export function merkleRoot(leaves: readonly Hash[], nodeDomain: number = DOMAIN.merkleNode): Hash {
  const level = new Uint8Array(leaves.length * HASH_BYTES);
  leaves.forEach((leaf, i) => level.set(leaf, i * HASH_BYTES));
  return foldLevels(level, leaves.length, nodeDomain);
}

/** The root over leaves that are binary strings. */
export function merkleRootOfBinary(
  leaves: readonly BinaryString[],
  nodeDomain: number = DOMAIN.merkleNode,
): Hash {
  const level = new Uint8Array(leaves.length * HASH_BYTES);
  leaves.forEach((leaf, i) => writeBinary(leaf, level, i * HASH_BYTES));
  return foldLevels(level, leaves.length, nodeDomain);
}

/** Each level overwrites the one below: a parent is written after its children were read. */
function foldLevels(level: Uint8Array, leaves: number, nodeDomain: number): Hash {
  if (leaves === 0) throw new RangeError('a Merkle root needs a leaf');
  for (let count = leaves; count > 1; count = Math.ceil(count / 2)) {
    for (let i = 0; i < count; i += 2) {
      const from = i * HASH_BYTES;
      const to = from / 2;
      if (i + 1 === count) level.copyWithin(to, from, from + HASH_BYTES);
      else writeBinary(hashRange(nodeDomain, level, from, from + 2 * HASH_BYTES), level, to);
    }
  }
  return level.slice(0, HASH_BYTES);
}
