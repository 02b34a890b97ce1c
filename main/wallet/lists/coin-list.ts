import type { CoinState } from '../../../shared/contract/vocabulary.ts';
import type { CoinPage, CoinQuery, OwnCoinEntry } from '../../../shared/contract/wallet-lists.ts';
import type { Height, UnixSeconds } from '../../../shared/units.ts';
import { decodeAddress, isAddressProblem } from '../../core/primitives/address.ts';
import type { OutpointKey } from '../../core/primitives/outpoint.ts';
import { type Breathe, filterInTurns } from '../../lib/turns.ts';
import { allCoins, type Funds, sortCoins, type Spendable, sumOf } from '../ledger/balance.ts';
import { keyLabels } from './key-labels.ts';
import { CHAIN } from '../keys/key-path.ts';
import type { OpenWallet } from '../open/open-wallet.ts';
import { orderedPage } from './ordered-page.ts';
import type { AddressOf, KeySet } from './own-addresses.ts';

export interface CoinListContext {
  readonly wallet: OpenWallet;
  readonly hrp: string;
  readonly maturity: number;
  readonly addressOf: AddressOf;
  /** The keys whose addresses contain the search. */
  readonly hasAddress: KeySet;
  readonly breathe: Breathe;
  /** The time of the block at a height; null if there is none. */
  readonly timeOf: (height: Height) => UnixSeconds | null;
}

/**
 * A page of the coins that no live payment spends, with the number and the sum of all that match. The search is kept
 * for the next page. Cost: linear in the number of coins.
 */
export async function listCoins(context: CoinListContext, query: Omit<CoinQuery, 'name'>): Promise<CoinPage> {
  const funds = sortCoins(context.wallet, context.maturity);
  await context.breathe();
  const { coins, sum } = await findCoins(context, funds, query);
  await context.breathe();
  const page = orderedPage(coins, query.sort === 'amount' ? amountOf : heightOf, query);
  const stateOf = createStates(funds);
  return {
    coins: page.map((coin) => entryOf(context, coin, stateOf(coin))),
    count: coins.length,
    sum,
  };
}

interface Found {
  readonly coins: readonly Spendable[];
  readonly sum: number;
}

/** The last result of each wallet: pages of one list are asked for one after the other. */
const cache = new WeakMap<Funds, { readonly basis: readonly unknown[]; readonly found: Found }>();

async function findCoins(
  context: CoinListContext,
  funds: Funds,
  query: Omit<CoinQuery, 'name'>,
): Promise<Found> {
  const { file } = context.wallet;
  const search = (query.search ?? '').trim().toLowerCase();
  const basis = [file, query.state, search];
  const last = cache.get(funds);
  if (last?.basis.every((value, i) => value === basis[i])) return last.found;
  const inState = coinsIn(funds, file.frozen, query.state);
  await context.breathe();
  const coins =
    search === '' ? inState : await filterInTurns(inState, createSearch(context, search), context.breathe);
  const found = { coins, sum: sumOf(coins) };
  cache.set(funds, { basis, found });
  return found;
}

const amountOf = ({ coin }: Spendable): number => coin.amount;
/** Newest are coins that are in no block yet. */
const heightOf = ({ coin, inheritedExpiry }: Spendable): number =>
  inheritedExpiry === null ? coin.height : 0xffff_ffff;

function coinsIn(
  funds: Funds,
  frozen: ReadonlySet<OutpointKey>,
  state: CoinState | undefined,
): readonly Spendable[] {
  const { confirmed, change, pendingChange, incoming, immature } = funds;
  if (state === undefined) return allCoins(funds);
  if (state === 'available') return [...confirmed, ...change];
  if (state === 'pending') return [...pendingChange, ...incoming];
  if (state === 'immature') return immature;
  return allCoins(funds).filter(({ key }) => frozen.has(key));
}

/** The state of each coin of the lists. */
function createStates(funds: Funds): (coin: Spendable) => CoinState {
  const [immature, frozen] = [new Set(funds.immature), new Set(funds.frozen)];
  const pending = new Set([...funds.pendingChange, ...funds.incoming]);
  return (coin) => {
    if (pending.has(coin)) return 'pending';
    if (immature.has(coin)) return 'immature';
    return frozen.has(coin) ? 'frozen' : 'available';
  };
}

/** Whether a coin matches a search in lower case. A complete address needs no address as text. */
function createSearch(
  { wallet, hrp, hasAddress }: CoinListContext,
  search: string,
): (coin: Spendable) => boolean {
  const { labels } = wallet.file;
  const lock = decodeAddress(hrp, search);
  const own = isAddressProblem(lock) ? undefined : wallet.keyring.find(lock);
  if (own !== undefined)
    return ({ coin: { keyPath } }) => keyPath.chain === own.chain && keyPath.index === own.index;
  const labelled = keyLabels(labels, hrp, wallet.keyring);
  const has = (label: string | undefined) => label?.toLowerCase().includes(search) ?? false;
  const isId = /^[0-9a-z]+$/.test(search);
  return ({ key, coin: { keyPath } }) =>
    has(labelled.ofTransaction(key)) ||
    has(labelled.of(keyPath)) ||
    hasAddress(keyPath) ||
    (isId && key.startsWith(search));
}

function entryOf(
  context: CoinListContext,
  { key, coin, inheritedExpiry }: Spendable,
  state: CoinState,
): OwnCoinEntry {
  const { wallet, hrp, maturity, addressOf, timeOf } = context;
  const { file, keyring, ledger } = wallet;
  const txid = key.slice(0, 64);
  const labelled = keyLabels(file.labels, hrp, keyring);
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
    label: labelled.ofTransaction(key) ?? labelled.of(coin.keyPath) ?? '',
    matureAt: state === 'immature' ? coin.height + maturity : null,
  };
}
