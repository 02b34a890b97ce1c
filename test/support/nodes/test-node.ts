import { REGTEST_NETWORK } from '../../../main/core/params/built-in-networks.ts';
import type { Network } from '../../../main/core/params/network.ts';
import type { Block } from '../../../main/core/primitives/block.ts';
import { type Clock, systemClock } from '../../../main/lib/clock.ts';
import { createClockWatch } from '../../../main/lib/clock-watch.ts';
import type { Log } from '../../../main/lib/log.ts';
import { systemRandom } from '../../../main/lib/random.ts';
import { createNetwork, type PeerNetwork } from '../../../main/net/network.ts';
import type { DiscoveryChoice } from '../../../main/net/ports.ts';
import { openPeerStore } from '../../../main/net/peers/peer-store.ts';
import { createHost } from '../../../main/net/transport/host.ts';
import { openIdentity } from '../../../main/net/transport/identity-place.ts';
import type { Chain } from '../../../main/chain/chain.ts';
import { createChain } from '../../../main/chain/create-chain.ts';
import { createHistory } from '../../../main/chain/history-check.ts';
import { createMempool, type Mempool } from '../../../main/mempool/mempool.ts';
import {
  type BlockParts,
  extend,
  newDirectory,
  silent,
  testChainDeps,
  verifyBatch,
} from '../chain/test-chain.ts';

/** A whole node without wallet and window, in this process, over real sockets on loopback. */
export interface TestNode {
  readonly directory: string;
  readonly chain: Chain;
  readonly mempool: Mempool;
  readonly net: PeerNetwork;
  /** The first address that it listens on, with its peer id. */
  readonly address: string;
  mine(blocks: number, parts?: BlockParts): Promise<Block[]>;
  stop(): Promise<void>;
}

export interface TestNodeOptions {
  readonly bootstrap?: readonly string[];
  readonly listen?: readonly string[];
  readonly network?: Network;
  /** Reopens what an earlier node left there. */
  readonly directory?: string;
  readonly log?: Log;
  /** The system's unless told. */
  readonly clock?: Clock;
  readonly minimumWork?: bigint;
  readonly hideOrigin?: boolean;
  readonly onSeen?: (txid: string) => void;
  readonly announce?: readonly string[];
  readonly snapshotSync?: boolean;
  readonly discovery?: DiscoveryChoice;
  /** Prunes to so many bytes of bodies and undo records, in small files. */
  readonly pruneBytes?: number;
  /** Whether the disk has room; by default it has. */
  readonly hasRoom?: () => boolean;
  /** Bytes of one segment file. */
  readonly segmentBytes?: number;
}

export async function startNode(options: TestNodeOptions = {}): Promise<TestNode> {
  const directory = options.directory ?? newDirectory();
  const network = options.network ?? REGTEST_NETWORK;
  const log = options.log ?? silent;
  const clock = options.clock ?? systemClock;
  const clockWatch = createClockWatch({ clock, log });
  const { pruneBytes, segmentBytes = pruneBytes === undefined ? undefined : 2000 } = options;
  const small = {
    ...(pruneBytes === undefined ? {} : { pruneBytes }),
    ...(segmentBytes === undefined ? {} : { segmentBytes }),
  };
  const chainDeps = testChainDeps({ directory, network, log, clock, ...small });
  const chain = await createChain(chainDeps);
  const mempool = createMempool({ chain, verifyBatch, clock, log });
  await mempool.start(new AbortController().signal);
  const net = await createNetwork({
    network,
    chain,
    mempool,
    clock,
    clockWatch,
    random: systemRandom,
    factories: { openIdentity, openStore: openPeerStore, createHost },
    log,
    datadir: directory,
    listen: options.listen ?? ['/ip4/127.0.0.1/tcp/0'],
    bootstrap: options.bootstrap ?? [],
    software: 'kith/test',
    minimumWork: options.minimumWork,
    hideOrigin: options.hideOrigin,
    onSeen: options.onSeen,
    announce: options.announce,
    snapshotSync: options.snapshotSync,
    discovery: options.discovery,
    hasRoom: options.hasRoom,
    openHistory: () => createHistory(chain, chainDeps),
  });
  await net.start();
  clockWatch.start();
  return {
    directory,
    chain,
    mempool,
    net,
    address: net.addresses()[0] ?? '',
    async mine(blocks, parts) {
      const mined: Block[] = [];
      for (let i = 0; i < blocks; i++) mined.push(await extend(chain, parts));
      return mined;
    },
    async stop() {
      clockWatch.stop();
      await net.stop();
      await mempool.stop();
      await chain.close();
    },
  };
}
