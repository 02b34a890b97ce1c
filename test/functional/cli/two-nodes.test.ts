import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { NodeStatus } from '../../../shared/contract/node.ts';
import type { Balance, HistoryEntry } from '../../../shared/contract/wallet.ts';
import { newFolder } from '../../support/folder.ts';
import { until } from '../../support/until.ts';
import { call, cleanUp, run, type Running, start } from './program.ts';

/** A real node with its data directory and what it said when it was ready. */
interface Node {
  readonly dir: string;
  readonly running: Running;
  readonly ready: Ready;
}
interface Ready {
  readonly ready: boolean;
  readonly peerId: string;
  readonly addresses: readonly string[];
  readonly api: string;
  readonly tokenFile: string;
}

const NODE = [
  'node',
  '--network',
  'regtest',
  '--listen',
  '/ip4/127.0.0.1/tcp/0',
  '--api-port',
  '0',
  '--json',
];

async function startNode(dir: string, ...args: string[]): Promise<Node> {
  const running = start([...NODE, '--datadir', dir, ...args]);
  return { dir, running, ready: (await running.line()) as unknown as Ready };
}
const status = (node: Node) => call(node.dir, 'node.status') as Promise<NodeStatus>;
const atHeight = (node: Node, height: number) =>
  until(async () => (await status(node)).height === height, `height ${height}`, { every: 300 });
const balance = (node: Node) => call(node.dir, 'wallet.balance', { name: 'mine' }) as Promise<Balance>;
const history = (node: Node) => call(node.dir, 'wallet.history', { name: 'mine' }) as Promise<HistoryEntry[]>;
const address = async (node: Node) =>
  ((await call(node.dir, 'wallet.address', { name: 'mine' })) as { address: string }).address;

let a: Node;
let b: Node;

beforeAll(async () => {
  a = await startNode(newFolder());
  b = await startNode(newFolder(), '--bootstrap', ...a.ready.addresses);
  for (const node of [a, b]) await call(node.dir, 'wallet.create', { name: 'mine', password: 'p@ss word' });
});
afterAll(cleanUp);

describe('two nodes in a terminal', () => {
  test('each prints its API address, token file and listen addresses when it is ready', () => {
    for (const { ready, dir } of [a, b]) {
      expect(ready.ready).toBe(true);
      expect(ready.api).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
      expect(ready.tokenFile).toBe(join(dir, 'api.token'));
      expect(statSync(ready.tokenFile).mode & 0o777).toBe(0o600);
      expect(ready.addresses[0]).toMatch(new RegExp(`^/ip4/127.0.0.1/tcp/\\d+/p2p/${ready.peerId}$`));
    }
  });

  test('they mine, sync, pay each other and list the payment', async () => {
    const { ids } = (await call(a.dir, 'mining.generate', { address: await address(a), blocks: 8 })) as {
      ids: string[];
    };
    expect(ids).toHaveLength(8);
    await atHeight(b, 8);
    expect(await call(b.dir, 'chain.tip')).toEqual(await call(a.dir, 'chain.tip'));
    expect((await balance(a)).confirmed).toBeGreaterThan(0);
    const sent = (await call(a.dir, 'wallet.send', {
      name: 'mine',
      to: [{ address: await address(b), amount: 150_000_000 }],
      password: 'p@ss word',
    })) as { txid: string; fee: number };
    const [coming] = await until(async () => {
      const entries = await history(b);
      return entries.length > 0 ? entries : null;
    }, 'the payment is seen by the receiver before it is mined');
    expect(coming).toMatchObject({ txid: sent.txid, amount: 150_000_000, state: 'pending', height: null });
    await call(b.dir, 'mining.generate', { address: await address(b), blocks: 1 });
    await atHeight(a, 9);
    expect((await history(a)).find(({ txid }) => txid === sent.txid)).toMatchObject({
      amount: -150_000_000 - sent.fee,
      fee: sent.fee,
      height: 9,
      state: 'mined',
    });
    await until(async () => (await balance(b)).confirmed === 150_000_000, 'it is in the balance');
    const seen = (await call(a.dir, 'chain.transaction', { txid: sent.txid })) as Record<string, unknown>;
    expect(seen).toMatchObject({ fee: sent.fee, height: 9, confirmations: 1 });
    const [statsA, statsB] = [await call(a.dir, 'chain.stats'), await call(b.dir, 'chain.stats')];
    expect(statsA).toEqual(statsB);
  });

  test('each lists the other node as its peer', async () => {
    const peers = (await call(b.dir, 'peers.list')) as { id: string; direction: string }[];
    expect(peers).toMatchObject([{ id: a.ready.peerId, direction: 'outbound' }]);
    expect((await status(a)).sentence).toBe('Synced to block 9 with 1 peer.');
  });

  test('a subscription prints one line per event', async () => {
    const watching = start(['call', '--datadir', a.dir, 'chain.watch', '--for', '600']);
    const first = watching.line();
    // Events before the subscription has begun are not its own, so one block may not be enough.
    let done = false;
    void first.then(() => (done = true));
    await until(
      async () => {
        if (!done) await call(b.dir, 'mining.generate', { address: await address(b), blocks: 1 });
        return done;
      },
      'the first event',
      { every: 300 },
    );
    expect(await first).toEqual({
      type: 'connected',
      id: expect.any(String) as string,
      height: expect.any(Number) as number,
    });
    watching.child.kill('SIGINT');
    expect((await watching.ended).err).toBe('');
  });

  test('the status can be watched with the URL and the token file, and the subscription ends after its time', async () => {
    const { code, out, err } = await run([
      ...['call', '--api', a.ready.api, '--token-file', a.ready.tokenFile],
      ...['node.watch', '--for', '3'],
    ]);
    expect([code, err]).toEqual([0, '']);
    expect(JSON.parse(out.split('\n')[0]!)).toMatchObject({ network: 'regtest', peerId: a.ready.peerId });
  });

  test('errors of the node reach the terminal with their code, and the exit code is 1', async () => {
    const wrong = await run(
      ['call', '--datadir', a.dir, 'wallet.unlock', '-'],
      '{"name":"mine","password":"no"}',
    );
    expect(wrong).toMatchObject({ code: 1, out: '', fault: { code: 'wallet-password' } });
    const broken = await run(['call', '--datadir', a.dir, 'mempool.submit', '{"hex":"00"}']);
    expect(broken.fault?.code).toBe('codec-truncated');
    const stranger = await run([
      'call',
      '--api',
      a.ready.api,
      '--token-file',
      b.ready.tokenFile,
      'node.status',
    ]);
    expect(stranger).toMatchObject({ code: 1, fault: { code: 'api-refused' } });
  });

  test('a second process on the same data directory is refused, and the first keeps running', async () => {
    const { code, fault } = await run([...NODE, '--datadir', a.dir]);
    expect(code).toBe(1);
    expect(fault).toMatchObject({ code: 'datadir-in-use', data: { pid: a.running.child.pid } });
    expect((await status(a)).peers).toBe(1);
  });

  test('the log contains no secret', async () => {
    await call(a.dir, 'wallet.create', { name: 'second', password: 'correct horse' });
    const log = readFileSync(join(a.dir, 'logs', 'kith.log'), 'utf8');
    const token = readFileSync(a.ready.tokenFile, 'utf8').trim();
    for (const secret of ['p@ss word', 'correct horse', token]) expect(log).not.toContain(secret);
  });
});

describe('the end of a node', () => {
  test('SIGTERM stops it without errors and removes its token', async () => {
    const before = await status(b);
    b.running.child.kill('SIGTERM');
    const { code, err } = await b.running.ended;
    expect(code, err).toBe(0);
    expect(err).not.toMatch(/^kith:|^\{|^\S+ error /m);
    expect(existsSync(b.ready.tokenFile)).toBe(false);
    expect((await run(['call', '--datadir', b.dir, 'node.status'])).fault?.code).toBe('node-not-running');
    b = await startNode(b.dir, '--bootstrap', ...a.ready.addresses);
    const after = await status(b);
    expect([after.height, after.tip, after.peerId]).toEqual([before.height, before.tip, before.peerId]);
  });

  test('after kill -9 it continues with the same chain and wallet', async () => {
    const held = await balance(b);
    const { height } = await status(b);
    b.running.child.kill('SIGKILL');
    await b.running.ended;
    b = await startNode(b.dir, '--bootstrap', ...a.ready.addresses);
    expect((await status(b)).height).toBeGreaterThanOrEqual(height - 1);
    await atHeight(b, (await status(a)).height);
    expect((await balance(b)).confirmed).toBe(held.confirmed);
  });

  test('a client can stop it by node.shutdown', async () => {
    expect(await call(a.dir, 'node.shutdown')).toEqual({});
    expect(await a.running.ended).toMatchObject({ code: 0 });
    b.running.child.kill('SIGINT');
    expect((await b.running.ended).code).toBe(0);
  });
});
