import type { CoinLookup } from '../core/ledger/delta.ts';
import { type Coin, LOCK_BURN } from '../core/primitives/coin.ts';
import { type CoinKey, coinKey } from '../core/primitives/coin-key.ts';
import type { Transaction } from '../core/primitives/transaction.ts';
import { type BinaryString, toBinary } from '../core/codec/binary.ts';
import { MAX_ANCESTORS } from '../core/policy/policy-limits.ts';
import type { ChainView } from './chain-view.ts';
import type { PoolEntry } from './entry.ts';
import type { AncestorGraph } from './ancestor-graph.ts';

/** Where the coins of a transaction come from: the chain, the pool, or nowhere known. */
export interface Inputs {
  readonly coin: CoinLookup;
  /** The transactions of the pool that it spends from. */
  readonly parents: readonly PoolEntry[];
  /** Those of the pool that spend the same coins. */
  readonly conflicts: readonly PoolEntry[];
  /**
   * Transactions that neither the pool nor the chain's coins know. The search ends when they are more than could ever
   * be waited for.
   */
  readonly missing: readonly BinaryString[];
}

/** Looks up every input once. */
export function findInputs(tx: Transaction, chain: ChainView, graph: AncestorGraph): Inputs {
  const coins = new Map<CoinKey, Coin>();
  const parents = new Map<PoolEntry, Transaction>();
  const conflicts = new Set<PoolEntry>();
  const missing = new Set<BinaryString>();
  const height = chain.tip().height + 1;
  for (const input of tx.inputs) {
    const key = coinKey(input);
    const conflict = graph.spender(key);
    if (conflict) conflicts.add(conflict);
    const txid = toBinary(input.txid);
    const parent = graph.get(txid);
    if (parent) {
      const from = parents.get(parent) ?? parent.tx;
      parents.set(parent, from);
      const output = from.outputs[input.index];
      // An output that the parent doesn't have, or has burnt, will never be a coin.
      if (output && output.lockType !== LOCK_BURN) coins.set(key, { ...output, height, coinbase: false });
      continue;
    }
    const coin = chain.getCoin(input);
    if (coin) coins.set(key, coin);
    else if (missing.add(txid).size > MAX_ANCESTORS) break;
  }
  return {
    coin: (key) => coins.get(key),
    parents: [...parents.keys()],
    conflicts: [...conflicts],
    missing: [...missing],
  };
}

// One coin that is still there is enough to tell; looking for all would let a wide transaction cost a lot.
const LOOKED_AT = 8;

/** Whether its own coins are in the chain's set, which means that it has been mined. */
export function isMined({ txid, outputs }: Transaction, chain: ChainView): boolean {
  return outputs.slice(0, LOOKED_AT).some((_, index) => chain.getCoin({ txid, index }) !== undefined);
}
