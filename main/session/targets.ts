import { join } from 'node:path';
import { shareOf } from '../api/networks-access.ts';
import { LOCAL_NETWORK } from '../core/params/built-in-networks.ts';
import { parseJoinLink } from '../core/params/join-link.ts';
import type { Time } from '../lib/clock.ts';
import { joinedBy } from '../node/join-network.ts';
import { NODE_OPTIONS, type NodeOptions } from '../node/node-options.ts';
import { resolveFor } from '../node/resolve-options.ts';
import type { RunningNode } from '../node/run-node.ts';
import type { Candidate } from './candidates.ts';
import { datadirOf, entryOf } from './entry.ts';
import type { KnownNetworks } from './known-networks.ts';
import type { Target } from './runs.ts';

/** The other nodes of the demo, and the folder that it uses. */
export interface DemoHost {
  /** The data directory of the user's node; a new one for each demo. */
  begin(): Promise<string> | string;
  /** Starts the other nodes. Rejects when one does not start. `receiver`: an address of the user, null without a wallet. */
  populate(addresses: readonly string[], receiver: () => Promise<string | null>): Promise<void>;
  /** Stops the other nodes and deletes all data, because coins of the demo have no value. */
  stop(): Promise<void>;
}

export interface NetworkTargetDeps {
  readonly root: string;
  readonly known: KnownNetworks;
  /** Options for every node. The choice determines network, join link and data directory. */
  readonly options: NodeOptions;
  readonly clock: Pick<Time, 'now'>;
}

/** A network with its data directory below the root; it is the last opened one once its node runs. */
export function networkTarget(candidate: Candidate, deps: NetworkTargetDeps): Target {
  const { root, known, options, clock } = deps;
  const { network } = candidate;
  const entry = known.find(network.idHex);
  const datadir = datadirOf(root, network, entry);
  return {
    network,
    demo: false,
    resolve() {
      const link = candidate.link === null ? null : parseJoinLink(candidate.link);
      const own = { ...options, datadir: join(root, datadir), apiPort: undefined };
      return resolveFor(network, link && joinedBy(link), own);
    },
    started() {
      keepFile(known, candidate);
      const now = clock.now();
      known.opened(entryOf(candidate, datadir, entry?.addedAt ?? now, now));
    },
    stopped: () => undefined,
  };
}

/** Keeps the network file of a created network: without it the network could not be opened again. */
export function keepFile(known: KnownNetworks, { network }: Candidate): void {
  const { file } = shareOf(network, null);
  if (file !== null) known.keepFile(network.idHex, file.text);
}

export interface DemoTargetDeps {
  readonly demo: DemoHost;
  /** Resolves once an earlier demo is gone. */
  readonly before: () => Promise<void>;
  readonly stopped: () => void;
  /** The other nodes do not run. */
  readonly failed: (running: RunningNode, error: unknown) => void;
}

/** The network `local` with other nodes on this computer. */
export function demoTarget({ demo, before, stopped, failed }: DemoTargetDeps): Target {
  return {
    network: LOCAL_NETWORK,
    demo: true,
    async resolve() {
      await before();
      const datadir = await demo.begin();
      const options = { network: 'local', listen: ['/ip4/127.0.0.1/tcp/0'], bootstrap: [] };
      const sources = { listen: 'program', bootstrap: 'program' } as const;
      return resolveFor(LOCAL_NETWORK, null, { ...NODE_OPTIONS.parse(options), sources, datadir });
    },
    started(node) {
      demo
        .populate(node.facade.peers.addresses(), () => receiverOf(node))
        .catch((error: unknown) => failed(node, error));
    },
    stopped,
  };
}

async function receiverOf({ facade }: RunningNode): Promise<string | null> {
  const [wallet] = facade.wallets.list();
  return wallet === undefined ? null : facade.wallets.address(wallet.name);
}
