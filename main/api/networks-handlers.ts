import { api, type HandlerDeps } from './base.ts';
import { latest } from './streams.ts';

export function createNetworksHandlers({ networks }: Pick<HandlerDeps, 'networks'>) {
  return api.networks.router({
    list: api.networks.list.handler(() => networks.state()),
    watch: api.networks.watch.handler(({ context, signal }) =>
      latest(
        {
          read: () => networks.state(),
          subscribe: (wake) => networks.onChanged(wake),
          // At most one state per 20 ms: short enough that the page hides the data of the previous network
          // immediately.
          intervalMs: 20,
          pollMs: 60_000,
        },
        { signal, congested: context.congested },
      ),
    ),
    preview: api.networks.preview.handler(({ input, signal }) => networks.preview(input, signal)),
    create: api.networks.create.handler(({ input, signal }) => networks.create(input, signal)),
    open: api.networks.open.handler(async ({ input }) => {
      await networks.open(input.id, input.previewed);
      return {};
    }),
    demo: api.networks.demo.handler(async () => {
      await networks.demo();
      return {};
    }),
    share: api.networks.share.handler(({ input }) => networks.share(input.id)),
  });
}
