import { api, type HandlerDeps } from './base.ts';
import { bytesOf } from './bytes.ts';
import { resultOrThrow } from './faults.ts';
import { latest } from './streams.ts';
import { viewMempoolEntry, viewProjection } from './views.ts';

const NEWEST_LIMIT = 20;

export function createMempoolHandlers({ node }: HandlerDeps) {
  const { mempool } = node;
  const summary = () => {
    const { count, bytes, floor } = mempool.summary();
    return { count, bytes, floor };
  };
  return api.mempool.router({
    summary: api.mempool.summary.handler(summary),
    feerates: api.mempool.feerates.handler(() => mempool.feerates()),
    projection: api.mempool.projection.handler(({ input }) =>
      viewProjection(mempool.projection(), input.txids),
    ),
    list: api.mempool.list.handler(({ input }) =>
      mempool.list(input.limit, input.after).map(viewMempoolEntry),
    ),
    submit: api.mempool.submit.handler(async ({ input }) => {
      const { txid } = resultOrThrow(await mempool.submit(bytesOf(input.hex)));
      return { txid };
    }),
    watch: api.mempool.watch.handler(({ context, signal }) =>
      latest(
        {
          read: () => ({ ...summary(), newest: mempool.newest(NEWEST_LIMIT).map(viewMempoolEntry) }),
          subscribe: (wake) => mempool.onChanged(wake),
          intervalMs: 500,
          pollMs: 5000,
        },
        { signal, congested: context.congested },
      ),
    ),
  });
}
