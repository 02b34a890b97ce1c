/** The lists of coins and addresses of a wallet. */
import { oc } from '@orpc/contract';
import * as z from 'zod';
import {
  address,
  coinNames,
  count,
  done,
  height,
  id,
  limit,
  total,
  u32,
  unixSeconds,
  walletName,
} from './fields.ts';
import {
  ADDRESS_CHAINS,
  ADDRESS_SORTS,
  ADDRESS_STATES,
  COIN_KINDS,
  COIN_SORTS,
  COIN_STATES,
  ORDERS,
} from './vocabulary.ts';

/** Part of a label, address or txid. */
const search = z.string().max(200, 'the search is longer than 200 characters');

/** Number of items before the first of a page. */
const skip = z.int().min(0).max(1_000_000).default(0);

/**
 * Addition: what the coin list asks for. `search` finds parts of labels and addresses, and the beginning of a txid, in any
 * case. `state` `frozen` finds the frozen coins in any state.
 */
export const coinQuery = z.strictObject({
  name: walletName,
  state: z.enum(COIN_STATES).optional(),
  search: search.optional(),
  sort: z.enum(COIN_SORTS).default('time'),
  order: z.enum(ORDERS).default('descending'),
  skip,
  limit,
});

/** Addition: a coin of a wallet that no pending payment spends. */
export const ownCoin = z.object({
  txid: id,
  index: u32,
  amount: total,
  address: z.string(),
  /** Of its block; both null before it is mined. */
  height: height.nullable(),
  time: unixSeconds.nullable(),
  confirmations: count,
  /** `frozen` is a state of a coin that could be spent otherwise; others keep their state. */
  state: z.enum(COIN_STATES),
  frozen: z.boolean(),
  kind: z.enum(COIN_KINDS),
  /** The label of its payment, or else that of its address; empty for none. */
  label: z.string(),
  /** The height from which on an immature coin can be spent; null for other coins. */
  matureAt: height.nullable(),
});

/** Addition: one page of the coin list, and the number and sum of all coins that match the query. */
export const coinPage = z.object({ coins: z.array(ownCoin), count, sum: total });

/**
 * Addition: what the list of addresses asks for: those of one chain that were issued or paid. `search` finds parts of
 * labels and addresses in any case.
 */
export const addressQuery = z.strictObject({
  name: walletName,
  chain: z.enum(ADDRESS_CHAINS).default('receive'),
  state: z.enum(ADDRESS_STATES).optional(),
  search: search.optional(),
  sort: z.enum(ADDRESS_SORTS).default('index'),
  order: z.enum(ORDERS).default('descending'),
  skip,
  limit,
});

/** Addition: an address of a wallet. */
export const ownAddress = z.object({
  address: z.string(),
  /** Its index in its chain, from 0 on. */
  index: u32,
  state: z.enum(ADDRESS_STATES),
  /** Number of payments that paid it, and their sum, pending ones included. */
  payments: count,
  received: total,
  /** The coins that it has now. */
  balance: total,
  label: z.string(),
});

/** Addition: one page of addresses, and the number and the balance of all that match. `gap`: see `rescan`. */
export const addressPage = z.object({
  addresses: z.array(ownAddress),
  count,
  balance: total,
  gap: count,
});

/** Addition: a wallet of this node that an address is of. `label` is empty for none. */
export const addressOwner = z.object({
  address: z.string(),
  wallet: z.string(),
  chain: z.enum(ADDRESS_CHAINS),
  label: z.string(),
});

/** Addition: the coins of a wallet in blocks over time, in equal steps; the first is at `from`, the last at `to`. */
export const balanceOverTime = z.object({
  from: unixSeconds,
  to: unixSeconds,
  balances: z.array(total),
  /** False if `from` is later than was asked, because the wallet has very many payments. */
  complete: z.boolean(),
});

export const walletListsContract = {
  /** Addition: how the coins of a wallet in blocks changed over the last days. A payment counts from the time of its block. */
  balanceOverTime: oc
    .input(z.strictObject({ name: walletName, days: z.int().min(1).max(366).default(30) }))
    .output(balanceOverTime),
  /** Addition: the coins of a wallet that no pending payment spends. */
  coins: oc.input(coinQuery).output(coinPage),
  /** Addition: the addresses of a wallet. The first call after a start reads the whole history once. */
  addresses: oc.input(addressQuery).output(addressPage),
  /**
   * Addition: which of these addresses are of wallets of this node, and of which; an address of two wallets is listed twice. Other
   * texts are left out.
   */
  owners: oc.input(z.strictObject({ addresses: z.array(address).max(1000) })).output(z.array(addressOwner)),
  /** Addition: freezes coins, so that no payment spends them, or unfreezes them. */
  freeze: oc.input(z.strictObject({ name: walletName, coins: coinNames, frozen: z.boolean() })).output(done),
};

export type BalanceOverTime = Readonly<z.infer<typeof balanceOverTime>>;
export type AddressQuery = z.infer<typeof addressQuery>;
export type AddressPage = Readonly<z.infer<typeof addressPage>>;
export type OwnAddressEntry = Readonly<z.infer<typeof ownAddress>>;
export type AddressOwner = Readonly<z.infer<typeof addressOwner>>;
export type CoinQuery = z.infer<typeof coinQuery>;
export type CoinPage = Readonly<z.infer<typeof coinPage>>;
export type OwnCoinEntry = Readonly<z.infer<typeof ownCoin>>;
