import type { Height, Motes } from '../../shared/units.ts';
import type { Transaction } from '../core/primitives/transaction.ts';
import { LazyTransaction } from './lazy-transaction.ts';
import type { Pool } from './pool.ts';
import { assembleTransactions } from './block-assembler.ts';

/** What a miner puts into a block behind the coinbase. */
export interface TemplateTransactions {
  /** Parents before children. Each is decoded only if its inside is looked at. */
  readonly transactions: readonly Transaction[];
  readonly fees: Motes;
  readonly bytes: number;
}

export interface TemplateLimits {
  /** Room for transactions, without header, count and coinbase. */
  readonly maxBytes: number;
  readonly maxOutputs: number;
}

// Some of the best turn out not to fit, or to wait for parents that pay little.
const SPARE = 1.5;

/** Selects a block's transactions; answers again at once while neither the pool nor the question changed. */
export function createTemplateTransactions(
  pool: Pool,
): (height: Height, limits: TemplateLimits) => TemplateTransactions {
  let answer: TemplateTransactions | null = null;
  let question = '';

  return (height, { maxBytes, maxOutputs }) => {
    const asked = [pool.revision, height, maxBytes, maxOutputs].join();
    if (answer && asked === question) return answer;
    const cut = pool.histogram.rateOfBest(maxBytes * SPARE);
    const { entries, fees, bytes } = assembleTransactions(pool.graph, { height, maxBytes, maxOutputs, cut });
    question = asked;
    answer = { transactions: entries.map((entry) => new LazyTransaction(entry)), fees, bytes };
    return answer;
  };
}
