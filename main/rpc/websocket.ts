import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { createGroupedPool, type PoolLimits } from '../lib/grouped-pool.ts';
import { systemClock } from '../lib/clock.ts';
import { createCounted } from '../lib/counted.ts';
import type { Log } from '../lib/log.ts';
import { createCarrierHandler, type RouterSource } from './carrier.ts';
import { MAX_MESSAGE } from './message-bounds.ts';
import { isToken, readSubprotocols, refuseRequest } from './guard.ts';

/** Path and subprotocol of the contract; the token is the second subprotocol. */
export const RPC_PATH = '/rpc';
export const RPC_SUBPROTOCOL = 'kith.rpc.1';

export interface SocketHostDeps {
  readonly router: RouterSource;
  readonly token: string;
  /** This connection sent the correct token. */
  authenticated(socket: Duplex): void;
  readonly log: Log;
}

export interface SocketHost {
  /**
   * Handles the upgrade requests of this server. `port` is a function, because the system may choose the port later.
   */
  attach(server: Server, port: () => number): void;
  /** Ends every connection immediately. */
  close(): void;
}

/**
 * Limit on clients with the token. A program that opens too many connections loses its own, never those of the page.
 */
export const CLIENTS: PoolLimits = { total: 64, perHost: 48, perGroup: 48 };
const TRY_AGAIN_LATER = 1013;
/** With more unsent bytes than this, streams wait for the reader, and the heartbeat disconnects it. */
const CONGESTED_BYTES = 1024 * 1024;
const STUCK_BYTES = 32 * 1024 * 1024;
/** With this many unsent bytes a client is disconnected immediately. */
const MAX_UNREAD_BYTES = 64 * 1024 * 1024;
const HEARTBEAT_MS = 30_000;
const REFUSALS_MS = 60_000;
const CLOSE_MS = 2_000;

/** The contract over WebSocket, for the browser and the terminal on this machine. */
export function createSocketHost({ router, token, authenticated, log }: SocketHostDeps): SocketHost {
  const connect = createCarrierHandler(router, log);
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE,
    perMessageDeflate: false,
    handleProtocols: () => RPC_SUBPROTOCOL,
  });
  // Counted and summarised, because any web page can make the browser send any number of requests.
  const refused = createCounted({ log, level: 'warn', everyMs: REFUSALS_MS, clock: systemClock });
  const clients = createGroupedPool<WebSocket>(CLIENTS, (socket) => {
    socket.close(TRY_AGAIN_LATER, 'too many connections');
    setTimeout(() => socket.terminate(), CLOSE_MS).unref();
  });
  const answered = new WeakSet<WebSocket>();
  const heartbeat = setInterval(
    () => server.clients.forEach((socket) => checkAlive(socket, answered)),
    HEARTBEAT_MS,
  );
  heartbeat.unref();

  const accept = (socket: WebSocket, role: 'browser' | 'terminal') => {
    answered.add(socket);
    clients.add(socket, { host: role, group: role });
    socket.on('close', () => clients.delete(socket));
    socket.on('pong', () => answered.add(socket));
    // For example a message was too large, or a frame invalid. ws closes the socket. Without this listener the error
    // would be an exception.
    socket.on('error', (error) => log.debug('a client broke the connection', { error }));
    const client = connect({
      context: {
        role,
        congested: () => socket.bufferedAmount > CONGESTED_BYTES,
      },
      send(message) {
        socket.send(message);
        if (socket.bufferedAmount > MAX_UNREAD_BYTES) socket.terminate();
      },
      hold: (held) => (held ? socket.pause() : socket.resume()),
      end: () => socket.terminate(),
    });
    socket.on('message', (data: Buffer, isBinary) => client.receive(isBinary ? data : data.toString()));
    socket.on('close', () => client.close());
  };

  return {
    attach(http, port) {
      http.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
        socket.on('error', () => socket.destroy());
        const reason = refuse(request, port(), token);
        if (reason !== null) {
          refused('refused a client', { reason });
          const answer = 'HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';
          // If the client keeps its half of the connection open, this half is closed anyway.
          socket.end(answer, () => socket.destroy());
          return;
        }
        authenticated(socket);
        server.handleUpgrade(request, socket, head, (client) =>
          accept(client, request.headers.origin === undefined ? 'terminal' : 'browser'),
        );
      });
    },
    close() {
      clearInterval(heartbeat);
      for (const socket of server.clients) socket.terminate();
      server.close();
    },
  };
}

function refuse(request: IncomingMessage, port: number, token: string): string | null {
  const reason = refuseRequest(request, port);
  if (reason !== null) return reason;
  if (request.url !== RPC_PATH) return 'path';
  const [name, given] = readSubprotocols(request);
  if (name !== RPC_SUBPROTOCOL) return 'subprotocol';
  return isToken(given, token) ? null : 'token';
}

function checkAlive(socket: WebSocket, answered: WeakSet<WebSocket>): void {
  if (!answered.delete(socket) || socket.bufferedAmount > STUCK_BYTES) socket.terminate();
  else socket.ping();
}
