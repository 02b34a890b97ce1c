import { MAX_WIDS_LISTED } from '../protocol/frame-types.ts';
import type { MempoolView } from './transaction-relay.ts';

/** The answer to `getWids`. */
export interface WidListing {
  start(): void;
  stop(): void;
  /** The wids, newest first, at most MAX_WIDS_LISTED. */
  newest(): string[];
}

/**
 * Number of wids that are kept. More than a list contains, so that enough remain when transactions are mined or
 * evicted.
 */
const MAX_KEPT_WIDS = 20_000;

/**
 * Keeps the newest wids up to date, so that the cost of a request depends on the length of its answer. Scanning a full
 * mempool for them would take 100 ms.
 */
export function createWidListing(mempool: Pick<MempoolView, 'newest' | 'events'>): WidListing {
  // In order of arrival.
  const wids = new Set<string>();
  const off: (() => void)[] = [];
  const add = (wid: string): void => {
    wids.add(wid);
    if (wids.size > MAX_KEPT_WIDS) wids.delete(wids.values().next().value!);
  };
  return {
    start() {
      for (const { wid } of mempool.newest(MAX_KEPT_WIDS).reverse()) add(wid);
      off.push(
        mempool.events.on('added', ({ entry }) => add(entry.wid)),
        mempool.events.on('removed', ({ wid }) => void wids.delete(wid)),
      );
    },
    stop: () => off.splice(0).forEach((each) => each()),
    newest: () => [...wids].slice(-MAX_WIDS_LISTED).reverse(),
  };
}
