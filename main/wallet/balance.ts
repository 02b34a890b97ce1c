import type { Balance } from '../../shared/contract/wallet.ts';
import type { Height } from '../../shared/units.ts';
import { type OutpointKey, outpointKeyOf } from '../core/primitives/outpoint.ts';
import type { OwnCoin, UnconfirmedRecord } from './wallet-records.ts';
import type { Ledger } from './wallet-ledger.ts';
import { spentByLive, paymentStates } from './payment-state.ts';
import { relayableParents } from './unconfirmed-change.ts';

/** Whether the block after the tip may spend a coin, by the maturity rule. */
export function isMature(coin: OwnCoin, tip: Height, maturity: number): boolean {
  return !coin.coinbase || tip + 1 - coin.height >= maturity;
}

/** A coin of the wallet that no live payment spends. */
export interface Spendable {
  readonly key: OutpointKey;
  readonly coin: OwnCoin;
  /**
   * Null for a coin in a block. For an output of an unconfirmed payment: the earliest expiry of that payment and its
   * ancestors; 0 for none.
   */
  readonly inherits: Height | null;
}

/** Every coin of the wallet, each in exactly one list. No other place decides which coins can be spent. */
export interface Funds {
  /** Coins in blocks that are mature. */
  readonly settled: readonly Spendable[];
  /** Change of own unconfirmed payments that may be spent now. */
  readonly change: readonly Spendable[];
  /**
   * Change of own unconfirmed payments that must be mined first, because the mempool would refuse a payment that spends
   * it.
   */
  readonly waiting: readonly Spendable[];
  /**
   * Outputs of unconfirmed payments from other wallets. They must be mined first, because the sender can still replace
   * them.
   */
  readonly incoming: readonly Spendable[];
  /** Mining rewards that have not reached maturity. */
  readonly immature: readonly Spendable[];
}

/** Sorts all coins of a wallet into the lists of {@link Funds}. */
export function fundsOf(ledger: Ledger, maturity: number): Funds {
  const states = paymentStates(ledger);
  const spent = spentByLive(ledger, states);
  const funds: Record<keyof Funds, Spendable[]> = {
    settled: [],
    change: [],
    waiting: [],
    incoming: [],
    immature: [],
  };
  for (const [key, coin] of ledger.coins) {
    if (!isMature(coin, ledger.syncedTo.height, maturity)) funds.immature.push({ key, coin, inherits: null });
    else if (!spent.has(key)) funds.settled.push({ key, coin, inherits: null });
  }
  const own: { record: UnconfirmedRecord; coins: Spendable[]; worth: number }[] = [];
  for (const [txid, record] of ledger.unconfirmed) {
    if (states.get(txid) !== 'live') continue;
    const coins = unspentOutputs(record, spent);
    const isOurs = record.inputs.length === record.tx.inputs.length;
    if (!isOurs) funds.incoming.push(...coins);
    else if (coins.length > 0) own.push({ record, coins, worth: sumOf(coins) });
  }
  const relayable = relayableParents(ledger, states, own);
  for (const { record, coins } of own) funds[relayable.has(record) ? 'change' : 'waiting'].push(...coins);
  return funds;
}

/** The sum of the coins in motes. */
export function sumOf(coins: readonly Spendable[]): number {
  return coins.reduce((total, { coin }) => total + coin.amount, 0);
}

/**
 * `confirmed`: coins in blocks that can be spent now. `pending`: outputs of live unconfirmed transactions, own change
 * included. `immature`: mining rewards that have not reached maturity. A coin that a live payment spends is in none of
 * the three. So their sum is what the wallet holds after every live transaction is mined. `spendable`: `confirmed` plus
 * the own change that may be spent now.
 */
export function computeBalance(ledger: Ledger, maturity: number): Balance {
  const { settled, change, waiting, incoming, immature } = fundsOf(ledger, maturity);
  return {
    confirmed: sumOf(settled),
    pending: sumOf([...change, ...waiting, ...incoming]),
    immature: sumOf(immature),
    spendable: sumOf([...settled, ...change]),
    asOfHeight: ledger.syncedTo.height,
  };
}

/** All coins that a payment may spend now, own change included. */
export function spendableCoins(ledger: Ledger, maturity: number): Spendable[] {
  const { settled, change } = fundsOf(ledger, maturity);
  return [...settled, ...change];
}

/** Outputs of an unconfirmed transaction that belong to the wallet and that no live payment spends. */
function unspentOutputs(record: UnconfirmedRecord, spent: ReadonlySet<OutpointKey>): Spendable[] {
  return record.outputs.flatMap(({ index, place }) => {
    const key = outpointKeyOf(record.tx.txidHex, index);
    const coin = { amount: record.tx.outputs[index]!.amount, place, height: 0, coinbase: false };
    return spent.has(key) ? [] : [{ key, coin, inherits: record.tx.expires }];
  });
}
