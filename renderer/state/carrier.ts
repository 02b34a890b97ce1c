import type { ClientContext, ClientLink } from '@orpc/client';
import { RPCLink as PortLink } from '@orpc/client/message-port';
import { RPCLink as SocketLink } from '@orpc/client/websocket';
import { pause } from './backoff.ts';
import { closePort } from './close-port.ts';

/** Calls have no other context. */
export type Context = ClientContext;

/** One connection to the node. */
export interface Carrier {
  readonly link: ClientLink<Context>;
  /** Resolves when the connection ends; never rejects. */
  readonly closed: Promise<unknown>;
  close(): void;
}

/** Why there is no connection to the node. */
export type CarrierProblem = 'no-answer' | 'refused' | 'no-key';

/** Opens carriers, one after the other. A failure is returned as a problem that says what the user can do. */
export type OpenCarrier = (signal: AbortSignal) => Promise<Carrier | CarrierProblem>;

const SUBPROTOCOL = 'kith.rpc.1';
const TOKEN_KEY = 'kith.token';
const OPEN_TIMEOUT = 5000;
const PORT_TIMEOUT = 2000;

/**
 * Chooses the carrier: the desktop app passes a port after every load; a page that was opened by a link has an access
 * key in its address.
 */
export function chooseCarrier(): OpenCarrier {
  const ports = listenForPorts();
  const token = takeToken();
  return async (signal) => {
    if (token !== null && !ports.waiting) return overSocket(token, signal);
    const port = await ports.next(PORT_TIMEOUT, signal);
    return port === null ? 'no-key' : overPort(port, ports.arrival);
  };
}

/**
 * Receives the ports that the desktop app passes to this window. The newest one is used, because a restarted node has a
 * new port.
 */
function listenForPorts() {
  let newest: MessagePort | null = null;
  let arrival = Promise.withResolvers<null>();
  window.addEventListener('message', (event: MessageEvent<unknown>) => {
    // Another frame or window must not be able to impersonate the node.
    if (event.source !== window || !isPortMessage(event.data)) return;
    newest = event.ports[0] ?? null;
    arrival.resolve(null);
    arrival = Promise.withResolvers();
  });
  return {
    get waiting(): boolean {
      return newest !== null;
    },
    /** Resolves when another port arrives. */
    get arrival(): Promise<unknown> {
      return arrival.promise;
    },
    async next(ms: number, signal: AbortSignal): Promise<MessagePort | null> {
      if (newest === null) await Promise.race([arrival.promise, pause(ms, signal)]);
      const port = newest;
      newest = null;
      return port;
    },
  };
}

function isPortMessage(data: unknown): boolean {
  return typeof data === 'object' && data !== null && (data as { type?: unknown }).type === 'rpc-port';
}

function overPort(port: MessagePort, replaced: Promise<unknown>): Carrier {
  const gone = new Promise<void>((resolve) => port.addEventListener('close', () => resolve()));
  const link = new PortLink<Context>({ port });
  port.start();
  return { link, closed: Promise.race([gone, replaced]), close: () => closePort(port) };
}

async function overSocket(token: string, signal: AbortSignal): Promise<Carrier | CarrierProblem> {
  const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';
  const socket = new WebSocket(`${scheme}//${location.host}/rpc`, [SUBPROTOCOL, token]);
  const closed = new Promise<void>((resolve) => socket.addEventListener('close', () => resolve()));
  if (!(await opened(socket, signal))) {
    socket.close();
    return (await hostAnswers()) ? 'refused' : 'no-answer';
  }
  return { link: new SocketLink<Context>({ websocket: socket }), closed, close: () => socket.close() };
}

function opened(socket: WebSocket, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const settle = (ok: boolean) => (): void => {
      clearTimeout(timer);
      resolve(ok);
    };
    const timer = setTimeout(settle(false), OPEN_TIMEOUT);
    socket.addEventListener('open', settle(true), { once: true });
    socket.addEventListener('close', settle(false), { once: true });
    signal.addEventListener('abort', settle(false), { once: true });
  });
}

/**
 * Whether the node runs. A browser does not say why a WebSocket failed: if the page can still be loaded, the token
 * was refused, otherwise the node does not run.
 */
async function hostAnswers(): Promise<boolean> {
  try {
    return (await fetch('./', { cache: 'no-store', signal: AbortSignal.timeout(2000) })).ok;
  } catch {
    return false;
  }
}

/**
 * Takes the access token from the address, where it would get into bookmarks and screenshots, and stores it for reloads.
 */
function takeToken(): string | null {
  const match = /^#token=([\w-]{16,200})$/.exec(location.hash);
  if (match?.[1] !== undefined) {
    sessionStorage.setItem(TOKEN_KEY, match[1]);
    history.replaceState(null, '', `${location.pathname}${location.search}`);
  }
  return sessionStorage.getItem(TOKEN_KEY);
}
