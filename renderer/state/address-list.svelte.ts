import type { AddressChain, AddressSort, AddressState, Order } from '../../shared/contract/vocabulary.ts';
import type { AddressPage } from '../../shared/contract/wallet-lists.ts';
import type { AppState } from './app.svelte.ts';
import { createPages, createSearch } from './pages.svelte.ts';
import { createQuery, type Query } from './query.svelte.ts';
import { track } from './track.ts';

/** The list of addresses: what is searched for, and the page that is shown. Must be created inside a component. */
export function createAddressList({ client, wallets }: Pick<AppState, 'client' | 'wallets'>) {
  const pages = createPages();
  const search = createSearch(pages.first);
  let chain = $state<AddressChain>('receive');
  let state = $state<AddressState | 'all'>('all');
  let sort = $state<AddressSort>('index');
  let order = $state<Order>('descending');
  const query: Query<AddressPage | null> = createQuery(async (signal) => {
    const { view, selected: name } = wallets;
    track(view?.revision, view?.balance);
    if (name === null) return null;
    const asked = {
      name,
      chain,
      ...search.query,
      ...(state !== 'all' && { state }),
      sort,
      order,
      skip: pages.skip,
      limit: pages.size,
    };
    return client.wallet.addresses(asked, { signal });
  });

  return {
    query,
    pages,
    search,
    get chain() {
      return chain;
    },
    set chain(wanted) {
      chain = wanted;
      pages.first();
    },
    get state() {
      return state;
    },
    set state(wanted) {
      state = wanted;
      pages.first();
    },
    /** How the table is sorted by a column; null if it is not. */
    orderOf: (column: AddressSort): Order | null => (sort === column ? order : null),
    /** Sorts by a column; again, the other way round. */
    sortBy(column: AddressSort): void {
      order = sort === column && order === 'descending' ? 'ascending' : 'descending';
      sort = column;
      pages.first();
    },
  };
}

export type AddressList = ReturnType<typeof createAddressList>;
