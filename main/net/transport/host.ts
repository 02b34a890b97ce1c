import { noise } from '@chainsafe/libp2p-noise';
import type { GossipSub } from '@libp2p/gossipsub';
import { identify } from '@libp2p/identify';
import type { Connection, ConnectionGater, IdentifyResult, PrivateKey, Stream } from '@libp2p/interface';
import { peerIdFromPrivateKey } from '@libp2p/peer-id';
import { tcp } from '@libp2p/tcp';
import { yamux } from '@libp2p/yamux';
import { createLibp2p, type Libp2p } from 'libp2p';
import type { Notice } from '../../../shared/contract/fields.ts';
import { abortAfter, type Clock } from '../../lib/clock.ts';
import { KithError, messageOf } from '../../lib/errors.ts';
import type { Random } from '../../lib/random.ts';
import { hostKeyOf, isLocal, parseAddress } from './multiaddrs.ts';
import { lookUp } from './lookup.ts';
import { createRelayPools, type RelayPools, type ReservationStore } from './relay-pools.ts';
import { forgetUnknownPeers } from './forget-peers.ts';
import { createHandshakes, type Handshakes } from './handshakes.ts';
import { createGossip, type Gossip, gossipService } from './gossip.ts';
import { createIdentify, type Identify, type IdentifyDeps } from './identify.ts';
import { createLibp2pInternals, type Libp2pInternals, type Inner } from './libp2p-internals.ts';
import { type Backlog, createBacklog } from './backlog.ts';
import { isOwnRelay, loadParts, type Wanted } from './components.ts';
import { noiseCrypto } from './noise-crypto.ts';
import { answerPings, measurePing, PING_PROTOCOL } from './ping.ts';
import { createOwnRecord } from './peer-records.ts';
import type { PeerViolation } from '../protocol/wire-violation.ts';
import type { RequestName } from '../budgets/costs.ts';
import { GOSSIP_BYTES, metered, paid, payFirst } from './service-streams.ts';
import { sourceOf } from './pool-source.ts';
import { createStreamOpens } from './stream-opens.ts';
import { createDuplicatePeerIds, DUPLICATE_PEER_ID, type DuplicatePeerIds } from './duplicate-peer-ids.ts';
import { createTrafficCounter, type TrafficCounter } from './traffic.ts';
import { type Budgets, createBudgets } from '../budgets/budgets.ts';
import { createUpload } from '../budgets/upload.ts';

export interface HostDeps {
  readonly key: PrivateKey;
  /** Multiaddresses to listen on. If empty, no node can connect to this one. */
  readonly listen: readonly string[];
  /** Multiaddresses to announce instead of those listened on. If empty, those are announced. */
  readonly announce?: readonly string[] | undefined;
  readonly topics: readonly string[];
  readonly software: string;
  /** Whether a host or peer is banned. Checked before resources are used for a connection. */
  readonly denied: { host(hostKey: string): boolean; peer(peerId: string): boolean };
  /** Our own score of a peer for the gossip router, at most 0. */
  readonly scoreOf: (peerId: string) => number;
  /** A peer exceeded its gossip budget; its stream was reset. */
  readonly onFlood?: ((peerId: string) => void) | undefined;
  /** The handler of a gossip message of this peer threw. */
  readonly onFailure?: ((peerId: string, failure: PeerViolation) => void) | undefined;
  /** Limits on the cost of requests; has default limits. */
  readonly budgets?: Budgets | undefined;
  /** Called with the number of bytes that were sent to a socket. */
  readonly onSent?: ((bytes: number) => void) | undefined;
  /** Whether so many bytes may be sent; a connection on which more would be sent is aborted. */
  readonly allows?: ((bytes: number) => boolean) | undefined;
  /** Whether connections may be opened, by this node and by others. */
  readonly isClosed?: (() => boolean) | undefined;
  /** A connection begins, in either direction. */
  readonly began?: (() => void) | undefined;
  /** Optional libp2p components; none by default. */
  readonly wanted?: Wanted | undefined;
  readonly clock: Clock;
  readonly random: Random;
}

/** The libp2p node: sockets, encryption, streams and gossip. Knows nothing of blocks and transactions. */
export interface Host {
  readonly peerId: string;
  /** The peer id as a multihash. */
  readonly idBytes: Uint8Array;
  readonly gossip: Gossip;
  readonly traffic: TrafficCounter;
  readonly internals: Libp2pInternals;
  /** The components of libp2p, for services that are created outside of it. */
  readonly components: object;
  /** @throws {KithError} `listen-in-use`, `listen-failed`. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** The addresses that this node announces as its own, each with its peer id. */
  addresses(): string[];
  /** The same addresses as a signed peer record, which peers pass on. */
  ownRecord(): Promise<Uint8Array>;
  /** Notices about problems with the host. */
  notices(): readonly Notice[];
  /** @throws {KithError} `address-invalid`, `dial-failed`, `peer-self`, `peer-id-shared`. */
  dial(address: string): Promise<Connection>;
  /** All connections with a peer, including those through relays. */
  connections(peerId: string): Connection[];
  /**
   * Calls `accept` for each stream that a peer opens for the protocol, at most `limit` per connection. With `cost` a
   * stream waits until the budget allows a request of that kind.
   */
  handle(
    protocol: string,
    limit: number,
    accept: (stream: Stream, connection: Connection) => void,
    options?: { readonly throughRelays?: boolean; readonly cost?: RequestName },
  ): Promise<void>;
  /** The round trip in milliseconds. Rejects after 20 s. */
  ping(connection: Connection): Promise<number>;
  onOpen(listener: (connection: Connection) => void): void;
  onClose(listener: (connection: Connection) => void): void;
  /** Number of peers in the peer store of libp2p. */
  remembered(): Promise<number>;
  /** Peers with a reservation at this relay, oldest first. */
  reserved(): string[];
  /** Calls the listener with the identify result of a peer, some time after its connection was opened. */
  onIdentify(listener: (result: IdentifyResult) => void): void;
}

/**
 * Limit on connections of all kinds, and on sockets before the handshake. Above it libp2p refuses new connections. So
 * the pools of handshakes, of connections without a hello and of peers stay below it together.
 */
export const MAX_CONNECTIONS = 256;
export const MAX_SOCKETS = 384;
/** Handshakes that one host may begin per second. On loopback all nodes of a demo share one address. */
const HANDSHAKES_A_SECOND = { local: 500, otherwise: 10 } as const;
const PING_TIMEOUT_MS = 20_000;
/** Timeout for TCP, encryption and multiplexer of an outbound connection. */
const DIAL_MS = 10_000;

type Services = {
  identify: unknown;
  pubsub: GossipSub;
  relay?: { readonly reservations: ReservationStore };
} & Record<string, unknown>;

export async function createHost(deps: HostDeps): Promise<Host> {
  const { clock, random } = deps;
  const bounds = createBounds(deps);
  const { traffic, budgets, backlog, duplicates } = bounds;
  const { node, inner, identity } = await createNode(deps, bounds);
  const connectionsOf = (peerId: string) =>
    node.getConnections().filter((each) => each.remotePeer.toString() === peerId);
  forgetUnknownPeers(node, clock);
  node.addEventListener('connection:open', ({ detail }) => void identity.ask(detail));
  node.addEventListener('connection:close', ({ detail }) => {
    budgets.of(detail).end();
    backlog.forget(detail.remotePeer.toString());
  });
  return {
    peerId: node.peerId.toString(),
    idBytes: node.peerId.toMultihash().bytes,
    gossip: createGossip(node.services.pubsub, {
      clock,
      async admit(peerId, bytes) {
        const [connection] = connectionsOf(peerId);
        if (connection !== undefined) await budgets.of(connection).spend('gossip', bytes);
        backlog.taken(peerId, bytes);
      },
      onFailure: deps.onFailure ?? (() => {}),
    }),
    traffic,
    internals: createLibp2pInternals(inner, clock),
    components: inner,
    start: () => startNode(node, deps, budgets),
    async stop() {
      await node.stop();
      budgets.stop();
    },
    addresses: () => node.getMultiaddrs().map(String),
    notices: duplicates.notices,
    ownRecord: createOwnRecord(deps.key, () => node.getMultiaddrs(), clock.monotonic),
    dial: (address) => dialAddress(node, deps, address),
    connections: connectionsOf,
    handle: (protocol, limit, accept, { throughRelays = false, cost } = {}) =>
      node.handle(protocol, cost === undefined ? accept : payFirst(accept, budgets, cost), {
        maxInboundStreams: limit,
        maxOutboundStreams: limit,
        runOnLimitedConnection: throughRelays,
      }),
    ping: (connection) => measurePing(connection, PING_TIMEOUT_MS, { clock, random }),
    onOpen: (listener) => node.addEventListener('connection:open', (event) => listener(event.detail)),
    onClose: (listener) => node.addEventListener('connection:close', (event) => listener(event.detail)),
    remembered: async () => (await node.peerStore.all()).length,
    reserved: () => [...(node.services.relay?.reservations ?? [])].map(([peer]) => peer.toString()),
    onIdentify: (listener) => node.addEventListener('peer:identify', (event) => listener(event.detail)),
  };
}

/** What limits and counts the traffic of all connections. */
interface Bounds {
  readonly traffic: TrafficCounter;
  readonly budgets: Budgets;
  readonly backlog: Backlog;
  readonly duplicates: DuplicatePeerIds;
}

function createBounds({ key, budgets, onSent, allows, clock }: HostDeps): Bounds {
  const upload = createUpload(null, clock.monotonic);
  return {
    traffic: createTrafficCounter(onSent, allows),
    budgets: budgets ?? createBudgets({ upload, groupOf: (address) => sourceOf(address).group, clock }),
    backlog: createBacklog(),
    duplicates: createDuplicatePeerIds(peerIdFromPrivateKey(key).toString(), clock),
  };
}

/** @throws {KithError} `listen-in-use`, `listen-failed`. */
async function startNode(
  node: Libp2p<Services>,
  { clock, listen }: HostDeps,
  budgets: Budgets,
): Promise<void> {
  try {
    await node.handle(
      PING_PROTOCOL,
      (stream, connection) => void answerPings(stream, clock, budgets.of(connection)),
      { maxInboundStreams: 1 },
    );
    await node.start();
  } catch (error) {
    await node.stop();
    throw listenError(error, listen);
  }
}

/** @throws {KithError} `address-invalid`, `dial-failed`, `peer-self`, `peer-id-shared`. */
async function dialAddress(
  node: Libp2p<Services>,
  { clock, denied, isClosed = () => false }: HostDeps,
  address: string,
): Promise<Connection> {
  const target = parseAddress(address);
  if (target === null) throw new KithError('address-invalid', address, { data: { address } });
  if (isClosed()) throw new KithError('upload-used-up');
  try {
    const signal = abortAfter(clock, DIAL_MS);
    const found = await lookUp(target, { isBanned: (host) => denied.host(host), signal });
    return await node.dial(found, { signal });
  } catch (error) {
    throw new KithError(dialCode(messageOf(error)), messageOf(error), { cause: error, data: { address } });
  }
}

// libp2p has no error codes for these.
function dialCode(message: string): string {
  if (message.includes(DUPLICATE_PEER_ID)) return 'peer-id-shared';
  return message.includes('dial self') ? 'peer-self' : 'dial-failed';
}

async function createNode(
  deps: HostDeps,
  { traffic, budgets, backlog, duplicates }: Bounds,
): Promise<{ node: Libp2p<Services>; inner: Inner; identity: Identify }> {
  const { clock } = deps;
  const current: { node?: Libp2p<Services>; inner?: Inner & IdentifyDeps; identity?: Identify } = {};
  const handshakes = createHandshakes(
    HANDSHAKES_A_SECOND[isLocal(deps.listen) ? 'local' : 'otherwise'],
    clock.monotonic,
  );
  const relays = deps.wanted?.relays;
  const relayPools = createRelayPools({
    reservations: () => current.node?.services.relay?.reservations,
    connections: (peer) => current.node?.getConnections(peer) ?? [],
  });
  const parts = await loadParts(deps.wanted ?? {}, { identify: () => current.identity!, budgets });
  const opens = createStreamOpens(budgets);
  current.node = await createLibp2p<Services>({
    start: false,
    privateKey: deps.key,
    nodeInfo: { name: 'kith', version: '1', userAgent: deps.software },
    addresses: {
      listen: [...deps.listen],
      announce: [...(deps.announce ?? [])],
      announceFilter: (all) => all.filter((each) => isOwnRelay(each.toString(), relays)),
    },
    transports: [tcp({ maxConnections: MAX_SOCKETS, backlog: 128 }), ...parts.transports],
    connectionEncrypters: [opens.encrypter(traffic.wrap(duplicates.wrap(noise({ crypto: noiseCrypto }))))],
    // With a window above 2 MiB a peer could fill a paused stream beyond its read buffer, which resets the stream.
    streamMuxers: [
      opens.muxer(
        yamux({
          maxInboundStreams: 32,
          maxOutboundStreams: 32,
          streamOptions: { maxStreamWindowSize: 2 << 20 },
        }),
      ),
    ],
    connectionGater: createGater(deps, handshakes, relayPools),
    connectionManager: {
      maxConnections: MAX_CONNECTIONS,
      maxParallelDials: 16,
      maxDialQueueLength: 64,
      dialTimeout: DIAL_MS,
      // Half-open handshakes have a separate pool (handshakes.ts), which never refuses the newest.
      maxIncomingPendingConnections: Infinity,
      inboundConnectionThreshold: Infinity,
      // libp2p must not reconnect, because peers/ decides that.
      reconnectRetries: 0,
    },
    // libp2p's connection monitor has one timeout for all peers, which follows recent ping times, and aborts every
    // connection that exceeds it. So this node would lose good peers while it or they are busy. peers/ pings with its
    // own timeouts.
    connectionMonitor: { enabled: false },
    services: {
      // This service only answers. identify.ts sends the requests, because it limits the answers.
      identify: (components: object) =>
        identify({ runOnConnectionOpen: false })(paid(components, budgets, 'identify') as never),
      pubsub: (components: object) =>
        gossipService(
          deps.topics,
          deps.scoreOf,
        )(metered(components, clock, deps.onFlood ?? (() => {}), GOSSIP_BYTES, backlog.watch) as never),
      inner: (components: object) => {
        current.inner = components as Inner & IdentifyDeps;
        return {};
      },
      ...parts.services,
    },
  });
  current.node.addEventListener('peer:disconnect', (event) => relayPools.left(event.detail));
  current.identity = createIdentify(current.inner!, clock);
  return { node: current.node, inner: current.inner!, identity: current.identity };
}

/** Decides which connections are accepted, and fills the pools of half-open and relayed connections. */
function createGater(deps: HostDeps, handshakes: Handshakes, relayPools: RelayPools): ConnectionGater {
  const relays = deps.wanted?.relays;
  const { isClosed = () => false } = deps;
  return {
    // All dials pass here, also those of the DHT and of relays.
    denyDialMultiaddr() {
      if (isClosed()) return true;
      deps.began?.();
      return false;
    },
    denyInboundConnection(raw) {
      const part = hostKeyOf(raw.remoteAddr.toString()) ?? '';
      if (isClosed() || deps.denied.host(part) || !handshakes.begin(raw)) return true;
      deps.began?.();
      return false;
    },
    denyInboundUpgradedConnection(_peer, raw) {
      handshakes.end(raw);
      // The limit may have been reached meanwhile.
      return isClosed();
    },
    denyInboundEncryptedConnection: (peer) => deps.denied.peer(peer.toString()),
    denyOutboundEncryptedConnection: (peer) => deps.denied.peer(peer.toString()),
    denyInboundRelayReservation(peer) {
      if (!(relays?.serves(peer.toString()) ?? false)) return true;
      relayPools.reserve(peer);
      return false;
    },
    denyOutboundRelayedConnection(from, to) {
      if (deps.denied.peer(from.toString())) return true;
      relayPools.relay(from, to);
      return false;
    },
    denyInboundRelayedConnection: (relay, from) =>
      !(relays?.uses(relay.toString()) ?? false) || deps.denied.peer(from.toString()),
  };
}

// libp2p gives the causes only in the text of its error.
function listenError(error: unknown, listen: readonly string[]): KithError {
  const message = messageOf(error);
  const inUse = message.includes('EADDRINUSE');
  const busy = inUse ? (listen.find((address) => message.includes(address)) ?? listen[0]) : undefined;
  return new KithError(inUse ? 'listen-in-use' : 'listen-failed', message, {
    cause: error,
    data: { address: busy ?? listen.join(' ') },
  });
}
