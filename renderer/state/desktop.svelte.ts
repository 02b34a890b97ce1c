import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { DesktopClient, DesktopSettings, DesktopState } from '../../shared/contract/desktop.ts';

/** The settings of the desktop app. */
export interface Desktop {
  /** Null in a browser, and until the app has answered. */
  readonly state: DesktopState | null;
  /** Asks the app again: a dialog may have changed a setting. */
  refresh(): Promise<void>;
  /** Rejects if the setting could not be stored. */
  set(settings: Partial<DesktopSettings>): Promise<void>;
}

/** Uses the second port that the app passes after every load; a browser gets none. */
export function createDesktop(): Desktop {
  let client: DesktopClient | null = null;
  let state = $state.raw<DesktopState | null>(null);

  async function refresh(): Promise<void> {
    if (client !== null) state = await client.state({}).catch(() => null);
  }
  window.addEventListener('message', (event: MessageEvent<unknown>) => {
    const type = (event.data as { type?: unknown } | null)?.type;
    const [, port] = event.ports;
    // As for the port to the node: another frame or window must not be able to impersonate the app.
    if (event.source !== window || type !== 'rpc-port' || port === undefined) return;
    client = createORPCClient<DesktopClient>(new RPCLink({ port }));
    port.start();
    void refresh();
  });
  return {
    get state() {
      return state;
    },
    refresh,
    async set(settings) {
      if (client !== null) state = await client.set(settings);
    },
  };
}
