import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { type GroupOf, ipOf, isPublic, portOf, withoutPeer } from '../transport/multiaddrs.ts';
import type { Libp2pInternals } from '../transport/libp2p-internals.ts';
import type { Identified } from '../transport/identify.ts';
import type { Peer } from '../peers/peer.ts';
import { askDialBack, type DialBackOutcome } from './autonat-server.ts';
import { createVotes } from './votes.ts';

export interface AutonatClientDeps {
  readonly peers: { list(): readonly Peer[] };
  readonly internals: Pick<Libp2pInternals, 'places' | 'confirm' | 'withdraw'>;
  readonly identified: Identified;
  /** The own peer id as a multihash. */
  readonly id: Uint8Array;
  readonly groupOf: GroupOf;
  readonly clock: Clock;
  readonly log: Log;
}

/** What this node knows about how other nodes see it. */
export interface Findings {
  readonly askable: number;
  readonly in: number;
  readonly out: number;
  readonly seenAs: string | null;
  readonly own: boolean;
  readonly mapped: boolean;
  readonly port: number | null;
}

/**
 * AutoNAT client: finds out whether other nodes can connect, by asking outbound peers to dial back, one per network
 * group.
 */
export interface AutonatClient {
  /** A peer connected: records the address at which it sees this node. */
  met(peer: Peer): Promise<void>;
  disconnected(peerId: string): void;
  /** Asks the next peer if it is time to. */
  turn(): Promise<void>;
  findings(): Findings;
  /** Makes the next turns ask again. Earlier answers count until new ones replace them. */
  askAgain(): void;
}

export function createAutonatClient(deps: AutonatClientDeps): AutonatClient {
  const { internals, peers, groupOf, clock } = deps;
  const votes = createVotes(clock);
  const seen = new Map<string, string>();
  const confirmed = new Set<string>();
  // Addresses that dial-backs confirmed without a port mapping from a router.
  const assumed = new Set<string>();
  let known = '';
  let lastSeen: string | null = null;
  let busy = false;

  /**
   * Peers that may be asked. Only outbound ones: an inbound attacker could open a hundred connections that all give the
   * same answer.
   */
  const testers = () =>
    peers
      .list()
      .filter(({ id, direction, address }) => direction === 'outbound' && isPublic(address) && seen.has(id));

  const places = () =>
    internals
      .places()
      .map((place) => ({ ...place, address: withoutPeer(place.address) }))
      .filter(({ address }) => !assumed.has(address));

  function take(group: string, outcome: DialBackOutcome): void {
    votes.add(group, outcome.got);
    if (votes.count('out') > votes.count('in')) withdraw();
    if (outcome.got !== 'in') return;
    if (places().every(({ address }) => address !== outcome.address)) assumed.add(outcome.address);
    internals.confirm(outcome.address);
    confirmed.add(outcome.address);
  }

  function withdraw(): void {
    for (const address of confirmed) internals.withdraw(address);
    confirmed.clear();
    assumed.clear();
  }

  return {
    async met(peer) {
      if (peer.direction !== 'outbound' || !isPublic(peer.address)) return;
      const address = (await deps.identified(peer.connection))?.observedAddr?.toString() ?? '';
      const ip = isPublic(address) ? ipOf(address) : null;
      if (ip === null || !peers.list().includes(peer)) return;
      seen.set(peer.id, ip);
      lastSeen = ip;
    },
    disconnected: (peerId) => void seen.delete(peerId),
    async turn() {
      const state = places()
        .map(({ address, mapped }) => `${address} ${mapped}`)
        .join();
      // If a router opened a port or the address of this computer changed, earlier answers are obsolete.
      if (state !== known && !busy) votes.clear();
      known = state;
      if (busy || votes.enough()) return;
      const tester = testers().find(({ address }) => votes.of(groupOf(address) ?? address) === undefined);
      if (tester === undefined) return;
      const addresses = candidatesAt(seen.get(tester.id)!, places());
      if (addresses.length === 0) return;
      busy = true;
      const outcome = await askDialBack(tester.connection, deps.id, addresses, clock);
      busy = false;
      deps.log.debug('asked a peer to dial back', { peer: tester.id, addresses, got: outcome.got });
      take(groupOf(tester.address) ?? tester.address, outcome);
    },
    askAgain: votes.renew,
    findings() {
      const ip = mostFrequent(seen.values()) ?? lastSeen;
      const all = places();
      return {
        askable: testers().length,
        in: votes.count('in'),
        out: votes.count('out'),
        seenAs: ip,
        own: all.some(({ address, mapped }) => !mapped && ip !== null && ipOf(address) === ip),
        mapped: all.some(({ mapped }) => mapped),
        port: listeningPort(all),
      };
    },
  };
}

interface OwnPlace {
  readonly address: string;
  readonly mapped: boolean;
}

/** The port on which this node itself listens, as opposed to a port that a router forwards to it. */
function listeningPort(places: readonly OwnPlace[]): number | null {
  const ports = places.flatMap(({ address, mapped }) => (mapped ? [] : [portOf(address)]));
  return ports.find((each) => each !== null) ?? null;
}

/** Addresses at which a peer might reach this node, if peers see this node at `ip`. */
function candidatesAt(ip: string, places: readonly OwnPlace[]): string[] {
  const known = places.map(({ address }) => address).filter((address) => ipOf(address) === ip);
  const listenPort = listeningPort(places);
  const assumed = listenPort === null ? [] : [`/${ip.includes(':') ? 'ip6' : 'ip4'}/${ip}/tcp/${listenPort}`];
  return [...new Set([...known, ...assumed])];
}

function mostFrequent(all: Iterable<string>): string | undefined {
  const tally = new Map<string, number>();
  for (const each of all) tally.set(each, (tally.get(each) ?? 0) + 1);
  return [...tally].sort((a, b) => b[1] - a[1])[0]?.[0];
}
