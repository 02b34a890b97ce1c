import { type ChildProcess, fork } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { REGTEST_NETWORK } from '../../main/core/params/built-in-networks.ts';
import { decodeBlock } from '../../main/core/primitives/block.ts';
import type { Coin } from '../../main/core/primitives/coin.ts';
import type { Outpoint } from '../../main/core/primitives/outpoint.ts';
import type { Transaction } from '../../main/core/primitives/transaction.ts';
import { isViolation } from '../../main/core/violation.ts';
import type { Chain } from '../../main/chain/chain.ts';
import { createRandom } from '../support/random.ts';
import { createTcpProxy, freePort, type TcpProxy } from '../support/nodes/tcp-proxy.ts';
import { coinbaseOf, newDirectory, pay, testKey } from '../support/chain/test-chain.ts';
import { until } from '../support/until.ts';
import type { Bench } from './bench.ts';
import type { Happened, Look, Order } from './support/relay-node.ts';

const SCRIPT = fileURLToPath(new URL('./support/relay-node.ts', import.meta.url));
const NODES = 20;
const LINKS = 4;
const DELAY = { ms: 50, jitter: 25 };
const PAYMENTS = 2000;
const ROUNDS = 3;
const SINGLES = 30;
const KEY = testKey(1);
const FEE = 10_000;
const CHAIN = { network: REGTEST_NETWORK } as Chain;
/** What nodes tell each other of leads nowhere, so that every byte goes over a slow link. */
const NOWHERE = '/ip4/127.255.255.1/tcp/9';

interface BenchNode {
  readonly datadir: string;
  readonly child: ChildProcess;
  readonly happened: Map<string, number>;
  call<T>(order: Order): Promise<T>;
}

function launch(): BenchNode {
  const child = fork(SCRIPT);
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  const happened = new Map<string, number>();
  let calls = 0;
  child.on('message', (message: { call?: number; result?: unknown; error?: string; happened?: Happened }) => {
    if (message.happened !== undefined) {
      const { what, id, at } = message.happened;
      if (!happened.has(`${what} ${id}`)) happened.set(`${what} ${id}`, at);
    } else if (message.error !== undefined) waiting.get(message.call!)?.reject(new Error(message.error));
    else waiting.get(message.call!)?.resolve(message.result);
  });
  return {
    datadir: newDirectory(),
    child,
    happened,
    call: <T>(order: Order) =>
      new Promise<T>((resolve, reject) => {
        calls++;
        waiting.set(calls, { resolve, reject });
        child.send({ call: calls, order });
      }),
  };
}

const text = (tx: Transaction) => Buffer.from(tx.bytes).toString('base64');
const quantile = (times: readonly number[], share: number) =>
  [...times].sort((a, b) => a - b)[Math.floor((times.length - 1) * share)]!;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

interface Owned {
  readonly outpoint: Outpoint;
  readonly coin: Coin;
}

const outputsOf = (tx: Transaction): Owned[] =>
  tx.outputs.map((output, index) => ({
    outpoint: { txid: tx.txid, index },
    coin: { ...output, height: 0, coinbase: false },
  }));
const again = (owned: Owned): Transaction =>
  pay(CHAIN, [owned], KEY.secret, [{ amount: owned.coin.amount - FEE, lock: KEY.lock }]);

/** 20 node processes, each link with a delay of its own; blocks of 2 000 payments and single payments through it. */
export const bench: Bench = {
  name: 'relay',
  description: `${NODES} nodes, links of ${DELAY.ms} ms ± ${DELAY.jitter} ms: blocks of ${PAYMENTS} payments, and payments`,
  async run({ say }) {
    const random = createRandom(11);
    const nodes: BenchNode[] = [];
    const proxies: TcpProxy[] = [];
    const look = () => Promise.all(nodes.map((node) => node.call<Look>({ do: 'look' })));
    try {
      say('starting …');
      const addresses: string[] = [];
      for (let i = 0; i < NODES; i++) {
        const to = new Set<number>();
        while (to.size < Math.min(LINKS, i)) to.add(random.int(i));
        const bootstrap: string[] = [];
        for (const j of to) {
          const proxy = await createTcpProxy(addresses[j]!, { ...DELAY, random: random.next });
          proxies.push(proxy);
          bootstrap.push(proxy.address);
        }
        const node = launch();
        nodes.push(node);
        const port = await freePort();
        const order = { datadir: node.datadir, port, bootstrap, announce: [NOWHERE] };
        const peerId = await node.call<string>({ do: 'start', ...order });
        addresses.push(`/ip4/127.0.0.1/tcp/${port}/p2p/${peerId}`);
      }
      await nodes[0]!.call({ do: 'mine', blocks: 20 });
      const all = async (test: (each: Look) => boolean, why: string) =>
        until(async () => (await look()).every(test), why, { ms: 180_000, every: 250 });
      await all(({ height }) => height === 20, 'synced');
      const first = decodeBlock(
        new Uint8Array(Buffer.from(await nodes[0]!.call<string>({ do: 'block', height: 1 }), 'base64')),
      );
      if (isViolation(first)) throw new Error(first.code);
      const from = coinbaseOf(first);
      const amount = Math.floor((from.coin.amount - 2_000_000) / (PAYMENTS + SINGLES));
      const outputs = Array.from({ length: PAYMENTS + SINGLES }, () => ({ amount, lock: KEY.lock }));
      const fan = pay(CHAIN, [from], KEY.secret, outputs);
      await nodes[0]!.call({ do: 'submit', transactions: [text(fan)] });
      await nodes[0]!.call({ do: 'mine', blocks: 1 });
      await all(({ height }) => height === 21, 'the coins are everywhere');
      let purse = outputsOf(fan);
      const singles = purse.splice(PAYMENTS);

      say('payments …');
      const links = proxies.length;
      const quiet = await look();
      const txTimes: number[] = [];
      for (const owned of singles) {
        const tx = again(owned);
        const at = random.int(NODES);
        await nodes[at]!.call({ do: 'submit', transactions: [text(tx)] });
        const key = `added ${tx.txidHex}`;
        await until(() => nodes.every(({ happened }) => happened.has(key)), 'in every mempool', { every: 5 });
        const times = nodes.map(({ happened }) => happened.get(key)!);
        txTimes.push(Math.max(...times) - Math.min(...times));
        await pause(150);
      }
      const paid = await look();
      const count = (looks: readonly Look[], kind: 0 | 1 | 2) =>
        looks.reduce((sum, { compact }) => sum + compact[kind], 0);
      const bytesOf = (after: readonly Look[], before: readonly Look[]) =>
        after.reduce((sum, { bytesIn }, i) => sum + bytesIn - before[i]!.bytesIn, 0) / NODES;

      const blockTimes: number[] = [];
      const shares: number[] = [];
      let blockBytes = 0;
      for (let round = 0; round < ROUNDS; round++) {
        say(`block ${round + 1} of ${ROUNDS}: filling mempools …`);
        const payments = purse.map(again);
        const before = (await look())[0]!.mempool;
        for (let i = 0; i < payments.length; i += 100) {
          const transactions = payments.slice(i, i + 100).map(text);
          await nodes[(i / 100) % NODES]!.call({ do: 'submit', transactions });
        }
        await all(({ mempool }) => mempool >= before + payments.length, 'all payments are everywhere');
        await pause(3000);
        const start = await look();
        const miner = random.int(NODES);
        const [id] = await nodes[miner]!.call<string[]>({ do: 'mine', blocks: 1 });
        const key = `connected ${id}`;
        await until(() => nodes.every(({ happened }) => happened.has(key)), 'connected everywhere', {
          ms: 60_000,
        });
        const found = nodes[miner]!.happened.get(key)!;
        for (const [i, { happened }] of nodes.entries())
          if (i !== miner) blockTimes.push(happened.get(key)! - found);
        await pause(2000);
        const { length } = await nodes[miner]!.call<string>({ do: 'block', height: start[0]!.height + 1 });
        blockBytes = (length * 3) / 4;
        shares.push(bytesOf(await look(), start) / blockBytes);
        purse = payments.flatMap(outputsOf);
      }
      const last = await look();
      // The block with the coins doesn't count: nobody could have had them.
      const since = (kind: 0 | 1 | 2) => count(last, kind) - count(paid, kind);
      const compact = { whole: since(0), asked: since(1), failed: since(2) };
      const share = shares.reduce((sum, each) => sum + each, 0) / shares.length;
      return {
        block_p50_ms: quantile(blockTimes, 0.5),
        block_p95_ms: quantile(blockTimes, 0.95),
        tx_p50_ms: quantile(txTimes, 0.5),
        tx_p95_ms: quantile(txTimes, 0.95),
        block_bytes: blockBytes,
        bytes_share_per_node: share,
        bytes_per_block_per_link: (share * blockBytes * NODES) / links,
        bytes_per_tx_per_node: bytesOf(paid, quiet) / SINGLES,
        compact_hit_ratio: compact.whole / Math.max(1, compact.whole + compact.asked + compact.failed),
        compact_asked: compact.asked,
        compact_failed: compact.failed,
        links,
      };
    } finally {
      await Promise.all(
        nodes.map((node) => Promise.race([node.call({ do: 'stop' }), pause(8000)]).catch(() => null)),
      );
      for (const { child } of nodes) child.kill('SIGKILL');
      await Promise.all(proxies.map((proxy) => proxy.close()));
      await Promise.all(nodes.map(({ datadir }) => rm(datadir, { recursive: true, force: true })));
    }
  },
};
