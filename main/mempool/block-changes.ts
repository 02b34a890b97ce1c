import type { Height } from '../../shared/units.ts';
import { type Block } from '../core/primitives/block.ts';
import { type CoinKey, coinKey, coinKeyOf } from '../core/primitives/coin-key.ts';
import type { Transaction } from '../core/primitives/transaction.ts';
import type { PoolEntry } from './entry.ts';
import type { Orphans } from './orphans.ts';
import type { Pool } from './pool.ts';

/** Removes from the pool the transactions of a connected block and those that conflict with them. */
export function applyConnected(block: Block, pool: Pool, orphans: Orphans): void {
  // During the initial sync the pool is empty, and connecting a block must cost nothing here.
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
  // If the transaction is in the pool, no other entry can spend the same coins.
  if (own) return pool.removeMined(own);
  for (const input of tx.inputs) {
    const loser = graph.spender(coinKey(input));
    if (loser) pool.removeWithDescendants(loser, 'conflict', tx.txidHex);
  }
}

/** Removes entries that expired for the block after the tip, and their descendants. */
function removeExpired(tip: Height, pool: Pool): void {
  for (const entry of [...pool.graph.entries()]) {
    if (entry.alive && entry.expires !== 0 && entry.expires <= tip)
      pool.removeWithDescendants(entry, 'expired');
  }
}

/** Removes entries that spend coinbases which are immature on the current chain. */
export function removeImmature(tip: Height, pool: Pool): void {
  for (const entry of [...pool.graph.entries()]) {
    if (entry.alive && entry.matureAt > tip + 1) pool.removeWithDescendants(entry, 'reorg');
  }
}

/** Removes entries that were checked under other rules than those of the next block. */
export function removeUpgradable(pool: Pool): void {
  for (const entry of [...pool.graph.entries()]) {
    if (entry.alive && entry.upgradable) pool.removeWithDescendants(entry, 'reorg');
  }
}

function dropDecidedOrphans(block: Block, orphans: Orphans): void {
  const spent = new Set<CoinKey>();
  for (const tx of block.transactions) for (const input of tx.inputs) spent.add(coinKey(input));
  // Also removes an orphan that was mined itself: it spends the same coins.
  orphans.removeWhere((orphan) => orphan.inputs.some((input) => spent.has(coinKey(input))));
}

/** Entries of the pool that spend outputs of this transaction. */
export function spendersOf(tx: Transaction, pool: Pool): PoolEntry[] {
  const spenders = new Set<PoolEntry>();
  tx.outputs.forEach((_, index) => {
    const spender = pool.graph.spender(coinKeyOf(tx.txidBinary, index));
    if (spender) spenders.add(spender);
  });
  return [...spenders];
}

/** Entries of the pool that spend one of these coins. */
export function spendersOfCoins(coins: ReadonlyMap<CoinKey, unknown>, pool: Pool): PoolEntry[] {
  const spenders = new Set<PoolEntry>();
  for (const key of coins.keys()) {
    const spender = pool.graph.spender(key);
    if (spender) spenders.add(spender);
  }
  return [...spenders];
}
