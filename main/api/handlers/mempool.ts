import type { MempoolEntryInfo } from '../../../shared/contract/mempool.ts';
import { api, type HandlerDeps } from '../base.ts';
import { bytesOf } from '../bytes.ts';
import type { NodeFacade } from '../facade.ts';
import { accepted } from '../faults.ts';
import { latest } from '../streams.ts';
import { viewWaiting } from '../views.ts';

const NEWEST = 20;

export function createMempoolHandlers({ node }: HandlerDeps) {
  const { mempool } = node;
  const summary = () => {
    const { count, bytes, floor } = mempool.summary();
    return { count, bytes, floor };
  };
  return api.mempool.router({
    summary: api.mempool.summary.handler(summary),
    list: api.mempool.list.handler(({ input }) => mempool.list(input.limit, input.after).map(viewWaiting)),
    submit: api.mempool.submit.handler(async ({ input }) => {
      const { txid } = accepted(await mempool.submit(bytesOf(input.hex)));
      return { txid };
    }),
    watch: api.mempool.watch.handler(async function* ({ context, signal }) {
      const newest = followNewest(node);
      try {
        yield* latest(
          {
            read: () => ({ ...summary(), newest: newest.list() }),
            subscribe: newest.subscribe,
            intervalMs: 500,
            pollMs: 5000,
          },
          { signal, congested: context.congested },
        );
      } finally {
        newest.close();
      }
    }),
  });
}

/** The last arrivals that still wait, newest first, starting from what waits now. */
function followNewest({ mempool }: NodeFacade) {
  let wake: () => void = () => undefined;
  let entries: MempoolEntryInfo[] = mempool
    .list(1000)
    .map(viewWaiting)
    .sort((a, b) => b.time - a.time)
    .slice(0, NEWEST);
  const offs = [
    mempool.onAdded((entry) => {
      entries = [viewWaiting(entry), ...entries].slice(0, NEWEST);
      wake();
    }),
    mempool.onRemoved((txid) => {
      entries = entries.filter((entry) => entry.txid !== txid);
      wake();
    }),
  ];
  return {
    list: () => entries,
    subscribe(listener: () => void) {
      wake = listener;
      return () => (wake = () => undefined);
    },
    close: () => offs.forEach((off) => off()),
  };
}
