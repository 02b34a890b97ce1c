import type { MempoolEntryInfo, MempoolProjection } from '../../shared/contract/mempool.ts';
import { figures, percent, plural } from './number.ts';
import { duration } from './time.ts';

/** A mempool transaction with its fee rate. */
export interface RatedEntry extends MempoolEntryInfo {
  /** Motes per byte. */
  readonly rate: number;
}

/** All transactions, highest fee rate first, in the order of block assembly. */
export function byRate(entries: readonly MempoolEntryInfo[]): RatedEntry[] {
  return entries.map((entry) => ({ ...entry, rate: entry.fee / entry.size })).sort((a, b) => b.rate - a.rate);
}

/** A share of a block: "41 %". A block with little in it is not shown as empty. */
export function shareWords(share: number): string {
  return share > 0 && share < 0.01 ? 'less than 1\u00a0%' : percent(share);
}

/** The fee rates of a band: "8 to 12", or "10 000 and more". */
export function bandWords({ from, to }: Pick<MempoolProjection['bands'][number], 'from' | 'to'>): string {
  return to === null ? `${figures(from)} and more` : `${figures(from)} to ${figures(to)}`;
}

/** When a transaction in this block of the queue is mined: "in the next block", "in about 3 blocks, 15 minutes". */
export function placeInQueue(block: number, spacing: number | null): string {
  const when = spacing === null ? '' : `, about ${duration(block * spacing)}`;
  return block === 1 ? `in the next block${when}` : `in about ${plural(block, 'block')}${when}`;
}

/** A fee rate relative to the floor, in five steps: 0 at the floor, 4 from 16 times the floor on. */
export function heat(rate: number, floor: number): 0 | 1 | 2 | 3 | 4 {
  const steps = Math.floor(Math.log2(Math.max(1, rate / Math.max(1, floor))));
  return Math.min(4, Math.max(0, steps)) as 0 | 1 | 2 | 3 | 4;
}
