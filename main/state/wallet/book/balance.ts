import type { Balance } from '../../../../shared/contract/wallet.ts';
import type { Height } from '../../../../shared/units.ts';
import { type OutpointKey, outpointKeyOf } from '../../../core/primitives/outpoint.ts';
import type { OwnCoin } from '../store/records.ts';
import type { Book } from './book.ts';
import { spentByLive, standings } from './standing.ts';

/** Whether the next block may spend a coin: the rule of the ledger, seen from the tip. */
export function isMature(coin: OwnCoin, tip: Height, maturity: number): boolean {
  return !coin.coinbase || tip + 1 - coin.height >= maturity;
}

/**
 * `confirmed`: coins in blocks that can be spent now. `pending`: what live transactions in no block will bring, our own
 * change among it. `immature`: mined rewards that must wait. A coin that a live payment spends is in none of them, so
 * the three together are what the wallet will hold when everything under way is mined.
 */
export function computeBalance(book: Book, maturity: number): Balance {
  const tip = book.asOf.height;
  const standing = standings(book);
  const spent = spentByLive(book, standing);
  let confirmed = 0;
  let immature = 0;
  for (const [key, coin] of book.coins) {
    if (!isMature(coin, tip, maturity)) immature += coin.amount;
    else if (!spent.has(key)) confirmed += coin.amount;
  }
  let pending = 0;
  for (const [txid, record] of book.unmined) {
    if (standing.get(txid) !== 'live') continue;
    for (const { index } of record.outputs) {
      if (!spent.has(outpointKeyOf(txid, index))) pending += record.tx.outputs[index]!.amount;
    }
  }
  return { confirmed, pending, immature, asOfHeight: tip };
}

/** A coin that a payment may spend now. */
export interface Spendable {
  readonly key: OutpointKey;
  readonly coin: OwnCoin;
  /** Null for a coin in a block; for our own change that waits to be mined, the expiry that it inherits (0 = none). */
  readonly inherits: Height | null;
}

/**
 * Everything that can be spent: mature coins in blocks, and, marked, the change of our own live payments. Others'
 * unconfirmed payments aren't ours to build on: whoever made them can take them back.
 */
export function spendableCoins(book: Book, maturity: number): Spendable[] {
  const standing = standings(book);
  const spent = spentByLive(book, standing);
  const coins: Spendable[] = [];
  for (const [key, coin] of book.coins) {
    if (!spent.has(key) && isMature(coin, book.asOf.height, maturity))
      coins.push({ key, coin, inherits: null });
  }
  for (const [txid, record] of book.unmined) {
    const ours = record.inputs.length === record.tx.inputs.length;
    if (!ours || standing.get(txid) !== 'live') continue;
    for (const { index, place } of record.outputs) {
      const key = outpointKeyOf(txid, index);
      const coin = { amount: record.tx.outputs[index]!.amount, place, height: 0, coinbase: false };
      if (!spent.has(key)) coins.push({ key, coin, inherits: record.tx.expires });
    }
  }
  return coins;
}
