import { api, type HandlerDeps } from './base.ts';
import { latest } from './streams.ts';

const WATCH_MS = 250;

export function createSettingsHandlers({ node: { settings } }: Pick<HandlerDeps, 'node'>) {
  return api.settings.router({
    get: api.settings.get.handler(() => settings.read()),
    set: api.settings.set.handler(({ input }) => settings.change(input)),
    watch: api.settings.watch.handler(({ context, signal }) =>
      latest(
        { read: settings.read, subscribe: settings.onChanged, intervalMs: WATCH_MS },
        { signal, congested: context.congested },
      ),
    ),
  });
}
