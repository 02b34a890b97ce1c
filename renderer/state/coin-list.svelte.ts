import { SvelteMap } from 'svelte/reactivity';
import type { CoinSort, CoinState, Order } from '../../shared/contract/vocabulary.ts';
import type { CoinPage, OwnCoinEntry } from '../../shared/contract/wallet-lists.ts';
import type { AppState } from './app.svelte.ts';
import { createPages, createSearch } from './pages.svelte.ts';
import { createQuery, type Query } from './query.svelte.ts';
import { track } from './track.ts';

/** Most coins that one payment can spend. */
export const MAX_CHOSEN = 1000;

/** The list of coins: what is searched for, the page that is shown, and the selected coins of all pages. */
export function createCoinList({ client, wallets }: Pick<AppState, 'client' | 'wallets'>) {
  const pages = createPages();
  const search = createSearch(pages.first);
  let state = $state<CoinState | 'all'>('all');
  let sort = $state<CoinSort>('time');
  let order = $state<Order>('descending');
  const selected = new SvelteMap<string, OwnCoinEntry>();
  const query: Query<CoinPage | null> = createQuery(async (signal) => {
    const { view, selected: name } = wallets;
    track(view?.revision, view?.balance);
    if (name === null) return null;
    const asked = {
      name,
      ...search.query,
      ...(state !== 'all' && { state }),
      sort,
      order,
      skip: pages.skip,
      limit: pages.size,
    };
    const page = await client.wallet.coins(asked, { signal });
    for (const coin of page.coins) if (selected.has(keyOf(coin))) selected.set(keyOf(coin), coin);
    return page;
  });
  const chosen = $derived([...selected.values()]);

  return {
    query,
    pages,
    search,
    selected,
    get chosen() {
      return chosen;
    },
    get state() {
      return state;
    },
    set state(wanted) {
      state = wanted;
      pages.first();
    },
    get sort() {
      return sort;
    },
    get order() {
      return order;
    },
    /** Sorts by a column; again, the other way round. */
    sortBy(column: CoinSort): void {
      order = sort === column && order === 'descending' ? 'ascending' : 'descending';
      sort = column;
      pages.first();
    },
    isSelected: (coin: OwnCoinEntry) => selected.has(keyOf(coin)),
    select(coin: OwnCoinEntry, on: boolean): void {
      if (!on) selected.delete(keyOf(coin));
      else if (selected.size < MAX_CHOSEN) selected.set(keyOf(coin), coin);
    },
  };
}

export type CoinList = ReturnType<typeof createCoinList>;

/** A coin as a key of a list. */
export const keyOf = ({ txid, index }: Pick<OwnCoinEntry, 'txid' | 'index'>): string => `${txid}:${index}`;
