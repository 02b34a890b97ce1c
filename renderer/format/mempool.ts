import type { MempoolEntryInfo } from '../../shared/contract/mempool.ts';

/** A mempool transaction with its fee rate. */
export interface RatedEntry extends MempoolEntryInfo {
  /** Motes per byte. */
  readonly rate: number;
}

/** All transactions, highest fee rate first, in the order of block assembly. */
export function byRate(entries: readonly MempoolEntryInfo[]): RatedEntry[] {
  return entries.map((entry) => ({ ...entry, rate: entry.fee / entry.size })).sort((a, b) => b.rate - a.rate);
}

const BLOCK_BYTES = 1_000_000;

/** Divides the transactions among the next blocks as they would be mined; at most `most` blocks. */
export function nextBlocks(queue: readonly RatedEntry[], most: number): RatedEntry[][] {
  const blocks: RatedEntry[][] = [[]];
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

/** A fee rate relative to the floor, in five steps: 0 at the floor, 4 from 16 times the floor on. */
export function heat(rate: number, floor: number): 0 | 1 | 2 | 3 | 4 {
  const steps = Math.floor(Math.log2(Math.max(1, rate / Math.max(1, floor))));
  return Math.min(4, Math.max(0, steps)) as 0 | 1 | 2 | 3 | 4;
}
