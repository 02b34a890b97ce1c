import { type Peer, relays } from './peers/peer.ts';
import type { TipAnnouncer } from './peers/announce-tip.ts';
import type { Monitoring } from './monitoring.ts';
import type { Peering } from './peering.ts';
import type { NetworkDeps } from './ports.ts';
import { toHex } from '../core/codec/hex.ts';
import type { BlockArrivals } from './relay/block-arrivals.ts';
import type { Relaying } from './relaying.ts';
import type { Syncing } from './syncing.ts';

export interface NetworkEventsDeps extends Pick<
  NetworkDeps,
  'chain' | 'mempool' | 'clockWatch' | 'discovery'
> {
  readonly peering: Pick<Peering, 'host' | 'names' | 'peers' | 'inbound' | 'exchange'>;
  readonly syncing: Pick<Syncing, 'consider' | 'forget' | 'recheck'>;
  readonly relaying: Pick<Relaying, 'payments' | 'forget'>;
  readonly monitoring: Pick<Monitoring, 'clocks' | 'progress'>;
  readonly arrivals: Pick<BlockArrivals, 'seen'>;
  readonly tipAnnouncer: Pick<TipAnnouncer, 'moved'>;
}

/** Passes the events of peers, chain, mempool and clock to the parts that need them. */
export interface NetworkEvents {
  start(): void;
  stop(): void;
  /** Number of peers of another network met since the start. */
  otherNetworkPeers(): number;
}

/** Maximum number of peers of other networks that are counted. */
const MAX_OTHER_NETWORK_PEERS = 1000;

export function createNetworkEvents(deps: NetworkEventsDeps): NetworkEvents {
  const { host, names, peers, inbound, exchange } = deps.peering;
  const { chain, syncing, relaying, monitoring } = deps;
  const { payments } = relaying;
  const otherNetworkPeers = new Set<string>();
  const welcomes = createWelcomes(deps);
  const off: (() => void)[] = [];

  function onHandshakeCompleted(peer: Peer): void {
    monitoring.clocks.record(peer, peer.hello.clock);
    if (peer.kind === 'inbound') inbound.arrived(peer);
    if (deps.discovery?.exchange !== false) exchange.welcome(peer);
    // A block-relay-only connection carries no transactions.
    if (relays(peer)) welcomes.await(peer.id);
    else host.gossip.exclude(names.transactions, peer.id);
    syncing.consider();
    welcomes.check();
  }

  function onDisconnected(id: string): void {
    for (const part of [monitoring.clocks, syncing, relaying, inbound, welcomes]) part.forget(id);
    host.gossip.readmit(id);
  }

  function onJumped(seconds: number): void {
    host.gossip.clockJumped();
    peers.clockJumped(seconds);
    syncing.recheck();
  }

  const listenToPeers = () => [
    peers.events.on('handshakeCompleted', onHandshakeCompleted),
    peers.events.on('disconnected', ({ peer }) => onDisconnected(peer.id)),
    peers.events.on('tip', ({ id, tip }) => {
      deps.arrivals.seen(toHex(tip.id), id, 'claimed');
      payments.peerTipMoved();
      syncing.consider();
      welcomes.check();
    }),
    peers.events.on('refused', ({ id, code }) => {
      if (code === 'hello-network' && otherNetworkPeers.size < MAX_OTHER_NETWORK_PEERS)
        otherNetworkPeers.add(id);
    }),
  ];

  const listenToNode = () => [
    deps.mempool.events.on('added', ({ source }) => {
      if (source !== undefined) inbound.useful(source, 'payment');
    }),
    deps.clockWatch.events.on('jumped', ({ seconds }) => onJumped(seconds)),
    deps.clockWatch.events.on('slept', peers.pingAll),
    // The router measures with the wall clock; a timer of the watch's own would wake an idle node once more a second.
    host.gossip.onHeartbeat(deps.clockWatch.check),
    chain.events.on('tip', () => {
      deps.tipAnnouncer.moved(chain.tip() === chain.bestHeader());
      payments.tipMoved();
      welcomes.check();
    }),
  ];

  return {
    start: () => void off.push(...listenToPeers(), ...listenToNode()),
    stop: () => off.splice(0).forEach((each) => each()),
    otherNetworkPeers: () => otherNetworkPeers.size,
  };
}

/**
 * Peers that relay transactions and were not yet asked for the wids in their mempool. They are asked when this node is
 * synced, because only then can it check their transactions.
 */
function createWelcomes({ peering, relaying, monitoring }: NetworkEventsDeps) {
  const waiting = new Set<string>();
  return {
    await: (peerId: string) => void waiting.add(peerId),
    forget: (peerId: string) => void waiting.delete(peerId),
    check(): void {
      if (waiting.size === 0 || monitoring.progress().phase !== 'synced') return;
      for (const id of waiting) {
        const peer = peering.peers.get(id);
        if (peer !== undefined) relaying.payments.welcome(peer);
      }
      waiting.clear();
    },
  };
}
