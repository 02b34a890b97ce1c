import type { Height } from '../../shared/units.ts';
import { equalBytes } from '../core/codec/bytes.ts';
import { fromHex } from '../core/codec/hex.ts';
import { type Outpoint, type OutpointKey, outpointKey, outpointKeyOf } from '../core/primitives/outpoint.ts';
import type { Candidate } from './coin-selection.ts';
import { KithError } from '../lib/errors.ts';
import { type Funds, fundsOf, type Spendable } from './balance.ts';
import type { Ledger } from './wallet-ledger.ts';
import type { Receiver } from './receivers.ts';
import type { OwnCoin, UnconfirmedRecord } from './wallet-records.ts';
import { paymentStates } from './payment-state.ts';

/** A coin that a payment may spend. */
export interface Choice extends Candidate {
  readonly outpoint: Outpoint;
  readonly coin: OwnCoin;
  /**
   * Null for a coin in a block. For unconfirmed change: the earliest expiry of its payment and its ancestors; 0 for
   * none.
   */
  readonly inherits: Height | null;
}

/** The coins that a payment may spend. */
export interface Offer {
  /** Coins in blocks, or those that the user chose. */
  readonly settled: readonly Choice[];
  /** Unconfirmed change, to be used only if the settled coins are not enough. */
  readonly unsettled: readonly Choice[];
  /** Txids of expired payments to the same receivers that share no coin with these, so that both could be mined. */
  uncovered(coins: readonly Choice[]): readonly string[];
}

/**
 * Coins for a payment to these receivers. A reorganisation could still mine an expired payment, and a user who pays the
 * same receiver again means to pay once. So until the expired payment is dead, the new payment spends one of its coins
 * (protocol.md §4), unless the user chose other coins or none of them is settled. `uncovered` reports the payments for
 * which this failed.
 */
export function offeredCoins(
  ledger: Ledger,
  maturity: number,
  receivers: readonly Receiver[],
  chosen?: readonly { readonly txid: string; readonly index: number }[],
): Offer {
  const rivals = expiredPayments(ledger, receivers);
  const funds = fundsOf(ledger, maturity);
  const { settled, change } = funds;
  const uncovered = (coins: readonly Choice[]) => {
    const keys = new Set(coins.map(({ key }) => key));
    return rivals.filter((rival) => !rival.keys.some((key) => keys.has(key))).map((rival) => rival.txid);
  };
  if (chosen !== undefined) return { settled: chosenCoins(funds, chosen), unsettled: [], uncovered };

  const required = new Set<OutpointKey>();
  const free = new Set(settled.map(({ key }) => key));
  for (const { keys } of rivals) {
    const key = keys.find((candidate) => free.has(candidate));
    if (key !== undefined && !keys.some((candidate) => required.has(candidate))) required.add(key);
  }
  return {
    settled: settled.map((coin) => choiceOf(coin, required.has(coin.key))),
    unsettled: change.map((coin) => choiceOf(coin, false)),
    uncovered,
  };
}

function choiceOf({ key, coin, inherits }: Spendable, required: boolean): Choice {
  const outpoint = { txid: fromHex(key.slice(0, 64))!, index: Number(key.slice(65)) };
  return {
    key,
    index: outpoint.index,
    amount: coin.amount,
    height: coin.height,
    required,
    outpoint,
    coin,
    inherits,
  };
}

function chosenCoins(
  { settled, change, waiting, incoming, immature }: Funds,
  chosen: readonly { readonly txid: string; readonly index: number }[],
): Choice[] {
  const byKey = new Map([...settled, ...change].map((spendable) => [spendable.key, spendable]));
  const later = new Map([...waiting, ...incoming, ...immature].map(({ key, coin }) => [key, coin.amount]));
  const keys = new Set(chosen.map(({ txid, index }) => outpointKeyOf(txid, index)));
  return [...keys].map((key) => {
    const spendable = byKey.get(key);
    if (later.has(key))
      throw new KithError('wallet-coin-waiting', undefined, { data: { coin: key, amount: later.get(key)! } });
    if (spendable === undefined)
      throw new KithError('wallet-coin-unknown', undefined, { data: { coin: key } });
    return choiceOf(spendable, true);
  });
}

interface Rival {
  readonly txid: string;
  readonly keys: readonly OutpointKey[];
}

function expiredPayments(ledger: Ledger, receivers: readonly Receiver[]): Rival[] {
  const states = paymentStates(ledger);
  return [...ledger.unconfirmed.values()]
    .filter(({ tx, inputs }) => inputs.length > 0 && states.get(tx.txidHex) === 'expired')
    .filter((record) => paysAny(record, receivers))
    .map(({ tx }) => ({ txid: tx.txidHex, keys: tx.inputs.map(outpointKey) }));
}

function paysAny({ tx, outputs }: UnconfirmedRecord, receivers: readonly Receiver[]): boolean {
  const change = new Set(outputs.filter(({ place }) => place.chain === 1).map(({ index }) => index));
  return tx.outputs.some(
    (output, index) => !change.has(index) && receivers.some(({ lock }) => equalBytes(lock.lock, output.lock)),
  );
}
