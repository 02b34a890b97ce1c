import type { Height } from '../../shared/units.ts';
import type { CoinLookup } from '../core/ledger/delta.ts';
import { type Coin, LOCK_BURN } from '../core/primitives/coin.ts';
import { type CoinKey, coinKey } from '../core/primitives/coin-key.ts';
import type { Outpoint } from '../core/primitives/outpoint.ts';
import type { Transaction } from '../core/primitives/transaction.ts';
import { type BinaryString, toBinary } from '../core/codec/binary.ts';
import { MAX_ANCESTORS } from '../core/policy/policy-limits.ts';
import type { ChainView } from './chain-view.ts';
import type { PoolEntry } from './entry.ts';
import type { AncestorGraph } from './ancestor-graph.ts';

/** Where the coins of a transaction come from: the UTXO set, the pool, or unknown. */
export interface Inputs {
  readonly coin: CoinLookup;
  /** Parents of the transaction in the pool. */
  readonly parents: readonly PoolEntry[];
  /** Conflicts of the transaction: entries of the pool that spend the same coins. */
  readonly conflicts: readonly PoolEntry[];
  /**
   * Missing parents: ids of transactions that are neither in the pool nor in the UTXO set. The search stops when there
   * are more than the ancestor limit allows.
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
      // An output that the parent does not have, or that it burns, never becomes a coin.
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

// Looking at all outputs would make a transaction with many outputs expensive.
const LOOKED_AT = 8;

/** Whether the transaction was mined. Shown by an unspent output in the UTXO set; only the first ones are looked up. */
export function isMined({ txid, outputs }: Transaction, chain: ChainView): boolean {
  return outputs.slice(0, LOOKED_AT).some((_, index) => chain.getCoin({ txid, index }) !== undefined);
}

/** The conflicts of a transaction in the pool, except the transaction itself. */
export function conflictsOf(tx: Transaction, graph: AncestorGraph): PoolEntry[] {
  const found = new Set<PoolEntry>();
  for (const input of tx.inputs) {
    const spender = graph.spender(coinKey(input));
    if (spender && spender.id !== tx.txidBinary) found.add(spender);
  }
  return [...found];
}

/**
 * An unspent output of an entry, as a coin of the block at `height`. Undefined if the entry is unknown or an entry
 * spends the output.
 */
export function unspentOutput(outpoint: Outpoint, graph: AncestorGraph, height: Height): Coin | undefined {
  if (graph.spender(coinKey(outpoint))) return undefined;
  const output = graph.get(toBinary(outpoint.txid))?.tx.outputs[outpoint.index];
  return output && output.lockType !== LOCK_BURN ? { ...output, height, coinbase: false } : undefined;
}
