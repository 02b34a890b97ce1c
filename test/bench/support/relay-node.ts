/** A node in a process of its own for the relay bench: it tells when things happened, on the machine's one clock. */
import { REGTEST_NETWORK } from '../../../main/core/params/built-in-networks.ts';
import { isViolation } from '../../../main/core/violation.ts';
import type { Log } from '../../../main/lib/log.ts';
import { createNode } from '../../../main/node/node.ts';
import { benchSettings } from './bench-settings.ts';
import { testKey } from '../../support/chain/test-chain.ts';

export interface Start {
  readonly do: 'start';
  readonly datadir: string;
  readonly port: number;
  readonly bootstrap: readonly string[];
  readonly announce: readonly string[];
}

export type Order =
  | Start
  | { readonly do: 'mine'; readonly blocks: number }
  /** Transactions in base64. */
  | { readonly do: 'submit'; readonly transactions: readonly string[] }
  | { readonly do: 'block'; readonly height: number }
  | { readonly do: 'look' }
  | { readonly do: 'stop' };

export interface Look {
  readonly height: number;
  readonly mempool: number;
  readonly peers: number;
  readonly bytesIn: number;
  /** Compact blocks: put together from what was here, after a question, not at all. */
  readonly compact: readonly [whole: number, asked: number, failed: number];
}

export type Happened = { readonly what: 'connected' | 'added'; readonly id: string; readonly at: number };

const FEW = 100;
const now = () => Number(process.hrtime.bigint()) / 1e6;
const stopping = new AbortController();
const compact: [number, number, number] = [0, 0, 0];
let node: Awaited<ReturnType<typeof createNode>>;

const log: Log = {
  debug() {},
  info(message, data) {
    if (message !== 'received a compact block') return;
    const { lacking, rebuilt } = data as { lacking: number; rebuilt: boolean };
    compact[rebuilt ? (lacking === 0 ? 0 : 1) : 2]++;
  },
  warn() {},
  error: (message, data) => console.error(message, data),
  child: () => log,
};

async function start({ datadir, port, bootstrap, announce }: Start): Promise<string> {
  const config = {
    network: REGTEST_NETWORK,
    datadir,
    bootstrap,
    announce,
    hideOrigin: false,
    log,
    settings: benchSettings(datadir),
  };
  const onFailure = (error: unknown) => console.error(error);
  node = await createNode({ ...config, listen: [`/ip4/127.0.0.1/tcp/${port}`], onFailure }, stopping.signal);
  const { chain, mempool, peers } = node.facade;
  const happened = (what: Happened['what'], id: string) =>
    process.send!({ happened: { what, id, at: now() } });
  chain.onConnected(({ entry }) => happened('connected', entry.id));
  mempool.onChanged(() => {
    // Looking for the newest of thousands at every change would be what is measured.
    if (mempool.summary().count > FEW) return;
    const [newest] = mempool.newest(1);
    if (newest !== undefined) happened('added', newest.txid);
  });
  return peers.peerId;
}

async function obey(order: Order): Promise<unknown> {
  if (order.do === 'start') return start(order);
  const { chain, mempool, miner, peers } = node.facade;
  switch (order.do) {
    case 'mine':
      return miner.generate(testKey(1).lock, order.blocks);
    case 'submit':
      for (const text of order.transactions) {
        const result = await mempool.submit(new Uint8Array(Buffer.from(text, 'base64')));
        if (isViolation(result)) throw new Error(result.code);
      }
      return now();
    case 'block':
      return Buffer.from((await chain.readBlock(chain.atHeight(order.height)!.id))!).toString('base64');
    case 'look': {
      const list = peers.list();
      const bytesIn = list.reduce((sum, peer) => sum + peer.bytesIn, 0);
      const look: Look = {
        height: chain.tip().height,
        mempool: mempool.summary().count,
        peers: list.length,
        bytesIn,
        compact,
      };
      return look;
    }
    case 'stop':
      stopping.abort();
      await node.stop();
      setImmediate(() => process.disconnect());
      return null;
  }
}

process.on('message', (message: { call: number; order: Order }) => {
  obey(message.order).then(
    (result) => process.send!({ call: message.call, result }),
    (error: unknown) => process.send!({ call: message.call, error: String(error) }),
  );
});
