import { untrack } from 'svelte';
import type { HistoryEntry } from '../../shared/contract/wallet.ts';
import type { AppState } from './app.svelte.ts';
import { lineCount } from '../format/fold.ts';
import { track } from './track.ts';
import { createQuery, type Query } from './query.svelte.ts';

/** The payments of a wallet that were requested so far. Requested again whenever one of them changes. */
export interface HistoryState {
  readonly query: Query<readonly HistoryEntry[]>;
  readonly more: boolean;
  older(): void;
}

const PAGE_SIZE = 50;
/** The most payments that are requested. */
const MOST = 1000;
/** Consecutive mining rewards share a line: more payments are requested until the page has so many lines. */
const FEW_LINES = 20;

/** Must be called inside a component. */
export function createHistory(app: Pick<AppState, 'client' | 'clock' | 'wallets'>): HistoryState {
  let wanted = $state(PAGE_SIZE);
  const query = createQuery(async (signal): Promise<readonly HistoryEntry[]> => {
    const { view, selected } = app.wallets;
    track(view?.revision, view?.balance.asOfHeight);
    if (selected === null) return [];
    return app.client.wallet.history({ name: selected, limit: Math.min(MOST, wanted) }, { signal });
  });
  const more = $derived(wanted < MOST && (query.data?.length ?? 0) >= wanted);
  /** Lines that the page has at least, if there are so many. */
  let lines = $state(FEW_LINES);
  $effect(() => {
    const { data } = query;
    if (query.loading || !more || data === undefined) return;
    untrack(() => {
      if (lineCount(data, app.clock.now) < lines) wanted *= 2;
    });
  });
  return {
    query,
    get more() {
      return more;
    },
    older: () => {
      lines = lineCount(query.data ?? [], app.clock.now) + FEW_LINES;
      wanted += PAGE_SIZE * 2;
    },
  };
}
