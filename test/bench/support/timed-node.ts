/**
 * A node in a process of its own that tells when things happened, on the clock that all processes of a machine share.
 * Started by fork with {datadir, bootstrap}; obeys `mine` and `pay`.
 */
import { REGTEST_NETWORK } from '../../../main/core/params/built-in-networks.ts';
import { isViolation } from '../../../main/core/violation.ts';
import { createNode } from '../../../main/node/node.ts';
import { benchSettings } from './bench-settings.ts';
import { coinbaseOf, pay, silent, testKey } from '../../support/chain/test-chain.ts';
import type { Block } from '../../../main/core/primitives/block.ts';

export type Order =
  | { readonly do: 'start'; readonly datadir: string; readonly bootstrap: readonly string[] }
  | { readonly do: 'mine'; readonly blocks: number }
  | { readonly do: 'pay' }
  | { readonly do: 'stop' };

/** `at` in milliseconds of CLOCK_MONOTONIC. */
export type Told =
  | { readonly did: 'start'; readonly address: string }
  | { readonly did: 'mine' }
  | { readonly did: 'pay'; readonly txid: string; readonly at: number }
  | { readonly did: 'stop' }
  | { readonly did: 'connected'; readonly id: string; readonly height: number; readonly at: number }
  | { readonly did: 'added'; readonly txid: string; readonly at: number };

const KEY = testKey(1);
const AMOUNT = 1_000_000;
const now = () => Number(process.hrtime.bigint()) / 1e6;
const tell = (told: Told) => process.send!(told);

const stopping = new AbortController();
const mined: Block[] = [];
let node: Awaited<ReturnType<typeof createNode>>;

async function start(order: Extract<Order, { do: 'start' }>): Promise<void> {
  const onFailure = (error: unknown) => {
    throw error;
  };
  const listen = ['/ip4/127.0.0.1/tcp/0'];
  node = await createNode(
    {
      ...order,
      network: REGTEST_NETWORK,
      listen,
      log: silent,
      onFailure,
      settings: benchSettings(order.datadir),
    },
    stopping.signal,
  );
  const { chain, mempool, peers } = node.facade;
  chain.onConnected(({ entry, block }) => {
    const at = now();
    mined.push(block);
    tell({ did: 'connected', id: entry.id, height: entry.height, at });
  });
  let last = '';
  mempool.onChanged(() => {
    const at = now();
    const [newest] = mempool.newest(1);
    if (newest === undefined || newest.txid === last) return;
    last = newest.txid;
    tell({ did: 'added', txid: last, at });
  });
  tell({ did: 'start', address: peers.addresses()[0]! });
}

async function payOnce(): Promise<void> {
  const block = mined.shift()!;
  const tx = pay({ network: REGTEST_NETWORK }, [coinbaseOf(block)], KEY.secret, [
    { amount: block.transactions[0]!.outputs[0]!.amount - AMOUNT, lock: KEY.lock },
  ]);
  const at = now();
  const result = await node.facade.mempool.submit(tx.bytes);
  if (isViolation(result)) throw new Error(result.code);
  tell({ did: 'pay', txid: tx.txidHex, at });
}

async function follow(order: Order): Promise<void> {
  if (order.do === 'start') await start(order);
  else if (order.do === 'mine') {
    await node.facade.miner.generate(KEY.lock, order.blocks);
    tell({ did: 'mine' });
  } else if (order.do === 'pay') await payOnce();
  else {
    stopping.abort();
    await node.stop();
    tell({ did: 'stop' });
    process.disconnect();
  }
}

process.on('message', (order: Order) => void follow(order));
