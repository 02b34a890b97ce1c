import type { Height } from '../../shared/units.ts';
import { type Block } from '../core/primitives/block.ts';
import { type CoinKey, coinKey, coinKeyOf } from '../core/primitives/coin-key.ts';
import type { Transaction } from '../core/primitives/transaction.ts';
import type { PoolEntry } from './entry.ts';
import type { Orphans } from './orphans.ts';
import type { Pool } from './pool.ts';

/** What a block that joined the chain does to the pool: its transactions leave, and so does what they rule out. */
export function applyConnected(block: Block, pool: Pool, orphans: Orphans): void {
  // While a new node reads the whole chain there is nothing here, and a block must cost nothing.
  if (pool.graph.size > 0) {
    for (const tx of block.transactions) removeMinedAndConflicts(tx, pool);
    removeExpired(block.header.height, pool);
  }
  if (orphans.size > 0) dropDecidedOrphans(block, orphans);
  pool.release();
}

function removeMinedAndConflicts(tx: Transaction, pool: Pool): void {
  const { graph } = pool;
  const own = graph.get(tx.txidBinary);
  // Its coins are spent by itself here, so nothing else of the pool can spend them.
  if (own) return pool.removeMined(own);
  for (const input of tx.inputs) {
    const loser = graph.spender(coinKey(input));
    if (loser) pool.removeWithDescendants(loser, 'conflict', tx.txidHex);
  }
}

/** Those that the next block may no longer take, and what descends from them. */
export function removeExpired(tip: Height, pool: Pool): void {
  for (const entry of [...pool.graph.entries()]) {
    if (entry.alive && entry.expires !== 0 && entry.expires <= tip)
      pool.removeWithDescendants(entry, 'expired');
  }
}

/** Those that spend coinbases which are too young on the chain as it is now. */
export function removeImmature(tip: Height, pool: Pool): void {
  for (const entry of [...pool.graph.entries()]) {
    if (entry.alive && entry.matureAt > tip + 1) pool.removeWithDescendants(entry, 'reorg');
  }
}

/** Those that were judged by rules which are no longer, or not yet, in force. */
export function removeUpgradable(pool: Pool): void {
  for (const entry of [...pool.graph.entries()]) {
    if (entry.alive && entry.upgradable) pool.removeWithDescendants(entry, 'reorg');
  }
}

function dropDecidedOrphans(block: Block, orphans: Orphans): void {
  const spent = new Set<CoinKey>();
  for (const tx of block.transactions) for (const input of tx.inputs) spent.add(coinKey(input));
  // An orphan that was mined itself spends coins of the block too.
  orphans.removeWhere((orphan) => orphan.inputs.some((input) => spent.has(coinKey(input))));
}

/** Who in the pool spends what this transaction creates. */
export function spendersOf(tx: Transaction, pool: Pool): PoolEntry[] {
  const spenders = new Set<PoolEntry>();
  tx.outputs.forEach((_, index) => {
    const spender = pool.graph.spender(coinKeyOf(tx.txidBinary, index));
    if (spender) spenders.add(spender);
  });
  return [...spenders];
}

/** Who in the pool spends one of these coins. */
export function spendersOfCoins(coins: ReadonlyMap<CoinKey, unknown>, pool: Pool): PoolEntry[] {
  const spenders = new Set<PoolEntry>();
  for (const key of coins.keys()) {
    const spender = pool.graph.spender(key);
    if (spender) spenders.add(spender);
  }
  return [...spenders];
}
