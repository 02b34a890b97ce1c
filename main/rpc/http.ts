import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { sentenceFor } from '../../shared/errors.ts';
import { codeOf, KithError, messageOf } from '../lib/errors.ts';
import { createGroupedPool } from '../lib/grouped-pool.ts';
import type { Log } from '../lib/log.ts';
import type { RouterSource } from './carrier.ts';
import { refuseRequest } from './guard.ts';
import { pageHeaders } from './page-headers.ts';
import { readStatic } from './static-files.ts';
import { createSocketHost } from './websocket.ts';

// An import of node:http loads the HTTP client of Node.js 24 too, as form-data.ts says.
const { createServer } = process.getBuiltinModule('node:http');

export interface BrowserHostDeps {
  readonly router: RouterSource;
  readonly token: string;
  /** Folder of the built page. */
  readonly page: string;
  /** Port to listen on; 0 for any free one. */
  readonly port: number;
  readonly log: Log;
}

export interface BrowserHost {
  readonly port: number;
  /** `http://127.0.0.1:PORT/` */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Limit on connections of local programs that have not sent the token. They count as one source, because a program can
 * use any loopback address. Connections with the token have a separate pool (websocket.ts).
 */
const UNAUTHENTICATED = { total: 256, perHost: 256, perGroup: 256 } as const;
const LOCAL = { host: null, group: null } as const;
/** Interval at which Node.js checks for requests that are too slow. */
const CHECK_MS = 2_000;

// Loopback only: 0.0.0.0 would expose the wallet to the network.
const HOST = '127.0.0.1';

/**
 * Serves the page and the contract to browsers on this machine. Every request is answered with 403, except a plain GET
 * of a file of the page with the right Host.
 * @throws {KithError} `port-in-use`, `port-unusable`
 */
export async function startBrowserHost(deps: BrowserHostDeps): Promise<BrowserHost> {
  const { router, token, log } = deps;
  let port = 0;
  const server = createServer({
    headersTimeout: 10_000,
    requestTimeout: 20_000,
    connectionsCheckingInterval: CHECK_MS,
    maxHeaderSize: 16 * 1024,
  });
  server.keepAliveTimeout = 5_000;
  // Replaces the limit of Node.js, which refuses the newest connection: unfinished requests could block the page.
  const unauthenticated = createGroupedPool<Duplex>(UNAUTHENTICATED, (socket) => socket.destroy());
  server.on('connection', (socket) => {
    unauthenticated.add(socket, LOCAL);
    socket.once('close', () => unauthenticated.delete(socket));
  });
  server.on('request', (request, response) => {
    answer(request, response, deps.page, port).catch((error: unknown) => {
      log.warn('a request failed', { error });
      response.destroy();
    });
  });
  const sockets = createSocketHost({
    router,
    token,
    authenticated: (socket) => void unauthenticated.delete(socket),
    log: log.child('socket'),
  });
  sockets.attach(server, () => port);
  port = await listen(server, deps.port);
  return {
    port,
    url: `http://${HOST}:${port}/`,
    async close() {
      sockets.close();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      const code = codeOf(error) === 'EADDRINUSE' ? 'port-in-use' : 'port-unusable';
      reject(
        new KithError(code, messageOf(error), { cause: error, data: { port, reason: messageOf(error) } }),
      );
    });
    server.listen({ host: HOST, port, exclusive: true }, () =>
      resolve((server.address() as AddressInfo).port),
    );
  });
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  page: string,
  port: number,
): Promise<void> {
  const end = (status: number, type: string, body: string | Buffer) => {
    response.writeHead(status, {
      ...pageHeaders(port),
      'content-type': type,
      'content-length': Buffer.byteLength(body),
    });
    response.end(request.method === 'HEAD' ? undefined : body);
  };
  const text = (status: number, body: string) => end(status, 'text/plain; charset=utf-8', `${body}\n`);
  const reads = request.method === 'GET' || request.method === 'HEAD';
  if (!reads || refuseRequest(request, port) !== null) return text(403, 'Forbidden');
  const path = (request.url ?? '/').split('?', 1)[0]!;
  const file = await readStatic(page, path);
  if (file === 'forbidden') return text(403, 'Forbidden');
  if (file !== 'missing') return end(200, file.type, file.bytes);
  if (path === '/' || path === '/index.html') return text(503, sentenceFor('page-missing'));
  return text(404, 'Not found');
}
