import type { BinaryString } from '../../core/codec/binary.ts';
import type { CandidateTransaction } from './reconstruction.ts';

/**
 * Transactions that are not in the mempool but may be in the next block: recently removed ones, orphans and refused
 * ones.
 */
export interface ExtraTransactions {
  add(tx: CandidateTransaction): void;
  [Symbol.iterator](): Iterator<CandidateTransaction>;
}

const MAX_TRANSACTIONS = 300;
const MAX_TOTAL_BYTES = 500_000;
// Requesting a larger transaction again costs less than keeping it.
const MAX_TRANSACTION_BYTES = 20_000;

export function createExtraTransactions(): ExtraTransactions {
  const kept = new Map<BinaryString, Uint8Array>();
  let total = 0;
  return {
    add({ wid, bytes }) {
      if (kept.has(wid) || bytes.length > MAX_TRANSACTION_BYTES) return;
      kept.set(wid, bytes);
      total += bytes.length;
      for (const [oldest, { length }] of kept) {
        if (kept.size <= MAX_TRANSACTIONS && total <= MAX_TOTAL_BYTES) break;
        kept.delete(oldest);
        total -= length;
      }
    },
    *[Symbol.iterator]() {
      for (const [wid, bytes] of kept) yield { wid, bytes };
    },
  };
}
