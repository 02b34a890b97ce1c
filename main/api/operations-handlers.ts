import { api, type HandlerDeps } from './base.ts';
import { latest } from './streams.ts';

export function createOperationsHandlers({ operations }: Pick<HandlerDeps, 'operations'>) {
  return api.operations.router({
    list: api.operations.list.handler(({ context }) => operations.list(context.caller)),
    watch: api.operations.watch.handler(({ context, signal }) =>
      latest(
        {
          read: () => operations.list(context.caller),
          subscribe: (wake) => operations.onChanged(wake),
          intervalMs: 250,
          // Old operations are removed without a notification.
          pollMs: 60_000,
        },
        { signal, congested: context.congested },
      ),
    ),
  });
}
