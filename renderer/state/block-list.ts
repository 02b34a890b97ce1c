import type { BlockSummary } from '../../shared/contract/chain.ts';

/**
 * Joins newly read blocks with those already known, newest first, one a height: a block of the newer reading
 * replaces another at its height, and heights above the newest reading are gone (a reorganisation took them).
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
