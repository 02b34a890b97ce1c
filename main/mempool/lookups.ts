import type { Height } from '../../shared/units.ts';
import { type Coin, LOCK_BURN } from '../core/primitives/coin.ts';
import { toBinary } from '../core/codec/binary.ts';
import { coinKey } from '../core/primitives/coin-key.ts';
import type { Outpoint } from '../core/primitives/outpoint.ts';
import type { Transaction } from '../core/primitives/transaction.ts';
import type { PoolEntry } from './entry.ts';
import type { AncestorGraph } from './ancestor-graph.ts';

/** The conflicts of a transaction in the pool, without itself. */
export function conflictsOf(tx: Transaction, graph: AncestorGraph): PoolEntry[] {
  const found = new Set<PoolEntry>();
  for (const input of tx.inputs) {
    const spender = graph.spender(coinKey(input));
    if (spender && spender.id !== tx.txidBinary) found.add(spender);
  }
  return [...found];
}

/** An output of an entry that no entry spends, as a coin of the block at `height`. */
export function unspentOutput(outpoint: Outpoint, graph: AncestorGraph, height: Height): Coin | undefined {
  if (graph.spender(coinKey(outpoint))) return undefined;
  const output = graph.get(toBinary(outpoint.txid))?.tx.outputs[outpoint.index];
  return output && output.lockType !== LOCK_BURN ? { ...output, height, coinbase: false } : undefined;
}
