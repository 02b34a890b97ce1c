import type { Height, Motes } from '../../../shared/units.ts';
import { equalBytes } from '../../core/codec/bytes.ts';
import { fromHex } from '../../core/codec/hex.ts';
import {
  type Outpoint,
  type OutpointKey,
  outpointKey,
  outpointKeyOf,
} from '../../core/primitives/outpoint.ts';
import type { OriginOf } from './coin-origins.ts';
import type { Candidate } from './candidate.ts';
import { KithError } from '../../lib/errors.ts';
import { type CoinHolder, type Funds, sortCoins, type Spendable } from '../ledger/balance.ts';
import type { Ledger } from '../ledger/wallet-ledger.ts';
import type { Receiver } from './receivers.ts';
import type { OwnCoin, UnconfirmedRecord, WalletRecord } from '../ledger/wallet-records.ts';
import { CHAIN } from '../keys/key-path.ts';
import type { Output } from '../../core/primitives/coin.ts';
import { paymentStates } from '../ledger/payment-state.ts';

/** A coin that a payment may spend. */
export interface CoinChoice extends Candidate {
  readonly outpoint: Outpoint;
  readonly coin: OwnCoin;
  /**
   * Null for a coin in a block. For unconfirmed change: the earliest expiry of its payment and its ancestors; 0 for
   * none.
   */
  readonly inheritedExpiry: Height | null;
}

/** The coins that a payment may spend. */
export interface OfferedCoins {
  /** Mature coins in blocks, or the coins that the user chose. */
  readonly preferred: readonly CoinChoice[];
  /** Unconfirmed change, to be spent only if `preferred` is not enough. */
  readonly unconfirmedChange: readonly CoinChoice[];
  /**
   * Txids of expired or cancelled payments to the same receivers that share no coin with `coins`, so that both payments could be
   * mined.
   */
  payableTwice(coins: readonly CoinChoice[]): readonly string[];
}

export interface OfferRequest {
  readonly receivers: readonly Receiver[];
  /** The coins that the user chose; undefined if the wallet chooses. */
  readonly chosen: readonly { readonly txid: string; readonly index: number }[] | undefined;
  readonly originOf: OriginOf;
}

/**
 * Coins for a payment to these receivers. An expired or cancelled payment can still be mined, and a user
 * who pays the same receiver again wants to pay once. Therefore the new payment spends a coin of the earlier one,
 * until that one can no longer be mined (protocol.md §4). This fails if the user chose other coins, or if none of its coins
 * is confirmed; `payableTwice` returns the payments for which it failed.
 */
export function offeredCoins(
  holder: CoinHolder,
  maturity: number,
  { receivers, chosen, originOf }: OfferRequest,
): OfferedCoins {
  const earlier = earlierPayments(holder.ledger, receivers);
  const funds = sortCoins(holder, maturity);
  const { confirmed, change } = funds;
  const payableTwice = (coins: readonly CoinChoice[]) => {
    const keys = new Set(coins.map(({ key }) => key));
    return earlier.filter((rival) => !rival.keys.some((key) => keys.has(key))).map((rival) => rival.txid);
  };
  const choiceOf = (spendable: Spendable, required: boolean) => choiceOfCoin(spendable, required, originOf);
  if (chosen !== undefined) {
    const preferred = chosenCoins(funds, chosen).map((coin) => choiceOf(coin, true));
    return { preferred, unconfirmedChange: [], payableTwice };
  }

  if (earlier.length === 0) return { ...freeCoins(holder, maturity, originOf), payableTwice };
  const required = new Set<OutpointKey>();
  const free = new Set(confirmed.map(({ key }) => key));
  for (const { keys } of earlier) {
    const key = keys.find((candidate) => free.has(candidate));
    if (key !== undefined && !keys.some((candidate) => required.has(candidate))) required.add(key);
  }
  return {
    preferred: confirmed.map((coin) => choiceOf(coin, required.has(coin.key))),
    unconfirmedChange: change.map((coin) => choiceOf(coin, false)),
    payableTwice,
  };
}

type Choices = Pick<OfferedCoins, 'preferred' | 'unconfirmedChange'>;

const cache = new WeakMap<Funds, { readonly originOf: OriginOf; readonly choices: Choices }>();

/** All coins that a payment may spend, none of them required. Kept until they change: the page asks for many quotes. */
export function freeCoins(holder: CoinHolder, maturity: number, originOf: OriginOf): Choices {
  const funds = sortCoins(holder, maturity);
  const last = cache.get(funds);
  if (last?.originOf === originOf) return last.choices;
  const choicesOf = (coins: readonly Spendable[]) => coins.map((coin) => choiceOfCoin(coin, false, originOf));
  const choices = { preferred: choicesOf(funds.confirmed), unconfirmedChange: choicesOf(funds.change) };
  cache.set(funds, { originOf, choices });
  return choices;
}

/** A coin as a payment may choose it. */
export function choiceOfCoin(spendable: Spendable, required: boolean, originOf: OriginOf): CoinChoice {
  return new Choice(spendable, required, originOf);
}

/** What few payments need is computed when it is read: a wallet may have 50 000 coins to choose from. */
class Choice implements CoinChoice {
  readonly key: OutpointKey;
  readonly amount: Motes;
  readonly coin: OwnCoin;
  readonly inheritedExpiry: Height | null;
  readonly required: boolean;
  readonly #originOf: OriginOf;

  constructor({ key, coin, inheritedExpiry }: Spendable, required: boolean, originOf: OriginOf) {
    this.key = key;
    this.amount = coin.amount;
    this.coin = coin;
    this.inheritedExpiry = inheritedExpiry;
    this.required = required;
    this.#originOf = originOf;
  }

  get index(): number {
    return Number(this.key.slice(65));
  }

  get origin(): string | undefined {
    return this.#originOf(this.key, this.coin);
  }

  get outpoint(): Outpoint {
    return { txid: fromHex(this.key.slice(0, 64))!, index: this.index };
  }
}

/**
 * The coins that the user chose, each once.
 * @throws {KithError} `wallet-coin-frozen`, `wallet-coin-waiting`, `wallet-coin-unknown`
 */
export function chosenCoins(
  { confirmed, change, pendingChange, incoming, immature, frozen }: Funds,
  chosen: readonly { readonly txid: string; readonly index: number }[],
): Spendable[] {
  const byKey = new Map([...confirmed, ...change].map((spendable) => [spendable.key, spendable]));
  const later = new Map(
    [...pendingChange, ...incoming, ...immature].map(({ key, coin }) => [key, coin.amount]),
  );
  const kept = new Map(frozen.map(({ key, coin }) => [key, coin.amount]));
  const keys = new Set(chosen.map(({ txid, index }) => outpointKeyOf(txid, index)));
  return [...keys].map((key) => {
    const spendable = byKey.get(key);
    if (kept.has(key))
      throw new KithError('wallet-coin-frozen', undefined, { data: { coin: key, amount: kept.get(key)! } });
    if (later.has(key))
      throw new KithError('wallet-coin-waiting', undefined, { data: { coin: key, amount: later.get(key)! } });
    if (spendable === undefined)
      throw new KithError('wallet-coin-unknown', undefined, { data: { coin: key } });
    return spendable;
  });
}

interface EarlierPayment {
  readonly txid: string;
  readonly keys: readonly OutpointKey[];
}

function earlierPayments(ledger: Ledger, receivers: readonly Receiver[]): EarlierPayment[] {
  const states = paymentStates(ledger);
  const stateOf = ({ tx }: UnconfirmedRecord) => states.get(tx.txidHex);
  const paying = [...ledger.unconfirmed.values()].filter((record) => paysAny(record, receivers));
  // The coins of what was sped up are spent by a payment to the same receiver.
  const paidAgain = new Set(
    paying.filter((record) => stateOf(record) === 'live').flatMap(({ tx }) => tx.inputs.map(outpointKey)),
  );
  return paying
    .filter((record) => {
      const isCancelled = stateOf(record) === 'replaced' && record.conflict === null;
      return record.inputs.length > 0 && (isCancelled || stateOf(record) === 'expired');
    })
    .filter(({ tx }) => !tx.inputs.some((input) => paidAgain.has(outpointKey(input))))
    .map(({ tx }) => ({ txid: tx.txidHex, keys: tx.inputs.map(outpointKey) }));
}

function paysAny(record: UnconfirmedRecord, receivers: readonly Receiver[]): boolean {
  return paidOutputs(record).some((output) =>
    receivers.some(({ lock }) => equalBytes(lock.lock, output.lock)),
  );
}

/** The outputs of a transaction without the change of this wallet. */
export function paidOutputs({ tx, outputs }: WalletRecord): Output[] {
  const change = new Set(
    outputs.filter(({ keyPath }) => keyPath.chain === CHAIN.change).map(({ index }) => index),
  );
  return tx.outputs.filter((_, index) => !change.has(index));
}
