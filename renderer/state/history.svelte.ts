import type { HistoryEntry } from '../../shared/contract/wallet.ts';
import type { AppState } from './app.svelte.ts';
import { track } from './track.ts';
import { createQuery, type Query } from './query.svelte.ts';

/** The payments of a wallet that were requested so far. Requested again whenever one of them changes. */
export interface HistoryState {
  readonly query: Query<readonly HistoryEntry[]>;
  readonly more: boolean;
  older(): void;
}

const PAGE_SIZE = 50;

/** Must be called inside a component. */
export function createHistory(app: Pick<AppState, 'client' | 'wallets'>): HistoryState {
  let wanted = $state(PAGE_SIZE);
  const query = createQuery(async (signal): Promise<readonly HistoryEntry[]> => {
    const { view, selected } = app.wallets;
    track(view?.revision, view?.balance.asOfHeight);
    if (selected === null) return [];
    return app.client.wallet.history({ name: selected, limit: Math.min(1000, wanted) }, { signal });
  });
  return {
    query,
    get more() {
      return wanted < 1000 && (query.data?.length ?? 0) >= wanted;
    },
    older: () => {
      wanted += PAGE_SIZE * 2;
    },
  };
}
