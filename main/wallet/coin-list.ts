import type { CoinState } from '../../shared/contract/vocabulary.ts';
import type { CoinPage, CoinQuery, OwnCoinEntry } from '../../shared/contract/wallet.ts';
import type { Height, UnixSeconds } from '../../shared/units.ts';
import { decodeAddress, isAddressProblem } from '../core/primitives/address.ts';
import { type Funds, sortCoins, type Spendable, sumOf } from './balance.ts';
import { keyLabels } from './key-labels.ts';
import { CHAIN } from './key-path.ts';
import type { OpenWallet } from './open-wallet.ts';
import type { AddressOf } from './own-addresses.ts';

export interface CoinListContext {
  readonly wallet: OpenWallet;
  readonly hrp: string;
  readonly maturity: number;
  readonly addressOf: AddressOf;
  /** The time of the block at a height; null if there is none. */
  readonly timeOf: (height: Height) => UnixSeconds | null;
}

/** A coin in the list, before its text is written. */
interface Listed extends Spendable {
  readonly state: CoinState;
}

interface Found {
  readonly coins: readonly Listed[];
  readonly sum: number;
}

/**
 * A page of the coins that no live payment spends, with the number and the sum of all that match. The search and the
 * order are kept for the next page. Cost: linear in the number of coins, but for sorting.
 */
export function listCoins(context: CoinListContext, query: Omit<CoinQuery, 'name'>): CoinPage {
  const { coins, sum } = findCoins(context, query);
  const page = coins.slice(query.skip, query.skip + query.limit);
  return { coins: page.map((coin) => entryOf(context, coin)), count: coins.length, sum };
}

/** The last result of each wallet: pages of one list are asked for one after the other. */
const cache = new WeakMap<Funds, { readonly basis: readonly unknown[]; readonly found: Found }>();

function findCoins(context: CoinListContext, query: Omit<CoinQuery, 'name'>): Found {
  const { wallet, maturity } = context;
  const funds = sortCoins(wallet, maturity);
  const search = (query.search ?? '').trim().toLowerCase();
  const basis = [wallet.file, query.state, search, query.sort, query.order];
  const last = cache.get(funds);
  if (last?.basis.every((value, i) => value === basis[i])) return last.found;

  const matches = createSearch(context, search);
  const { frozen } = wallet.file;
  const hasState = ({ key, state }: Listed): boolean =>
    query.state === undefined || state === query.state || (query.state === 'frozen' && frozen.has(key));
  const coins = listedCoins(funds).filter((coin) => hasState(coin) && matches(coin));
  const valueOf = query.sort === 'amount' ? amountOf : heightOf;
  const sign = query.order === 'ascending' ? 1 : -1;
  coins.sort((a, b) => sign * (valueOf(a) - valueOf(b)));
  const found = { coins, sum: sumOf(coins) };
  cache.set(funds, { basis, found });
  return found;
}

const amountOf = ({ coin }: Listed): number => coin.amount;
/** Newest are coins that are in no block yet. */
const heightOf = ({ coin, inheritedExpiry }: Listed): number =>
  inheritedExpiry === null ? coin.height : 0xffff_ffff;

const STATES = {
  confirmed: 'available',
  change: 'available',
  pendingChange: 'pending',
  incoming: 'pending',
  immature: 'immature',
  frozen: 'frozen',
} as const satisfies Record<keyof Funds, CoinState>;

function listedCoins(funds: Funds): Listed[] {
  return Object.entries(STATES).flatMap(([list, state]) =>
    funds[list as keyof Funds].map((spendable) => ({ ...spendable, state })),
  );
}

/** Whether a coin matches a search in lower case. A complete address needs no address as text. */
function createSearch(
  { wallet, hrp, addressOf }: CoinListContext,
  search: string,
): (coin: Spendable) => boolean {
  if (search === '') return () => true;
  const { labels } = wallet.file;
  const lock = decodeAddress(hrp, search);
  const own = isAddressProblem(lock) ? undefined : wallet.keyring.find(lock);
  if (own !== undefined)
    return ({ coin: { keyPath } }) => keyPath.chain === own.chain && keyPath.index === own.index;
  const labelOfKey = keyLabels(labels, hrp, wallet.keyring);
  const has = (label: string | undefined) => label?.toLowerCase().includes(search) ?? false;
  return ({ key, coin: { keyPath } }) =>
    key.startsWith(search) ||
    has(labels.get(key.slice(0, 64))) ||
    has(labelOfKey(keyPath)) ||
    addressOf(keyPath).includes(search);
}

function entryOf(context: CoinListContext, { key, coin, inheritedExpiry, state }: Listed): OwnCoinEntry {
  const { wallet, hrp, maturity, addressOf, timeOf } = context;
  const { file, keyring, ledger } = wallet;
  const txid = key.slice(0, 64);
  const height = inheritedExpiry === null ? coin.height : null;
  return {
    txid,
    index: Number(key.slice(65)),
    amount: coin.amount,
    address: addressOf(coin.keyPath),
    height,
    time: height === null ? null : timeOf(height),
    confirmations: height === null ? 0 : ledger.syncedTo.height - height + 1,
    state,
    frozen: file.frozen.has(key),
    kind: coin.coinbase ? 'mined' : coin.keyPath.chain === CHAIN.change ? 'change' : 'received',
    label: file.labels.get(txid) ?? keyLabels(file.labels, hrp, keyring)(coin.keyPath) ?? '',
    matureAt: state === 'immature' ? coin.height + maturity : null,
  };
}
