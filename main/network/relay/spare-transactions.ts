/** Payments that are not in the mempool but may be in the next block: lately removed, orphaned or refused. */
export interface SpareTransactions {
  add(tx: { readonly widHex: string; readonly bytes: Uint8Array }): void;
  [Symbol.iterator](): Iterator<{ readonly widHex: string; readonly bytes: Uint8Array }>;
}

const MOST = 300;
const MOST_BYTES = 500_000;
// A larger one is cheaper to fetch than to keep.
const MOST_BYTES_EACH = 20_000;

export function createSpareTransactions(): SpareTransactions {
  const kept = new Map<string, Uint8Array>();
  let total = 0;
  return {
    add({ widHex, bytes }) {
      if (kept.has(widHex) || bytes.length > MOST_BYTES_EACH) return;
      kept.set(widHex, bytes);
      total += bytes.length;
      for (const [oldest, { length }] of kept) {
        if (kept.size <= MOST && total <= MOST_BYTES) break;
        kept.delete(oldest);
        total -= length;
      }
    },
    *[Symbol.iterator]() {
      for (const [widHex, bytes] of kept) yield { widHex, bytes };
    },
  };
}
