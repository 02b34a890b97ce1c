import { api, type HandlerDeps } from './base.ts';
import { latest } from './streams.ts';

export function createPeersHandlers({ node: { peers }, operations }: HandlerDeps) {
  const done = async (work: Promise<void>) => {
    await work;
    return {};
  };
  return api.peers.router({
    list: api.peers.list.handler(() => [...peers.list()]),
    add: api.peers.add.handler(({ input: { address }, context }) =>
      operations.run(context.caller, { kind: 'peer-add', address }, () => done(peers.add(address))),
    ),
    remove: api.peers.remove.handler(({ input }) => done(peers.remove(input.id))),
    ban: api.peers.ban.handler(({ input }) => done(peers.ban(input))),
    unban: api.peers.unban.handler(({ input }) => done(peers.unban(input))),
    bans: api.peers.bans.handler(() => [...peers.bans()]),
    journal: api.peers.journal.handler(({ input }) => [...peers.journal(input.limit, input.after)]),
    watch: api.peers.watch.handler(({ context, signal }) =>
      latest(
        {
          read: () => [...peers.list()],
          subscribe: (wake) => peers.onChanged(wake),
          intervalMs: 1000,
          pollMs: 2000,
        },
        { signal, congested: context.congested },
      ),
    ),
  });
}
