import type { Height, Motes } from '../../../shared/units.ts';
import type { Transaction } from '../../core/primitives/transaction.ts';
import type { PoolEntry } from './entry.ts';
import type { Pool } from './pool.ts';
import { selectTransactions } from './selection.ts';

/** What a miner puts into a block behind the coinbase. */
export interface BlockContents {
  /** Parents before children. */
  readonly transactions: readonly Transaction[];
  readonly fees: Motes;
  readonly bytes: number;
}

export interface ContentLimits {
  /** Room for transactions, without header, count and coinbase. */
  readonly maxBytes: number;
  readonly maxOutputs: number;
}

// Some of the best turn out not to fit, or to wait for parents that pay little.
const SPARE = 1.5;

/** Selects a block's transactions; answers again at once while neither the pool nor the question changed. */
export function createContents(pool: Pool): (height: Height, limits: ContentLimits) => BlockContents {
  let answer: BlockContents | null = null;
  let question = '';
  let decoded = new Map<PoolEntry, Transaction>();

  return (height, { maxBytes, maxOutputs }) => {
    const asked = [pool.revision, height, maxBytes, maxOutputs].join();
    if (answer && asked === question) return answer;
    const cut = pool.histogram.rateOfBest(maxBytes * SPARE);
    const { entries, fees, bytes } = selectTransactions(pool.graph, { height, maxBytes, maxOutputs, cut });
    // From one answer to the next most are the same: only the new ones are decoded, only the last ones are kept.
    const next = new Map<PoolEntry, Transaction>();
    for (const entry of entries) next.set(entry, decoded.get(entry) ?? entry.tx);
    decoded = next;
    question = asked;
    answer = { transactions: [...next.values()], fees, bytes };
    return answer;
  };
}
