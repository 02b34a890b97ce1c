import type { BlockSummary } from '../../shared/contract/chain.ts';

/**
 * Merges newly read blocks with the known ones, newest first, one per height. A new block replaces the known one at its
 * height. Known blocks above the highest new one are dropped, because a reorganisation disconnected them.
 */
export function joinBlocks(
  known: readonly BlockSummary[],
  newer: readonly BlockSummary[],
  most: number,
): readonly BlockSummary[] {
  const lowest = newer.at(-1);
  if (!lowest) return known;
  const below = known.filter((block) => block.height < lowest.height);
  return [...newer, ...below].slice(0, most);
}
