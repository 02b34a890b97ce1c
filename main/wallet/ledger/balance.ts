import type { Balance } from '../../../shared/contract/wallet.ts';
import type { Height } from '../../../shared/units.ts';
import { toHex } from '../../core/codec/hex.ts';
import { type OutpointKey, outpointKey, outpointKeyOf } from '../../core/primitives/outpoint.ts';
import type { WalletFile } from '../files/wallet-file.ts';
import type { OwnCoin, UnconfirmedRecord } from './wallet-records.ts';
import type { Ledger } from './wallet-ledger.ts';
import { parentsFirst, parentsOf, paymentStates, spentByLive } from './payment-state.ts';
import { relayableParents } from './unconfirmed-change.ts';

/** Whether the block after the tip may spend a coin, by the maturity rule. */
export function isMature(coin: OwnCoin, tip: Height, maturity: number): boolean {
  return !coin.coinbase || tip + 1 - coin.height >= maturity;
}

/** Whether the locks of the wallet allow no spend in the block after the tip. */
export function isLocked({ spendableFrom, syncedTo }: Pick<Ledger, 'spendableFrom' | 'syncedTo'>): boolean {
  return spendableFrom > syncedTo.height + 1;
}

/** A coin of the wallet that no live payment spends. */
export interface Spendable {
  readonly key: OutpointKey;
  readonly coin: OwnCoin;
  /**
   * Null for a coin in a block. For an output of an unconfirmed payment: the earliest expiry of that payment and its
   * ancestors; 0 for none.
   */
  readonly inheritedExpiry: Height | null;
}

/** Every coin of the wallet, each in exactly one list. No other code decides which coins can be spent. */
export interface Funds {
  /** Coins in blocks that are mature. */
  readonly confirmed: readonly Spendable[];
  /** Change of unconfirmed own payments. It may be spent now. */
  readonly change: readonly Spendable[];
  /**
   * Change of unconfirmed own payments that must be mined before it can be spent, because the mempool would refuse a
   * payment that spends it.
   */
  readonly pendingChange: readonly Spendable[];
  /**
   * Outputs of unconfirmed payments from other wallets, and of own payments that spend such outputs. They must be mined
   * first, because the sender can still replace them.
   */
  readonly incoming: readonly Spendable[];
  /** Mining rewards that have not reached maturity, and coins in blocks that are locked until a later height. */
  readonly immature: readonly Spendable[];
  /**
   * Coins that the user froze and that would be in `confirmed`, `change` or `pendingChange` otherwise. They are spent
   * only after they were unfrozen. A frozen coin that is incoming or immature is in that list until it is not any more.
   */
  readonly frozen: readonly Spendable[];
}

/** The parts of a wallet that decide about its coins. */
export interface CoinHolder {
  readonly ledger: Ledger;
  readonly file: Pick<WalletFile, 'frozen'>;
}

interface Sorted {
  readonly basis: readonly unknown[];
  /** The heights of the tip, without the last, for which the lists are valid. */
  readonly from: Height;
  readonly until: Height;
  readonly funds: Funds;
}

const cache = new WeakMap<Ledger, Sorted>();

/**
 * Sorts all coins of a wallet into the lists of {@link Funds}. The same object is returned as long as nothing changed,
 * also after blocks without a payment of the wallet. Cost: linear in the number of coins; 50 000 take about 10 ms.
 */
export function sortCoins({ ledger, file: { frozen } }: CoinHolder, maturity: number): Funds {
  const { height } = ledger.syncedTo;
  // Every change of the coins, also by a reorganisation, has another revision.
  const basis = [ledger.revision, frozen, maturity];
  const last = cache.get(ledger);
  const isCurrent = last?.basis.every((value, i) => value === basis[i]) ?? false;
  if (last !== undefined && isCurrent && height >= last.from && height < last.until) return last.funds;
  const funds = sortAll(ledger, frozen, maturity);
  cache.set(ledger, { basis, from: height, until: validUntil(ledger, funds, maturity), funds });
  return funds;
}

/** The height at which the lock ends or the next reward is mature. An unconfirmed payment may expire at any height. */
function validUntil(ledger: Ledger, { immature }: Funds, maturity: number): Height {
  if (ledger.unconfirmed.size > 0) return ledger.syncedTo.height + 1;
  if (isLocked(ledger)) return ledger.spendableFrom - 1;
  return immature.reduce((least, { coin }) => Math.min(least, coin.height + maturity - 1), Infinity);
}

function sortAll(ledger: Ledger, frozen: WalletFile['frozen'], maturity: number): Funds {
  const states = paymentStates(ledger);
  const spent = spentByLive(ledger, states);
  const funds: Record<keyof Funds, Spendable[]> = {
    confirmed: [],
    change: [],
    pendingChange: [],
    incoming: [],
    immature: [],
    frozen: [],
  };
  for (const [key, coin] of ledger.coins) {
    if (spent.has(key)) continue;
    const mature = isMature(coin, ledger.syncedTo.height, maturity) && !isLocked(ledger);
    const list = !mature ? funds.immature : frozen.has(key) ? funds.frozen : funds.confirmed;
    list.push({ key, coin, inheritedExpiry: null });
  }
  const own: { record: UnconfirmedRecord; coins: Spendable[]; worth: number }[] = [];
  const others = new Set<UnconfirmedRecord>();
  for (const record of parentsFirst(ledger)) {
    if (states.get(record.tx.txidHex) !== 'live') continue;
    const coins = unspentOutputs(record, spent);
    if (dependsOnOthers(record, ledger, others)) {
      others.add(record);
      funds.incoming.push(...coins);
      continue;
    }
    funds.frozen.push(...coins.filter(({ key }) => frozen.has(key)));
    const free = coins.filter(({ key }) => !frozen.has(key));
    if (free.length > 0) own.push({ record, coins: free, worth: sumOf(free) });
  }
  const relayable = relayableParents(ledger, states, own);
  for (const { record, coins } of own)
    funds[relayable.has(record) && !isLocked(ledger) ? 'change' : 'pendingChange'].push(...coins);
  return funds;
}

/** Whether another wallet can still replace an unconfirmed transaction or one of its unconfirmed ancestors. */
function dependsOnOthers(
  record: UnconfirmedRecord,
  ledger: Ledger,
  others: ReadonlySet<UnconfirmedRecord>,
): boolean {
  const isOurs = record.inputs.length === record.tx.inputs.length;
  // The parent of an own payment may be gone: the mempool dropped a payment of another wallet.
  const hasLostParent = record.tx.inputs.some(
    (input) => !ledger.coins.has(outpointKey(input)) && !ledger.unconfirmed.has(toHex(input.txid)),
  );
  return !isOurs || hasLostParent || parentsOf(record, ledger).some((parent) => others.has(parent));
}

/** Every coin of the lists once. */
export function allCoins(funds: Funds): readonly Spendable[] {
  const { confirmed, change, pendingChange, incoming, immature, frozen } = funds;
  return confirmed.concat(change, pendingChange, incoming, immature, frozen);
}

/** The sum of the coins in motes. */
export function sumOf(coins: readonly Spendable[]): number {
  return coins.reduce((total, { coin }) => total + coin.amount, 0);
}

/**
 * The balance in motes. Every coin counts in exactly one of `available` (it can be spent now), `frozen` (the user keeps
 * it from being spent), `pendingChange` (own change that must be mined first), `pendingIn` (from other wallets,
 * unconfirmed) and `immature` (mining rewards): their sum is what the wallet holds after every live transaction is mined. `pendingOut` is what live transactions take from
 * the coins in blocks, less own change. So that sum is also the coins in blocks + `pendingIn` - `pendingOut`. `confirmed`
 * and `pending` split the same sum by blocks: mature coins in blocks that no live transaction spends, and outputs of
 * live transactions. Cost: linear in the number of coins.
 */
export function computeBalance(holder: CoinHolder, maturity: number): Balance {
  const { ledger } = holder;
  const funds = sortCoins(holder, maturity);
  const [confirmed, change] = [sumOf(funds.confirmed), sumOf(funds.change)];
  const [pendingChange, incoming, immature] = [funds.pendingChange, funds.incoming, funds.immature].map(
    sumOf,
  ) as [number, number, number];
  const frozen = sumOf(funds.frozen);
  const frozenInBlocks = sumOf(funds.frozen.filter(({ inheritedExpiry }) => inheritedExpiry === null));
  const kept = confirmed + change + pendingChange + immature + frozen;
  return {
    confirmed: confirmed + frozenInBlocks,
    pending: change + pendingChange + incoming + frozen - frozenInBlocks,
    immature,
    available: confirmed + change,
    frozen,
    pendingChange,
    pendingIn: incoming,
    // Below 0 while a rescan has not reached the blocks whose coins the unconfirmed payments spend.
    pendingOut: Math.max(0, ledger.total - kept),
    asOfHeight: ledger.syncedTo.height,
  };
}

/** Outputs of an unconfirmed transaction that belong to the wallet and that no live payment spends. */
function unspentOutputs(record: UnconfirmedRecord, spent: ReadonlySet<OutpointKey>): Spendable[] {
  return record.outputs.flatMap(({ index, keyPath }) => {
    const key = outpointKeyOf(record.tx.txidHex, index);
    const coin = { amount: record.tx.outputs[index]!.amount, keyPath, height: 0, coinbase: false };
    return spent.has(key) ? [] : [{ key, coin, inheritedExpiry: record.tx.expires }];
  });
}
