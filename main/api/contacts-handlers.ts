import { api, type HandlerDeps } from './base.ts';
import { latest } from './streams.ts';

export function createContactsHandlers({ node: { contacts } }: Pick<HandlerDeps, 'node'>) {
  const handlers = api.contacts;
  return handlers.router({
    list: handlers.list.handler(() => contacts.list()),
    put: handlers.put.handler(({ input }) => contacts.put(input)),
    remove: handlers.remove.handler(async ({ input }) => {
      await contacts.remove(input.id);
      return {};
    }),
    watch: handlers.watch.handler(({ context, signal }) =>
      latest(
        { read: () => contacts.list(), subscribe: contacts.onChanged, intervalMs: 250 },
        { signal, congested: context.congested },
      ),
    ),
  });
}
