import type { MempoolEntryInfo } from '../../shared/contract/mempool.ts';

/** A transaction with its price; what a block that is full takes first. */
export interface Waiting extends MempoolEntryInfo {
  /** Motes per byte. */
  readonly rate: number;
}

/** Everything that waits, dearest first, as miners take it. */
export function byRate(entries: readonly MempoolEntryInfo[]): Waiting[] {
  return entries.map((entry) => ({ ...entry, rate: entry.fee / entry.size })).sort((a, b) => b.rate - a.rate);
}

const BLOCK_BYTES = 1_000_000;

/** Cuts the queue into the next blocks as they would be mined, at most `most` of them. */
export function nextBlocks(queue: readonly Waiting[], most: number): Waiting[][] {
  const blocks: Waiting[][] = [[]];
  let size = 0;
  for (const entry of queue) {
    if (size + entry.size > BLOCK_BYTES) {
      if (blocks.length === most) break;
      blocks.push([]);
      size = 0;
    }
    blocks.at(-1)?.push(entry);
    size += entry.size;
  }
  return blocks;
}

/** How dear a price is beside the floor, in five steps: 0 = at the floor, 4 = 16 times that or more. */
export function heat(rate: number, floor: number): 0 | 1 | 2 | 3 | 4 {
  const steps = Math.floor(Math.log2(Math.max(1, rate / Math.max(1, floor))));
  return Math.min(4, Math.max(0, steps)) as 0 | 1 | 2 | 3 | 4;
}
