import type { Height, Motes } from '../../shared/units.ts';
import type { Transaction } from '../core/primitives/transaction.ts';
import { LazyTransaction } from './lazy-transaction.ts';
import type { Pool } from './pool.ts';
import { assembleTransactions } from './block-assembler.ts';

/** The transactions of a block template after the coinbase. */
export interface TemplateTransactions {
  /** Parents before children. Each is decoded when a field is first read. */
  readonly transactions: readonly Transaction[];
  readonly fees: Motes;
  readonly bytes: number;
}

export interface TemplateLimits {
  /** Bytes for transactions, without header, count and coinbase. */
  readonly maxBytes: number;
  readonly maxOutputs: number;
}

// Some of the best-paying entries do not fit, or have parents with low fees: more are considered than fit.
const SPARE = 1.5;

/** Selects the transactions of a template; cached while neither the pool nor the limits change. */
export function createTemplateTransactions(
  pool: Pool,
): (height: Height, limits: TemplateLimits) => TemplateTransactions {
  let cached: TemplateTransactions | null = null;
  let cachedKey = '';

  return (height, { maxBytes, maxOutputs }) => {
    const key = [pool.revision, height, maxBytes, maxOutputs].join();
    if (cached && key === cachedKey) return cached;
    const cut = pool.histogram.rateOfBest(maxBytes * SPARE);
    const { entries, fees, bytes } = assembleTransactions(pool.graph, { height, maxBytes, maxOutputs, cut });
    cachedKey = key;
    cached = { transactions: entries.map((entry) => new LazyTransaction(entry)), fees, bytes };
    return cached;
  };
}
