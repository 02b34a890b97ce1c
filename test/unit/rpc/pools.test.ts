import { writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { createRouter } from '../../../main/api/router.ts';
import { type BrowserHost, startBrowserHost } from '../../../main/rpc/http.ts';
import { CLIENTS } from '../../../main/rpc/websocket.ts';
import { createLog, type LogEntry } from '../../../main/lib/log.ts';
import { createTestFacade, type TestFacade } from '../../contract/facade.ts';
import { newFolder } from '../../support/folder.ts';
import { until } from '../../support/until.ts';

const TOKEN = 'T'.repeat(43);
let node: TestFacade;
let host: BrowserHost;
let lines: LogEntry[];
const stops: (() => unknown)[] = [];

beforeEach(async () => {
  lines = [];
  const log = createLog({ sinks: [{ write: (line) => lines.push(line) }], level: 'info' });
  node = await createTestFacade(0);
  const router = createRouter({
    node,
    log,
    shutdown: () => undefined,
    recentLog: () => [],
    onLogged: () => () => undefined,
  });
  const page = newFolder();
  writeFileSync(join(page, 'index.html'), '<!doctype html><title>page</title>');
  host = await startBrowserHost({ router: () => router, token: TOKEN, page, port: 0, log });
});
afterEach(async () => {
  for (const stop of stops.splice(0)) stop();
  await host.close();
  await node.close();
});

function unfinished(): Socket & { gone?: boolean } {
  const socket: Socket & { gone?: boolean } = connect(host.port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.on('close', () => (socket.gone = true));
  socket.write('GET / HTTP/1.1\r\nHos');
  stops.push(() => socket.destroy());
  return socket;
}

const page = () =>
  new Promise<number | undefined>((resolve, reject) => {
    get(host.url, { agent: false }, (answer) => resolve(answer.resume().statusCode)).on('error', reject);
  });

function client(headers: Record<string, string> = {}, token = TOKEN): WebSocket {
  const socket = new WebSocket(`ws://127.0.0.1:${host.port}/rpc`, ['kith.rpc.1', token], { headers });
  socket.on('error', () => undefined);
  stops.push(() => socket.terminate());
  return socket;
}

const opened = (socket: WebSocket) => until(() => socket.readyState === WebSocket.OPEN, 'open');

test('unfinished requests displace each other; the page is served and clients stay connected', async () => {
  const known = client();
  await opened(known);
  const sockets = Array.from({ length: 300 }, unfinished);
  await until(() => sockets.filter(({ gone }) => gone).length === 300 - 256, 'the oldest are closed');
  expect(sockets.slice(0, 300 - 256).filter(({ gone }) => !gone)).toEqual([]);
  for (let i = 0; i < 5; i++) expect(await page()).toBe(200);
  const later = client();
  await opened(later);
  expect(known.readyState).toBe(WebSocket.OPEN);
});

test('a program that opens too many clients closes its own oldest, never the page', async () => {
  const fromPage = client({ origin: `http://127.0.0.1:${host.port}` });
  await opened(fromPage);
  const many: WebSocket[] = [];
  for (let i = 0; i < CLIENTS.perHost + 3; i++) {
    many.push(client());
    await opened(many.at(-1)!);
  }
  await until(() => many.filter(({ readyState }) => readyState === WebSocket.CLOSED).length === 3, 'closed');
  expect(many.slice(0, 3).map(({ readyState }) => readyState)).toEqual(
    Array.from({ length: 3 }, () => WebSocket.CLOSED),
  );
  expect(fromPage.readyState).toBe(WebSocket.OPEN);
});

test('refused clients are counted, not logged one by one', async () => {
  const closed: number[] = [];
  for (let i = 0; i < 60; i++) {
    const refused = client({ origin: 'http://evil.example' }, 'wrong');
    refused.on('close', () => closed.push(i));
  }
  await until(() => closed.length === 60, 'all are refused');
  const said = lines.filter(({ message }) => message === 'refused a client');
  expect(said.map(({ data }) => data)).toEqual([{ reason: 'origin' }]);
});
