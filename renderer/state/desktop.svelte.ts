import { type ClientLink, createORPCClient, ORPCError } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { DesktopClient, DesktopSettings, DesktopState } from '../../shared/contract/desktop.ts';
import type { Context } from './carrier.ts';
import { closePort } from './close-port.ts';
import { createDesktopEvents, type DesktopEvents, type FileEnd } from './desktop-events.ts';

/** The desktop app: its settings, and what it reports to the page. */
export interface Desktop {
  /** Null in a browser, and until the app has answered. */
  readonly state: DesktopState | null;
  /** Asks the app again: a dialog may have changed a setting. */
  refresh(): Promise<void>;
  /** Rejects if the setting could not be stored. */
  set(settings: Partial<DesktopSettings>): Promise<void>;
  /** The page has copied a text that should not stay in the clipboard. False if there is no app that removes it. */
  copied(text: string): Promise<boolean>;
  /** Resolves when a file that was offered under this address was saved or not; immediately with null in a browser. */
  fileEnds(url: string): Promise<FileEnd | null>;
  readonly onNotice: DesktopEvents['onNotice'];
  /** Opens a dialog of the system; resolves when the user has decided. Rejects if it is refused. */
  act(name: 'moveData' | 'useOldPlace' | 'deleteOldCopy' | 'cancelMove'): Promise<void>;
}

/** How often the progress of a move is read, in milliseconds. */
const PROGRESS_MS = 300;

/** Aborts when the app has closed the port, or the page has. */
function untilClosed(port: MessagePort): AbortSignal {
  const over = new AbortController();
  port.addEventListener('close', () => over.abort(), { once: true });
  return over.signal;
}

/** A call over a closed port would never end, so it fails until there is another port. */
function linkOver(port: MessagePort, over: AbortSignal): ClientLink<Context> {
  const link = new RPCLink<Context>({ port });
  return {
    call(path, input, options) {
      if (over.aborted) throw new ORPCError('NOT_CONNECTED', { message: 'The app does not respond.' });
      return link.call(path, input, options);
    },
  };
}

/** Uses the port to the app, which it passes after every load and when it has closed the one before; a browser gets none. */
export function createDesktop(): Desktop {
  let client: DesktopClient | null = null;
  let opened: MessagePort | null = null;
  let state = $state.raw<DesktopState | null>(null);

  let following = false;
  const events = createDesktopEvents();

  async function refresh(): Promise<void> {
    if (client !== null) state = await client.state({}).catch(() => null);
    void follow();
  }
  /** Reads the progress of a move until it has ended. */
  async function follow(): Promise<void> {
    if (following) return;
    following = true;
    while (client !== null && state?.place?.move) {
      await new Promise((resolve) => setTimeout(resolve, PROGRESS_MS));
      state = await client.state({}).catch(() => null);
    }
    following = false;
  }
  window.addEventListener('message', (event: MessageEvent<unknown>) => {
    const type = (event.data as { type?: unknown } | null)?.type;
    const [port] = event.ports;
    // Another frame or window must not be able to impersonate the app (as in carrier.ts).
    if (event.source !== window || type !== 'desktop-port' || port === undefined) return;
    const replaced = opened;
    opened = port;
    const over = untilClosed(port);
    client = createORPCClient<DesktopClient>(linkOver(port, over));
    port.start();
    void refresh();
    void events.follow(client, over);
    // The new stream has begun, so the page misses no end of a file that it has offered.
    if (replaced !== null) closePort(replaced);
  });
  return {
    get state() {
      return state;
    },
    refresh,
    fileEnds: (url) => (client === null ? Promise.resolve(null) : events.fileEnds(url)),
    onNotice: events.onNotice,
    async set(settings) {
      if (client !== null) state = await client.set(settings);
    },
    async copied(text) {
      return client === null
        ? false
        : client.copied({ text }).then(
            () => true,
            () => false,
          );
    },
    async act(name) {
      if (client !== null) state = await client[name]({});
      void follow();
    },
  };
}
