import { implement } from '@orpc/server';
import { desktopContract, type DesktopSettings, type DesktopState } from '../../shared/contract/desktop.ts';
import type { ApiContext } from '../api/base.ts';
import type { KithRouter } from '../api/router.ts';
import { toFault } from '../api/faults.ts';
import { inOrder } from '../api/streams.ts';
import { diskRefusal } from '../lib/disk-failure.ts';
import { KithError, messageOf } from '../lib/errors.ts';
import { silentLog } from '../lib/log.ts';
import { createRecentLimit } from '../lib/recent-limit.ts';
import { createCarrierHandler } from '../rpc/carrier.ts';
import type { DataMover } from './data-mover.ts';
import type { PageEvents } from './page-events.ts';
import type { ConnectPort } from './window.ts';

export interface DesktopAccess {
  settings(): DesktopSettings;
  state(): Promise<DesktopState>;
  /** @throws what the file system throws */
  change(settings: Partial<DesktopSettings>): void;
  copied(text: string): void;
  readonly mover: Pick<DataMover, 'move' | 'useOld' | 'deleteOld' | 'cancel'>;
  readonly events: Pick<PageEvents, 'subscribe'>;
}

/** A user changes a few settings; a script could write the disk without end. */
const MAX_CHANGES = 30;
const CHANGES_WINDOW_MS = 60_000;

/** Serves the desktop's part of the contract to the page, with the same bounds on messages and calls as the node's part. */
export function createDesktopHost(access: DesktopAccess): ConnectPort {
  // The carrier serves any router whose handlers take the context of the contract.
  const router = createDesktopRouter(access) as unknown as KithRouter;
  const connect = createCarrierHandler(() => router, silentLog);
  return (port, ended) => {
    const client = connect({
      context: { role: 'window', congested: () => false },
      send: (message) => port.postMessage(message),
      end() {
        client.close();
        port.close();
        ended();
      },
    });
    port.on('message', ({ data }) => client.receive(data));
    port.on('close', () => client.close());
    port.start();
  };
}

function createDesktopRouter({ settings, state, change, copied, mover, events }: DesktopAccess) {
  const limit = createRecentLimit(MAX_CHANGES, CHANGES_WINDOW_MS, () => performance.now());
  const api = implement(desktopContract)
    .$context<ApiContext>()
    .use(async ({ next, path }) => {
      try {
        return await next();
      } catch (error) {
        throw toFault(error, `desktop.${path.join('.')}`, silentLog);
      }
    });
  return api.router({
    watch: api.watch.handler(({ signal, context }) =>
      inOrder(events.subscribe, { signal, congested: () => context.congested() }),
    ),
    state: api.state.handler(() => state()),
    set: api.set.handler(({ input }) => {
      const now = settings();
      // A field that is left out is undefined here, and must not replace a setting.
      const given = Object.fromEntries(
        Object.entries(input).filter(
          ([name, value]) => value !== undefined && value !== now[name as keyof DesktopSettings],
        ),
      );
      if (Object.keys(given).length === 0) return state();
      if (!limit.allows()) throw new KithError('settings-changed-often');
      limit.add();
      try {
        change(given);
      } catch (error) {
        const reason = messageOf(error);
        throw new KithError(diskRefusal(error) ?? 'settings-unwritable', reason, {
          cause: error,
          data: { reason },
        });
      }
      return state();
    }),
    copied: api.copied.handler(({ input }) => {
      copied(input.text);
      return {};
    }),
    moveData: api.moveData.handler(() => mover.move().then(state)),
    useOldPlace: api.useOldPlace.handler(() => mover.useOld().then(state)),
    deleteOldCopy: api.deleteOldCopy.handler(() => mover.deleteOld().then(state)),
    cancelMove: api.cancelMove.handler(() => {
      mover.cancel();
      return state();
    }),
  });
}
