import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { type IncomingHttpHeaders, request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { createRouter } from '../../../main/api/router.ts';
import { type BrowserHost, startBrowserHost } from '../../../main/rpc/http.ts';
import { createToken, findApi, publishApi, withdrawApi } from '../../../main/rpc/token.ts';
import { codeOf } from '../../../main/lib/errors.ts';
import { silentLog } from '../../../main/lib/log.ts';
import { createTestFacade, type TestFacade } from '../../contract/facade.ts';
import { newFolder } from '../../support/folder.ts';
import { until } from '../../support/until.ts';

const token = createToken();
let node: TestFacade;
let page: string;
let host: BrowserHost;

const start = (folder: string, port = 0) => {
  const router = createRouter({
    node,
    log: silentLog,
    shutdown: () => undefined,
    recentLog: () => [],
    onLogged: () => () => undefined,
  });
  return startBrowserHost({ router: () => router, token, page: folder, port, log: silentLog });
};

beforeAll(async () => {
  node = await createTestFacade(0);
  page = newFolder();
  writeFileSync(join(page, 'index.html'), '<!doctype html><title>page</title>');
  mkdirSync(join(page, 'assets'));
  writeFileSync(join(page, 'assets', 'app-1x.js'), 'export {};');
  writeFileSync(join(page, '.env'), 'secret');
  writeFileSync(join(page, 'notes.txt'), 'not of the page');
  symlinkSync('/etc/hostname', join(page, 'way-out.json'));
  host = await start(page);
});
afterAll(async () => {
  await host.close();
  await node.close();
});

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A request whose every header is ours, and whose path goes out as it is. */
function ask(
  path: string,
  options: { method?: string; headers?: Record<string, string> } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port: host.port,
        path,
        method: options.method ?? 'GET',
        headers: { host: `127.0.0.1:${host.port}`, ...options.headers },
      },
      (response) => {
        let body = '';
        response.on('data', (chunk: Buffer) => (body += chunk.toString()));
        response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body }));
      },
    );
    sent.on('error', reject).end(options.method === 'POST' ? 'a=b' : undefined);
  });
}

/** What becomes of a socket: `open`, or the status that refused it. */
function knock(protocols: string[], headers: Record<string, string> = {}, path = '/rpc'): Promise<string> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`ws://127.0.0.1:${host.port}${path}`, protocols, { headers });
    socket.on('open', () => {
      resolve('open');
      socket.terminate();
    });
    socket.on('error', (error) => resolve(/\d{3}/.exec(error.message)?.[0] ?? error.message));
  });
}

describe('the page', () => {
  test('is served with strict security headers', async () => {
    const { status, headers, body } = await ask('/');
    expect(status).toBe(200);
    expect(body).toContain('<title>page</title>');
    const policy = headers['content-security-policy'] as string;
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toContain(`ws://127.0.0.1:${host.port}`);
    expect(policy).not.toMatch(/unsafe|\*/);
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'x-frame-options': 'DENY',
      'cache-control': 'no-store',
      'content-type': 'text/html; charset=utf-8',
    });
  });

  test('loads its own files, whatever the query', async () => {
    expect(await ask('/assets/app-1x.js?v=2')).toMatchObject({
      status: 200,
      headers: { 'content-type': 'text/javascript; charset=utf-8' },
    });
    expect((await ask('/index.html', { method: 'HEAD' })).body).toBe('');
    expect((await ask('/assets/none.js')).status).toBe(404);
    expect((await ask('/notes.txt')).status).toBe(404);
    expect((await ask('/assets/')).status).toBe(404);
  });

  test.each([
    '/../package.json',
    '/..%2f..%2fetc/passwd',
    '/%2e%2e/%2e%2e/etc/passwd',
    '/assets/..%5c..%5cindex.html',
    '/assets//index.html',
    '/.env',
    '/assets/%00.js',
    '/%c0%ae%c0%ae/etc/passwd',
    '/%',
    '/way-out.json',
    '/C:/windows/win.ini',
    'http://127.0.0.1/index.html',
    '*',
  ])('a file outside it is not served: %s', async (path) => {
    const { status, headers } = await ask(path);
    expect(status).toBe(403);
    expect(headers['content-security-policy']).toContain("default-src 'none'");
  });

  test('reports how to build it when it is missing', async () => {
    const empty = await start(newFolder());
    const response = await fetch(empty.url);
    expect(response.status).toBe(503);
    expect(await response.text()).toContain('npm run build');
    await empty.close();
  });
});

describe('the accepted requests', () => {
  const own = () => `127.0.0.1:${host.port}`;
  test.each([
    ['a name that points here (DNS rebinding)', () => ({ host: 'evil.example' })],
    ['that name with our port', () => ({ host: `evil.example:${host.port}` })],
    ['our address without the port', () => ({ host: '127.0.0.1' })],
    ['IPv6 loopback', () => ({ host: `[::1]:${host.port}` })],
    ['0.0.0.0', () => ({ host: `0.0.0.0:${host.port}` })],
    ['a host that only begins like ours', () => ({ host: `127.0.0.1:${host.port}.evil.example` })],
    ['another origin', () => ({ host: own(), origin: 'http://evil.example' })],
    ['the null origin', () => ({ host: own(), origin: 'null' })],
    ['our origin over TLS', () => ({ host: own(), origin: `https://127.0.0.1:${host.port}` })],
    ['our other name as origin', () => ({ host: own(), origin: `http://localhost:${host.port}` })],
    ['a file of ours inside another site', () => ({ host: own(), 'sec-fetch-site': 'cross-site' })],
  ])('%s is refused with 403, page and socket alike', async (_who, headers) => {
    const given = headers() as Record<string, string>;
    expect((await ask('/', { headers: given })).status).toBe(403);
    expect(await knock(['kith.rpc.1', token], given)).toBe('403');
  });

  test('a link from another site may open the page, and localhost is accepted as a host name', async () => {
    const link = {
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'document',
    };
    expect((await ask('/', { headers: link })).status).toBe(200);
    const local = { host: `localhost:${host.port}`, origin: `http://localhost:${host.port}` };
    expect((await ask('/', { headers: local })).status).toBe(200);
    expect(await knock(['kith.rpc.1', token], local)).toBe('open');
  });

  test.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])('%s is refused', async (method) => {
    const form = { 'content-type': 'application/x-www-form-urlencoded', origin: 'http://evil.example' };
    expect((await ask('/rpc', { method, headers: form })).status).toBe(403);
    expect((await ask('/', { method })).status).toBe(403);
  });

  test('two Host headers are refused', async () => {
    const raw = `GET / HTTP/1.1\r\nHost: 127.0.0.1:${host.port}\r\nHost: evil.example\r\nConnection: close\r\n\r\n`;
    const answer = await new Promise<string>((resolve) => {
      let text = '';
      const socket = connect(host.port, '127.0.0.1', () => socket.write(raw));
      socket.on('data', (chunk) => (text += chunk.toString())).on('close', () => resolve(text));
    });
    expect(answer).toMatch(/^HTTP\/1\.1 (400|403)/);
  });

  test('it listens on loopback only', async () => {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(host.port, '::1');
      socket.on('connect', () => resolve(true)).on('error', () => resolve(false));
    });
    expect(open).toBe(false);
  });
});

describe('the socket', () => {
  test.each([
    ['no token', ['kith.rpc.1']],
    ['a wrong token', ['kith.rpc.1', 'A'.repeat(43)]],
    ['a token that is longer', ['kith.rpc.1', `${token}A`]],
    ['the token first', [token, 'kith.rpc.1']],
    ['another subprotocol', ['rpc.1', token]],
    ['nothing', []],
  ])('%s is refused with 403', async (_what, protocols) => {
    expect(await knock(protocols)).toBe('403');
  });

  test('is only at its own path, and does not accept a token in a URL', async () => {
    expect(await knock(['kith.rpc.1', token], {}, '/')).toBe('403');
    expect(await knock(['kith.rpc.1', 'x'], {}, `/rpc?token=${token}`)).toBe('403');
    expect(await knock(['kith.rpc.1', token])).toBe('open');
  });

  test('the page has the role of a browser, a program that of a terminal', async () => {
    expect(await roleOf({ origin: `http://127.0.0.1:${host.port}` })).toBe('browser');
    expect(await roleOf({})).toBe('terminal');
  });

  test('invalid data ends its own connection and no other', async () => {
    const noise: (string | Buffer)[] = [
      '',
      '{',
      '[]',
      'null',
      '{"i":"1","u":"/node/status"}',
      Buffer.alloc(1000, 255),
    ];
    noise.push(JSON.stringify({ i: '1', p: { u: 'not a url', b: { __proto__: 1 } } }));
    const good = await open();
    for (const message of noise) good.send(message);
    expect(await callOver(good)).toContain('regtest');
    const large = await open();
    large.on('error', () => undefined);
    large.send(Buffer.alloc(5 * 1024 * 1024));
    await until(() => large.readyState === WebSocket.CLOSED, 'a message of 5 MB ends the connection');
    expect(await callOver(good)).toContain('regtest');
    good.terminate();
  });

  test('a request that cannot be parsed gets an error', async () => {
    const socket = await open();
    const unreadable = { json: 'not a number', meta: [[0]] };
    expect(await callOver(socket, '/node/log', unreadable)).toContain('"code":"request-malformed"');
    for (const path of ['', 'no url', 'http://'])
      expect(await callOver(socket, path)).toContain('"code":"request-malformed"');
    expect(await callOver(socket, '/node/nothing')).toContain('"code":"procedure-unknown"');
    socket.terminate();
  });
});

function open(headers: Record<string, string> = {}): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${host.port}/rpc`, ['kith.rpc.1', token], { headers });
  return new Promise((resolve, reject) => socket.once('open', () => resolve(socket)).once('error', reject));
}

let calls = 1000;

/** The raw answer to one call of `node.status` (or another path) over an open socket. */
function callOver(socket: WebSocket, path = '/node/about', body?: unknown): Promise<string> {
  const id = String(calls++);
  return new Promise((resolve) => {
    socket.on('message', (data: Buffer) => {
      const text = data.toString();
      if (text.includes(`"${id}"`)) resolve(path === '/node/about' ? `${text} regtest` : text);
    });
    socket.send(JSON.stringify({ i: id, p: { u: path, b: body } }));
  });
}

async function roleOf(headers: Record<string, string>): Promise<string | undefined> {
  const socket = await open(headers);
  const answer = await callOver(socket);
  socket.terminate();
  return /"role":"(\w+)"/.exec(answer)?.[1];
}

describe('the token', () => {
  test('is 256 random bits, new each time', () => {
    expect(createToken()).toMatch(/^[\w-]{43}$/);
    expect(createToken()).not.toBe(createToken());
  });

  test('is in a file of the data directory for this user only, as long as the node runs', () => {
    const datadir = newFolder();
    // The token must not get the mode of an older file that other users can read.
    writeFileSync(join(datadir, 'api.token'), 'old', { mode: 0o644 });
    const { tokenFile, api } = publishApi(datadir, host.url, token);
    expect(statSync(tokenFile).mode & 0o777).toBe(0o600);
    expect(readFileSync(tokenFile, 'utf8').trim()).toBe(token);
    expect(findApi(datadir)).toEqual({ api, tokenFile, pid: process.pid });
    withdrawApi(datadir);
    expect(findApi(datadir)).toBeNull();
    withdrawApi(datadir);
  });
});

test('a port in use is an error with the port', async () => {
  const error: unknown = await start(page, host.port).catch((thrown: unknown) => thrown);
  expect(codeOf(error)).toBe('port-in-use');
  expect((error as { data: unknown }).data).toMatchObject({ port: host.port });
});
