import type { Network } from '../core/params/network.ts';
import type { Countries } from '../net/geo/countries.ts';
import type { PeerNetwork } from '../net/network.ts';
import { VERSION } from '../lib/version.ts';
import type { Chain } from '../chain/chain.ts';
import type { Mempool } from '../mempool/mempool.ts';
import type { Miner } from '../mining/miner.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Contacts } from '../wallet/contacts/contacts.ts';
import type { Wallets } from '../wallet/wallets.ts';
import { sentenceFor } from '../../shared/errors.ts';
import type { Notice } from '../../shared/contract/fields.ts';
import type { BlockArrival, NetworkActivity, NetworkReachability } from '../../shared/contract/network.ts';
import { createConditionReader } from './condition.ts';
import { pick } from './facade.ts';
import type { ChainAccess, MempoolAccess, NodeFacade, PeerAccess, SettingsAccess } from './facade.ts';
import { findUpgradeNotices } from './upgrade-notices.ts';

/** The parts of a node that runs in this thread. */
export interface LocalParts {
  readonly network: Network;
  readonly datadir: string;
  /** Unix seconds; adjusted when the computer's clock is set. */
  readonly startedAt: () => number;
  readonly signatures: 'libsodium' | 'reference';
  readonly chain: Chain;
  readonly mempool: Mempool;
  readonly miner: Miner;
  readonly wallets: Wallets;
  readonly contacts: Contacts;
  readonly metrics: Metrics;
  readonly settings: SettingsAccess;
  readonly countries: Countries;
  /** Number of the autonomous system of an address; null when it is not known. */
  readonly asnOf: (address: string) => number | null;
  readonly peers: PeerNetwork;
}

/** The node as the handlers of the contract see it. */
export function createLocalNode(parts: LocalParts): NodeFacade {
  const { network, datadir, peers } = parts;
  return {
    network,
    about: {
      name: 'Kith',
      version: VERSION,
      license: 'MIT',
      runtime: `Node.js ${process.versions.node}`,
      platform: `${process.platform}-${process.arch}`,
      datadir,
      get startedAt() {
        return parts.startedAt();
      },
      signatures: parts.signatures,
    },
    chain: chainOf(parts),
    mempool: mempoolOf(parts.mempool),
    miner: parts.miner,
    wallets: parts.wallets,
    contacts: parts.contacts,
    peers: peersOf(parts),
    metrics: parts.metrics,
    settings: parts.settings,
    condition: createConditionReader({
      datadir,
      network: () => peers.status(),
      notices: () => [
        ...rebuildNotices(parts.chain),
        ...parts.wallets.notices(),
        ...parts.contacts.notices(),
        ...parts.settings.notices(),
        ...findUpgradeNotices(parts.chain.upgrades()),
      ],
    }),
    countryData: parts.countries.origin,
    async knownAddresses() {
      // Without this the first count would have no countries.
      await parts.countries.origin();
      const own = peers.addresses().map(parts.countries.of);
      const counted = await peers.countAddresses(parts.countries.of);
      return { ...counted, ownCountry: own.find((country) => country !== null) ?? null };
    },
    arrivals: (limit, id) => arrivalsOf(parts, limit, id),
    reachability: { read: () => reachabilityOf(peers), test: () => peers.reach.test() },
    activity: () => activityOf(peers),
  };
}

/** The notice that the chain database was corrupt and was rebuilt. Shown until the next start. */
function rebuildNotices(chain: Chain): readonly Notice[] {
  if (chain.rebuiltBecause() === null) return [];
  return [{ code: 'chain-rebuilt', message: sentenceFor('chain-rebuilt') }];
}

function chainOf({ chain, peers }: Pick<LocalParts, 'chain' | 'peers'>): ChainAccess {
  return {
    ...chain,
    submitBlock(bytes) {
      peers.arrivals.submitted(bytes);
      return chain.submitBlock(bytes);
    },
    onConnected: (listener) => chain.events.on('connected', listener),
    onDisconnected: (listener) => chain.events.on('disconnected', listener),
  };
}

function mempoolOf(mempool: Mempool): MempoolAccess {
  return {
    ...mempool,
    submit: (bytes) => mempool.submit(bytes),
    onChanged(listener) {
      const off = [
        mempool.events.on('added', () => listener()),
        mempool.events.on('removed', () => listener()),
      ];
      return () => off.forEach((each) => each());
    },
  };
}

/** The status of the network; the contract drops the fields that `network.activity` does not declare. */
function activityOf(network: PeerNetwork): NetworkActivity {
  const { failures, ...status } = network.status();
  return { ...status, failures: [...failures] };
}

function arrivalsOf(
  { peers, chain }: Pick<LocalParts, 'peers' | 'chain'>,
  limit: number,
  id: string | undefined,
): BlockArrival[] {
  const one = id === undefined ? null : peers.arrivals.get(id);
  const found = id === undefined ? peers.arrivals.recent(limit) : one === null ? [] : [one];
  return found.map((arrival) => ({
    id: arrival.id,
    height: chain.entry(arrival.id)?.height ?? null,
    firstSeen: arrival.firstAt,
    body: arrival.body && {
      after: arrival.body.afterMs / 1000,
      path: arrival.body.path,
      peer: arrival.body.peer,
    },
    peers: arrival.peers.map(({ peer, sign, afterMs }) => ({ peer, sign, after: afterMs / 1000 })),
  }));
}

function reachabilityOf({ reach }: PeerNetwork): NetworkReachability {
  const facts = reach.facts();
  return {
    ...reach.current(),
    ...pick(facts, ['local', 'listening', 'port', 'inbound', 'mapped', 'relays']),
    publicAddress: facts.seenAs,
    testers: facts.askable,
    dialBacks: { succeeded: facts.in, failed: facts.out },
    holePunching: { succeeded: facts.punched, failed: facts.unpunched },
    testAllowedIn: Math.ceil(facts.testAllowedInMs / 1000),
  };
}

function peersOf({
  peers: network,
  countries,
  asnOf,
}: Pick<LocalParts, 'peers' | 'countries' | 'asnOf'>): PeerAccess {
  const { peerId, addresses, joinLink, peers } = network;
  const place = (address: string) => ({ country: countries.of(address), asn: asnOf(address) });
  const list = () => peers.list().map((peer) => ({ ...peer, ...place(peer.address) }));
  return { ...peers, list, peerId, addresses, joinLink };
}
