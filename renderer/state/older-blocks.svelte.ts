import type { BlockSummary } from '../../shared/contract/chain.ts';
import type { AppState } from './app.svelte.ts';
import { problemOf } from './problem.ts';
import { track } from './track.ts';

/** The block list of a screen: a live first page, and older pages on request. */
export interface OlderBlocks {
  readonly shown: readonly BlockSummary[];
  readonly more: boolean;
  readonly busy: boolean;
  read(): Promise<void>;
}

const FIRST_PAGE_SIZE = 40;
/** What fits into a window. */
const FIRST_ROWS = 12;
/**
 * The other rows are drawn when no block has arrived for this long in milliseconds. Each row costs milliseconds, and while the
 * node syncs all of them change twice a second, which would delay every click.
 */
const QUIET_MS = 750;
const PAGE_SIZE = 100;
/** Rows that one picture adds: drawing them takes less than the time between two pictures on a fast computer. */
const ROWS_AT_ONCE = 8;

/** Must be called inside a component. */
export function createOlderBlocks({ chain, client, toasts }: AppState): OlderBlocks {
  let limit = $state(FIRST_PAGE_SIZE);
  let older = $state.raw<readonly BlockSummary[]>([]);
  let busy = $state(false);
  let quiet = $state(false);
  const live = $derived(chain.blocks ?? []);
  const shown = $derived.by(() => {
    const lowest = live.at(-1)?.height ?? 0;
    const all = [...live, ...older.filter((block) => block.height < lowest)];
    return all.slice(0, quiet ? Math.min(drawn, limit) : FIRST_ROWS);
  });
  const known = $derived(Math.min(limit, live.length + older.length));
  let drawn = $state(FIRST_ROWS);
  // A few rows for each picture, so that no key or click waits for a hundred of them.
  $effect(() => {
    if (!quiet || drawn >= known) return undefined;
    const next = requestAnimationFrame(() => (drawn += ROWS_AT_ONCE));
    return () => cancelAnimationFrame(next);
  });
  $effect(() => {
    track(live);
    if (quiet) return undefined;
    const timer = setTimeout(() => (quiet = true), QUIET_MS);
    return () => clearTimeout(timer);
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
      quiet = true;
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
