import { noise } from '@chainsafe/libp2p-noise';
import type { GossipSub } from '@libp2p/gossipsub';
import { identify } from '@libp2p/identify';
import type { Connection, ConnectionGater, IdentifyResult, PrivateKey, Stream } from '@libp2p/interface';
import { peerIdFromPrivateKey } from '@libp2p/peer-id';
import { tcp } from '@libp2p/tcp';
import { yamux } from '@libp2p/yamux';
import { createLibp2p, type Libp2p } from 'libp2p';
import type { Notice } from '../../../shared/contract/fields.ts';
import { KithError, messageOf } from '../../lib/errors.ts';
import { hostPart, isLocal, parseAddress } from './multiaddrs.ts';
import { lookUp } from './lookup.ts';
import { createRelayPools, type RelayPools, type ReservationStore } from './relay-pools.ts';
import { forgetUnknownPeers } from './forget-peers.ts';
import { createHandshakes, type Handshakes } from './handshakes.ts';
import { createGossip, type Gossip, gossipService } from './gossip.ts';
import { createIdentify, type Identify, type IdentifyDeps } from './identify.ts';
import { createDoors, type Doors, type Inner } from './libp2p-internals.ts';
import { type Backlog, createBacklog } from './backlog.ts';
import { GOSSIP_BYTES, metered } from './metered.ts';
import { isOwnRelay, loadParts, type Wanted } from './components.ts';
import { answerPings, measurePing, PING_PROTOCOL } from './ping.ts';
import { createOwnRecord } from './peer-records.ts';
import type { PeerViolation } from '../protocol/wire-violation.ts';
import type { RequestName } from '../budgets/costs.ts';
import { paid, payFirst } from './paid.ts';
import { sourceOf } from './pool-source.ts';
import { createStreamOpens } from './stream-opens.ts';
import { createDuplicatePeerIds, DUPLICATE_PEER_ID, type DuplicatePeerIds } from './duplicate-peer-ids.ts';
import { createTrafficCounter, type TrafficCounter } from './traffic.ts';
import { type Budgets, createBudgets } from '../budgets/budgets.ts';
import { createUpload } from '../budgets/upload.ts';

export interface HostDeps {
  readonly key: PrivateKey;
  /** Multiaddresses; empty = nobody can connect to this node. */
  readonly listen: readonly string[];
  /** What others are told instead of where this node listens; empty = that. */
  readonly announce?: readonly string[] | undefined;
  readonly topics: readonly string[];
  readonly software: string;
  /** Asked before anything is spent on a connection. */
  readonly denied: { host(hostPart: string): boolean; peer(peerId: string): boolean };
  /** Our own view of a peer for the gossip router: 0 or below. */
  readonly scoreOf: (peerId: string) => number;
  /** A peer sent more gossip than it may; its stream is gone already. */
  readonly onFlood?: ((peerId: string) => void) | undefined;
  /** A gossip message of this peer made its handler throw. */
  readonly onFailure?: ((peerId: string, failure: PeerViolation) => void) | undefined;
  /** What the requests of peers may cost; the usual unless given. */
  readonly budgets?: Budgets | undefined;
  /** So many bytes went to a socket. */
  readonly onSent?: ((bytes: number) => void) | undefined;
  /** Further parts of libp2p; none unless told. */
  readonly wanted?: Wanted | undefined;
}

/** Sockets, encryption, streams and gossip; knows nothing of coins. */
export interface Host {
  readonly peerId: string;
  /** The same as a multihash. */
  readonly idBytes: Uint8Array;
  readonly gossip: Gossip;
  readonly traffic: TrafficCounter;
  readonly doors: Doors;
  /** For parts of libp2p that are made outside of it. */
  readonly components: object;
  /** @throws {KithError} `listen-in-use`, `listen-failed`. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Where others can reach this node, as it knows itself, each with its peer id. */
  addresses(): string[];
  /** The same, signed, for others to pass on. */
  ownRecord(): Promise<Uint8Array>;
  /** What the user should know about it. */
  notices(): readonly Notice[];
  /** @throws {KithError} `address-invalid`, `dial-failed`, `peer-self`, `peer-id-shared`. */
  dial(address: string): Promise<Connection>;
  /** All connections with a peer, those through relays, too. */
  connections(peerId: string): Connection[];
  /**
   * `accept` takes each stream that a peer opens for the protocol; at most `limit` a connection. With `cost` a stream
   * waits for the budget of a request of that kind.
   */
  handle(
    protocol: string,
    limit: number,
    accept: (stream: Stream, connection: Connection) => void,
    options?: { readonly throughRelays?: boolean; readonly cost?: RequestName },
  ): Promise<void>;
  /** Milliseconds to the peer and back; rejects after 20 s. */
  ping(connection: Connection): Promise<number>;
  onOpen(listener: (connection: Connection) => void): void;
  onClose(listener: (connection: Connection) => void): void;
  /** How many peers libp2p keeps something of. */
  remembered(): Promise<number>;
  /** The peers that have a reservation at this node as a relay, oldest first. */
  reserved(): string[];
  /** What a peer says it speaks, some time after its connection opened. */
  onIdentify(listener: (result: IdentifyResult) => void): void;
}

/**
 * Connections of every kind together, and sockets whose handshake is not over yet. libp2p refuses the newest beyond that,
 * so the pools of handshakes, of connections without a hello and of peers together keep below it.
 */
export const MAX_CONNECTIONS = 256;
export const MAX_SOCKETS = 384;
/** Handshakes that one host may begin within a second; on loopback all nodes of a demo come from one address. */
const HANDSHAKES_A_SECOND = { local: 500, otherwise: 10 } as const;
const PING_TIMEOUT_MS = 20_000;
/** For TCP, encryption and the multiplexer of a connection that this node opens. */
const DIAL_MS = 10_000;

type Services = {
  identify: unknown;
  pubsub: GossipSub;
  relay?: { readonly reservations: ReservationStore };
} & Record<string, unknown>;

export async function createHost(deps: HostDeps): Promise<Host> {
  const traffic = createTrafficCounter(deps.onSent);
  const budgets =
    deps.budgets ??
    createBudgets({ upload: createUpload(null), groupOf: (address) => sourceOf(address).group });
  const backlog = createBacklog();
  const duplicates = createDuplicatePeerIds(peerIdFromPrivateKey(deps.key).toString());
  const { node, inner, identity } = await create(deps, { traffic, budgets, backlog, duplicates });
  const connectionsOf = (peerId: string) =>
    node.getConnections().filter((each) => each.remotePeer.toString() === peerId);
  forgetUnknownPeers(node);
  node.addEventListener('connection:open', ({ detail }) => void identity.ask(detail));
  node.addEventListener('connection:close', ({ detail }) => {
    budgets.of(detail).end();
    backlog.forget(detail.remotePeer.toString());
  });
  return {
    peerId: node.peerId.toString(),
    idBytes: node.peerId.toMultihash().bytes,
    gossip: createGossip(node.services.pubsub, {
      async admit(peerId, bytes) {
        const [connection] = connectionsOf(peerId);
        if (connection !== undefined) await budgets.of(connection).spend('gossip', bytes);
        backlog.taken(peerId, bytes);
      },
      onFailure: deps.onFailure ?? (() => {}),
    }),
    traffic,
    doors: createDoors(inner),
    components: inner,
    async start() {
      try {
        await node.handle(
          PING_PROTOCOL,
          (stream, connection) => void answerPings(stream, budgets.of(connection)),
          { maxInboundStreams: 1 },
        );
        await node.start();
      } catch (error) {
        await node.stop();
        throw listenError(error, deps.listen);
      }
    },
    async stop() {
      await node.stop();
      budgets.stop();
    },
    addresses: () => node.getMultiaddrs().map(String),
    notices: duplicates.notices,
    ownRecord: createOwnRecord(deps.key, () => node.getMultiaddrs()),
    async dial(address) {
      const target = parseAddress(address);
      if (target === null) throw new KithError('address-invalid', address, { data: { address } });
      try {
        const signal = AbortSignal.timeout(DIAL_MS);
        const found = await lookUp(target, { isBanned: (host) => deps.denied.host(host), signal });
        // Handed on as it is: with a list of one, blocks of a bootstrap node were not heard.
        return await node.dial(found.length === 1 ? found[0]! : found, { signal });
      } catch (error) {
        const said = messageOf(error);
        const code = said.includes(DUPLICATE_PEER_ID)
          ? 'peer-id-shared'
          : said.includes('dial self')
            ? 'peer-self'
            : 'dial-failed';
        throw new KithError(code, messageOf(error), { cause: error, data: { address } });
      }
    },
    connections: connectionsOf,
    handle: (protocol, limit, accept, { throughRelays = false, cost } = {}) =>
      node.handle(protocol, cost === undefined ? accept : payFirst(accept, budgets, cost), {
        maxInboundStreams: limit,
        maxOutboundStreams: limit,
        runOnLimitedConnection: throughRelays,
      }),
    ping: (connection) => measurePing(connection, PING_TIMEOUT_MS),
    onOpen: (listener) => node.addEventListener('connection:open', (event) => listener(event.detail)),
    onClose: (listener) => node.addEventListener('connection:close', (event) => listener(event.detail)),
    remembered: async () => (await node.peerStore.all()).length,
    reserved: () => [...(node.services.relay?.reservations ?? [])].map(([peer]) => peer.toString()),
    onIdentify: (listener) => node.addEventListener('peer:identify', (event) => listener(event.detail)),
  };
}

interface Bounds {
  readonly traffic: TrafficCounter;
  readonly budgets: Budgets;
  readonly backlog: Backlog;
  readonly duplicates: DuplicatePeerIds;
}

async function create(
  deps: HostDeps,
  { traffic, budgets, backlog, duplicates }: Bounds,
): Promise<{ node: Libp2p<Services>; inner: Inner; identity: Identify }> {
  const current: { node?: Libp2p<Services>; inner?: Inner & IdentifyDeps; identity?: Identify } = {};
  const handshakes = createHandshakes(HANDSHAKES_A_SECOND[isLocal(deps.listen) ? 'local' : 'otherwise']);
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
    connectionEncrypters: [opens.encrypter(traffic.wrap(duplicates.wrap(noise())))],
    // A window above 2 MiB would let a peer fill a paused stream past its read buffer, which resets it.
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
      // Half-open handshakes have a pool of their own (handshakes.ts), which never refuses the newest.
      maxIncomingPendingConnections: Infinity,
      inboundConnectionThreshold: Infinity,
      // Whom to connect to again is decided in peers/, whatever a part of libp2p would like to keep.
      reconnectRetries: 0,
    },
    // Its timeout follows the fastest answers, so a busy node loses good peers; peers/ pings with timeouts.
    connectionMonitor: { enabled: false },
    services: {
      // It answers; asking is a part of our own, see identify.ts.
      identify: (components: object) =>
        identify({ runOnConnectionOpen: false })(paid(components, budgets, 'identify') as never),
      pubsub: (components: object) =>
        gossipService(
          deps.topics,
          deps.scoreOf,
        )(metered(components, deps.onFlood ?? (() => {}), GOSSIP_BYTES, backlog.watch) as never),
      inner: (components: object) => {
        current.inner = components as Inner & IdentifyDeps;
        return {};
      },
      ...parts.services,
    },
  });
  current.node.addEventListener('peer:disconnect', (event) => relayPools.left(event.detail));
  current.identity = createIdentify(current.inner!);
  return { node: current.node, inner: current.inner!, identity: current.identity };
}

/** Who is let in, and the pools that strangers fill on the way. */
function createGater(deps: HostDeps, handshakes: Handshakes, relayPools: RelayPools): ConnectionGater {
  const relays = deps.wanted?.relays;
  return {
    denyDialMultiaddr: () => false,
    denyInboundConnection(raw) {
      const part = hostPart(raw.remoteAddr.toString()) ?? '';
      return deps.denied.host(part) || !handshakes.begin(raw);
    },
    denyInboundUpgradedConnection(_peer, raw) {
      handshakes.end(raw);
      return false;
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

// libp2p puts the causes into the text of its own error only.
function listenError(error: unknown, listen: readonly string[]): KithError {
  const message = messageOf(error);
  const inUse = message.includes('EADDRINUSE');
  const busy = inUse ? (listen.find((address) => message.includes(address)) ?? listen[0]) : undefined;
  return new KithError(inUse ? 'listen-in-use' : 'listen-failed', message, {
    cause: error,
    data: { address: busy ?? listen.join(' ') },
  });
}
