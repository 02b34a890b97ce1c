import type { BlockSummary } from '../../shared/contract/chain.ts';
import type { AppState } from './app.svelte.ts';
import { problemOf } from './problem.ts';

/** The block list of a screen: a live first page, and older pages on request. */
export interface OlderBlocks {
  readonly shown: readonly BlockSummary[];
  readonly more: boolean;
  readonly busy: boolean;
  read(): Promise<void>;
}

const FIRST_PAGE_SIZE = 40;
const PAGE_SIZE = 100;

export function createOlderBlocks({ chain, client, toasts }: AppState): OlderBlocks {
  let limit = $state(FIRST_PAGE_SIZE);
  let older = $state.raw<readonly BlockSummary[]>([]);
  let busy = $state(false);
  const live = $derived(chain.blocks ?? []);
  const shown = $derived.by(() => {
    const lowest = live.at(-1)?.height ?? 0;
    return [...live, ...older.filter((block) => block.height < lowest)].slice(0, limit);
  });
  return {
    get shown() {
      return shown;
    },
    get more() {
      return (shown.at(-1)?.height ?? 0) > 0;
    },
    get busy() {
      return busy;
    },
    read: async () => {
      limit += PAGE_SIZE;
      const lowest = [...live, ...older].at(-1);
      if (!lowest || live.length + older.length >= limit || lowest.height === 0) return;
      busy = true;
      try {
        older = [...older, ...(await client.chain.recent({ limit: PAGE_SIZE, before: lowest.height }))];
      } catch (error) {
        toasts.say(problemOf(error).sentence, 'bad');
      } finally {
        busy = false;
      }
    },
  };
}
