import type { BlockSummary } from '../../shared/contract/chain.ts';
import { pause } from './backoff.ts';
import { joinBlocks } from './block-list.ts';
import type { Connection } from './connection.svelte.ts';
import { follow } from './follow.ts';

/** The newest blocks of the active chain, live, newest first. Null until the first answer. */
export interface ChainState {
  readonly blocks: readonly BlockSummary[] | null;
  /** Blocks that a reorganisation disconnected while this page was open, newest first. */
  readonly aside: readonly BlockSummary[];
}

/** Number of blocks that are kept: enough for the ring and the band. */
const MAX_BLOCKS = 200;
const CATCH_UP = 20;
/** Milliseconds between two requests. While the node syncs, tens of blocks arrive per second, and each list is drawn again. */
const BETWEEN_MS = 500;

export function createChainState(connection: Connection): ChainState {
  let blocks = $state.raw<readonly BlockSummary[] | null>(null);
  let aside = $state.raw<readonly BlockSummary[]>([]);
  let reading = false;
  let again = false;
  /** Height of the last event. */
  let newestHeight = 0;

  /** How many of the newest blocks the list lacks, and some more for a reorganisation. */
  function missing(): number {
    const top = blocks?.[0]?.height;
    return top === undefined ? MAX_BLOCKS : Math.min(MAX_BLOCKS, Math.max(0, newestHeight - top) + CATCH_UP);
  }

  /**
   * Reads the newest blocks. Several events in a row cause one request; events during a request, and shortly after it, cause
   * one more.
   */
  async function read(limit: number): Promise<void> {
    if (reading) {
      again = true;
      return;
    }
    reading = true;
    try {
      const newer = await connection.client.chain.recent({ limit });
      const gap = blocks !== null && (newer.at(-1)?.height ?? 0) > (blocks[0]?.height ?? 0) + 1;
      if (gap && limit < MAX_BLOCKS) {
        newestHeight = newer[0]!.height;
        again = true;
      } else blocks = joinBlocks(blocks ?? [], newer, MAX_BLOCKS);
    } catch {
      // The next event or connection requests the blocks again.
    }
    void rest();
  }

  async function rest(): Promise<void> {
    await pause(BETWEEN_MS, connection.over);
    reading = false;
    if (!again || connection.over.aborted) return;
    again = false;
    await read(missing());
  }

  follow(
    connection,
    async (signal) => {
      const events = await connection.client.chain.watch({}, { signal });
      await read(MAX_BLOCKS);
      return events;
    },
    (event) => {
      const lost = event.type === 'disconnected' && blocks?.find((block) => block.id === event.id);
      if (lost) aside = [lost, ...aside].slice(0, CATCH_UP);
      newestHeight = event.height;
      void read(missing());
    },
  );

  return {
    get blocks() {
      return blocks;
    },
    get aside() {
      return aside;
    },
  };
}
