import { DOMAIN, hash, type Hash } from './hash.ts';

/**
 * The root over leaves already hashed; an odd node is promoted, never duplicated, so that no two lists share a root
 * (CVE-2012-2459). One leaf is its own root. `leaves` must not be empty. Cost: one hash a leaf.
 */
export function merkleRoot(leaves: readonly Hash[], nodeDomain: number = DOMAIN.merkleNode): Hash {
  if (leaves.length === 0) throw new RangeError('a Merkle root needs a leaf');
  let level = leaves;
  while (level.length > 1) {
    const above: Hash[] = [];
    for (let i = 0; i + 1 < level.length; i += 2) above.push(hash(nodeDomain, level[i]!, level[i + 1]!));
    if (level.length % 2 === 1) above.push(level[level.length - 1]!);
    level = above;
  }
  return level[0]!;
}
