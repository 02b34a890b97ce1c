import type { Log } from '../lib/log.ts';
import type { Random } from '../lib/random.ts';
import type { Budgets } from './budgets/budgets.ts';
import { createDiscovery, type Discovery } from './discovery/discovery.ts';
import { isName } from './discovery/dns-addresses.ts';
import { type GroupOf, isLocal } from './transport/multiaddrs.ts';
import type { Host } from './transport/host.ts';
import type { Identified } from './transport/identify.ts';
import type { Wanted } from './transport/components.ts';
import { type Names, serviceTagOf } from './transport/protocols.ts';
import type { AddressManager } from './peers/address-manager.ts';
import type { Peers } from './peers/peers.ts';
import type { NetworkDeps } from './ports.ts';
import { createReachability, type Reachability } from './nat/reachability.ts';

export interface FindingDeps extends Pick<
  NetworkDeps,
  'network' | 'listen' | 'bootstrap' | 'discovery' | 'clock'
> {
  readonly host: Host;
  readonly budgets: Pick<Budgets, 'of'>;
  readonly identified: Identified;
  readonly names: Names;
  readonly peers: Peers;
  readonly groupOf: GroupOf;
  readonly addrman: AddressManager;
  readonly random: Random;
  /** The addresses at which other nodes can reach this node changed. */
  readonly moved: () => void;
  readonly log: Log;
}

/** How this node finds other nodes, and how they find it. */
export interface Finding {
  readonly reach: Reachability;
  readonly discovery: Discovery;
  /** Bootstrap addresses that contain no DNS name. */
  readonly bootstrap: readonly string[];
}

/**
 * The optional libp2p components for discovery and NAT traversal. A node that listens only on loopback needs almost
 * none.
 */
export function wantedFor(
  { listen, discovery }: Pick<NetworkDeps, 'listen' | 'discovery'>,
  reach: () => Reachability,
): Wanted {
  if (isLocal(listen)) return { push: discovery?.dht };
  return {
    push: discovery?.dht !== false,
    relays: { serves: (id) => reach().serves(id), uses: (id) => reach().uses(id) },
  };
}

export function createFinding(deps: FindingDeps): Finding {
  const { network, listen, discovery: chosen, host, peers, clock, random, log } = deps;
  const local = isLocal(listen);
  const listening = listen.length > 0;
  const reach = createReachability({
    host,
    identified: deps.identified,
    peers,
    groupOf: deps.groupOf,
    local,
    listening,
    moved: deps.moved,
    clock,
    random,
    log: log.child('reach'),
  });
  const all = [...new Set([...deps.bootstrap, ...network.bootstrap])];
  const discovery = createDiscovery({
    host,
    addrman: deps.addrman,
    peers,
    clock,
    random,
    names: all.filter(isName),
    dnsServers: chosen?.dnsServers,
    kad: deps.names.kad,
    serviceTag: serviceTagOf(network.idHex),
    local,
    dht: chosen?.dht ?? !local,
    mdns: chosen?.mdns ?? (!local && listening),
    // On loopback every node is reachable, so there is no limit.
    admit: async (peerId) => {
      const [connection] = host.connections(peerId);
      if (connection !== undefined) await deps.budgets.of(connection).spend('kad', 0);
    },
    serves: () => local || reach.current().reachability === 'reachable',
    log: log.child('discovery'),
  });
  return { reach, discovery, bootstrap: all.filter((address) => !isName(address)) };
}
