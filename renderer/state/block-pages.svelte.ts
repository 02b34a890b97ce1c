import { SvelteMap } from 'svelte/reactivity';
import type { BlockSummary } from '../../shared/contract/chain.ts';
import { untrack } from 'svelte';
import type { AppState } from './app.svelte.ts';
import { problemOf } from './problem.ts';
import { track } from './track.ts';

/** Blocks of the active chain by height: the newest live, older ones in pages that are read when they come into sight. */
export interface BlockPages {
  /** Null until it was read. */
  at(height: number): BlockSummary | null;
  /** The heights in sight. Their pages are read; what an earlier call wished for is not any more. */
  show(heights: readonly number[]): void;
  /** Why the last page could not be read; null if it could. */
  readonly problem: string | null;
}

const PAGE_SIZE = 100;
/** Pages that are kept; those that were read first are forgotten first. */
const MAX_PAGES = 30;

/** Must be called inside a component. */
export function createBlockPages({
  chain,
  client,
  connection,
}: Pick<AppState, 'chain' | 'client' | 'connection'>): BlockPages {
  const pages = new SvelteMap<number, readonly BlockSummary[]>();
  let problem = $state<string | null>(null);
  let wanted: number[] = [];
  let reading = false;
  let isOver = false;

  const blocks = $derived(chain.blocks ?? []);
  /** The newest blocks have neighbouring heights, the highest first. */
  const liveAt = (height: number): BlockSummary | undefined => blocks[(blocks[0]?.height ?? 0) - height];

  // A reorganisation replaces blocks, also while the node was away. Both are rare, so all pages are read again.
  $effect(() => {
    track(chain.aside, connection.generation);
    untrack(() => pages.clear());
    problem = null;
  });
  $effect(() => () => {
    isOver = true;
  });

  async function readWanted(): Promise<void> {
    if (reading) return;
    reading = true;
    for (let page = wanted.shift(); page !== undefined && !isOver; page = wanted.shift()) {
      const before = (page + 1) * PAGE_SIZE;
      try {
        const read = await client.chain.recent({ limit: PAGE_SIZE, before });
        for (const oldest of pages.keys()) if (pages.size >= MAX_PAGES) pages.delete(oldest);
        pages.set(page, read);
        problem = null;
      } catch (error) {
        problem = problemOf(error).sentence;
        wanted = [];
      }
    }
    reading = false;
  }

  return {
    at: (height) =>
      liveAt(height) ??
      pages.get(Math.floor(height / PAGE_SIZE))?.find((block) => block.height === height) ??
      null,
    show(heights) {
      const missing = heights.filter((height) => height >= 0 && liveAt(height) === undefined);
      const needed = missing.map((height) => Math.floor(height / PAGE_SIZE));
      wanted = needed.filter((page, i) => needed.indexOf(page) === i && !pages.has(page));
      void readWanted();
    },
    get problem() {
      return problem;
    },
  };
}
