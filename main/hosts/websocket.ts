import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import type { KithRouter } from '../api/router.ts';
import type { Log } from '../lib/log/log.ts';
import { createCarrierHandler } from './carrier.ts';
import { isToken, readSubprotocols, refuseRequest } from './guard.ts';

/** Where the contract is served, and the subprotocol that names it; the token stands behind it. */
export const RPC_PATH = '/rpc';
export const RPC_SUBPROTOCOL = 'kith.rpc.1';

export interface SocketHostDeps {
  readonly router: KithRouter;
  readonly token: string;
  readonly log: Log;
}

export interface SocketHost {
  /** Takes the upgrades of this server. `port` is asked late: it may be given by the system. */
  attach(server: Server, port: () => number): void;
  /** Ends every connection at once. */
  close(): void;
}

/** The largest request is a block of 1 MB in hexadecimal. */
const MAX_PAYLOAD = 4 * 1024 * 1024;
const MAX_SOCKETS = 64;
/** From here on streams wait for the reader; from the second figure on it is cut off, for it doesn't read at all. */
const CONGESTED_BYTES = 1024 * 1024;
const STUCK_BYTES = 32 * 1024 * 1024;
const HEARTBEAT_MS = 30_000;

/** The contract over WebSocket, for the browser and the terminal on this machine. */
export function createSocketHost({ router, token, log }: SocketHostDeps): SocketHost {
  const connect = createCarrierHandler(router, log);
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_PAYLOAD,
    perMessageDeflate: false,
    handleProtocols: () => RPC_SUBPROTOCOL,
  });
  const answered = new WeakSet<WebSocket>();
  const heartbeat = setInterval(
    () => server.clients.forEach((socket) => checkAlive(socket, answered)),
    HEARTBEAT_MS,
  );
  heartbeat.unref();

  const accept = (socket: WebSocket, fromPage: boolean) => {
    answered.add(socket);
    socket.on('pong', () => answered.add(socket));
    // Too large a message, a broken frame: ws closes the socket, and this only keeps it from being an exception.
    socket.on('error', (error) => log.debug('a client broke the connection', { error }));
    const client = connect({
      context: {
        role: fromPage ? 'browser' : 'terminal',
        congested: () => socket.bufferedAmount > CONGESTED_BYTES,
      },
      send: (message) => socket.send(message),
    });
    socket.on('message', (data: Buffer, isBinary) => client.receive(isBinary ? data : data.toString()));
    socket.on('close', () => client.close());
  };

  return {
    attach(http, port) {
      http.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
        socket.on('error', () => socket.destroy());
        const reason =
          refuse(request, port(), token) ?? (server.clients.size >= MAX_SOCKETS ? 'too many' : null);
        if (reason !== null) {
          log.warn('refused a client', { reason });
          socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
          return;
        }
        server.handleUpgrade(request, socket, head, (client) =>
          accept(client, request.headers.origin !== undefined),
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
