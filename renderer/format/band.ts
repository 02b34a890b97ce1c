import type { BlockSummary } from '../../shared/contract/chain.ts';

/** A block in the band: its share of the width by waiting time, its height by size. */
export interface BandBlock {
  readonly block: BlockSummary;
  /** Seconds since the block before it; weighs its width. */
  readonly gap: number;
  /** From 0.12 to 1: a nearly empty block still shows. */
  readonly fill: number;
}

/** Least and most that a gap may weigh, in spacings, so that no block vanishes and none takes the whole band. */
const NARROWEST = 0.35;
const WIDEST = 4;

/** The newest blocks from left (older) to right (the tip). The oldest one given only serves to measure a gap. */
export function bandBlocks(
  newestFirst: readonly BlockSummary[],
  count: number,
  spacing: number,
): BandBlock[] {
  const taken = newestFirst.slice(0, count + 1);
  const largest = Math.max(1000, ...taken.map((block) => block.size ?? 0));
  return taken
    .slice(0, -1)
    .map((block, i) => {
      const waited = block.time - (taken[i + 1]?.time ?? block.time);
      const gap = Math.min(WIDEST * spacing, Math.max(NARROWEST * spacing, waited));
      return { block, gap, fill: 0.12 + 0.88 * Math.sqrt((block.size ?? 0) / largest) };
    })
    .reverse();
}
