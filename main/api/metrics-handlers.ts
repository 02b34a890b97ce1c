import { api, type HandlerDeps } from './base.ts';
import { latest } from './streams.ts';

/** Samples are taken once a second; a shorter wait would lose none. */
const WATCH_MS = 500;

export function createMetricsHandlers({ node }: HandlerDeps) {
  const { metrics } = node;
  return api.metrics.router({
    range: api.metrics.range.handler(({ input }) => metrics.range(input.metrics, input.step, input.from)),
    watch: api.metrics.watch.handler(({ input, context, signal }) =>
      latest(
        { read: () => metrics.newest(input.metrics), subscribe: metrics.onSampled, intervalMs: WATCH_MS },
        { signal, congested: context.congested },
      ),
    ),
  });
}
