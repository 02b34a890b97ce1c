import type { Balance } from '../../shared/contract/wallet.ts';
import type { Height } from '../../shared/units.ts';
import { type OutpointKey, outpointKeyOf } from '../core/primitives/outpoint.ts';
import type { OwnCoin, UnminedRecord } from './wallet-records.ts';
import type { Book } from './wallet-ledger.ts';
import { spentByLive, standings } from './payment-state.ts';
import { relayableParents } from './unconfirmed-change.ts';

/** Whether the next block may spend a coin: the rule of the ledger, seen from the tip. */
export function isMature(coin: OwnCoin, tip: Height, maturity: number): boolean {
  return !coin.coinbase || tip + 1 - coin.height >= maturity;
}

/** A coin of the wallet that no live payment spends. */
export interface Spendable {
  readonly key: OutpointKey;
  readonly coin: OwnCoin;
  /** Null for a coin in a block; for an output of a payment in no block, the expiry that it inherits (0 = none). */
  readonly inherits: Height | null;
}

/** Every coin that the wallet has or will have, once: the only place that says which of them can be spent. */
export interface Funds {
  /** In blocks, and mature. */
  readonly settled: readonly Spendable[];
  /** Change of our own payments in no block, which may be spent already. */
  readonly change: readonly Spendable[];
  /** The same, where the mempool would not take a payment that spends it: it waits for a block. */
  readonly waiting: readonly Spendable[];
  /** Of others' payments in no block: they can still take them back. */
  readonly incoming: readonly Spendable[];
  /** Mined rewards that are too young. */
  readonly immature: readonly Spendable[];
}

/** Sorts all coins of a wallet by what can be done with them now. */
export function fundsOf(book: Book, maturity: number): Funds {
  const standing = standings(book);
  const spent = spentByLive(book, standing);
  const funds: Record<keyof Funds, Spendable[]> = {
    settled: [],
    change: [],
    waiting: [],
    incoming: [],
    immature: [],
  };
  for (const [key, coin] of book.coins) {
    if (!isMature(coin, book.asOf.height, maturity)) funds.immature.push({ key, coin, inherits: null });
    else if (!spent.has(key)) funds.settled.push({ key, coin, inherits: null });
  }
  const own: { record: UnminedRecord; coins: Spendable[]; worth: number }[] = [];
  for (const [txid, record] of book.unmined) {
    if (standing.get(txid) !== 'live') continue;
    const coins = unspentOutputs(record, spent);
    const isOurs = record.inputs.length === record.tx.inputs.length;
    if (!isOurs) funds.incoming.push(...coins);
    else if (coins.length > 0) own.push({ record, coins, worth: sumOf(coins) });
  }
  const relayable = relayableParents(book, standing, own);
  for (const { record, coins } of own) funds[relayable.has(record) ? 'change' : 'waiting'].push(...coins);
  return funds;
}

/** What the coins hold together, in motes. */
export function sumOf(coins: readonly Spendable[]): number {
  return coins.reduce((total, { coin }) => total + coin.amount, 0);
}

/**
 * `confirmed`: coins in blocks that can be spent now. `pending`: what live transactions in no block will bring, our own
 * change among it. `immature`: mined rewards that must wait. A coin that a live payment spends is in none of them, so
 * the three together are what the wallet will hold when everything under way is mined. `spendable`: what a payment can
 * be made from now, `confirmed` and the part of our change that may be spent already.
 */
export function computeBalance(book: Book, maturity: number): Balance {
  const { settled, change, waiting, incoming, immature } = fundsOf(book, maturity);
  return {
    confirmed: sumOf(settled),
    pending: sumOf([...change, ...waiting, ...incoming]),
    immature: sumOf(immature),
    spendable: sumOf([...settled, ...change]),
    asOfHeight: book.asOf.height,
  };
}

/** Everything that a payment can be made from now. */
export function spendableCoins(book: Book, maturity: number): Spendable[] {
  const { settled, change } = fundsOf(book, maturity);
  return [...settled, ...change];
}

/** Outputs of a transaction in no block that belong to the wallet and that no live payment spends. */
function unspentOutputs(record: UnminedRecord, spent: ReadonlySet<OutpointKey>): Spendable[] {
  return record.outputs.flatMap(({ index, place }) => {
    const key = outpointKeyOf(record.tx.txidHex, index);
    const coin = { amount: record.tx.outputs[index]!.amount, place, height: 0, coinbase: false };
    return spent.has(key) ? [] : [{ key, coin, inherits: record.tx.expires }];
  });
}
