import type { Connection, PeerId } from '@libp2p/interface';
import { abortAfter, type Clock } from '../../lib/clock.ts';
import { messageOf } from '../../lib/errors.ts';
import type { Log } from '../../lib/log.ts';
import type { Random } from '../../lib/random.ts';
import { isPublic, isUsefulFrom, withoutPeer } from '../transport/multiaddrs.ts';
import { metered } from '../transport/service-streams.ts';

export interface DhtDeps {
  /** The components of libp2p from which the DHT is created. */
  readonly components: object;
  readonly protocol: string;
  /** Whether all nodes run on this machine. */
  readonly local: boolean;
  readonly connections: (peerId: string) => readonly Connection[];
  /** Whether this node answers queries. Only a reachable node is useful to other nodes. */
  readonly serves: () => boolean;
  /** Resolves when a query of this peer may be answered. */
  readonly admit: (peerId: string) => Promise<void>;
  /** A peer sent the address of another node. */
  readonly onFound: (address: string, by: string) => void;
  readonly clock: Pick<Clock, 'monotonic' | 'after'>;
  readonly random: Pick<Random, 'bytes'>;
  readonly log: Log;
}

/**
 * A Kademlia DHT of reachable nodes, as a source of addresses. It never dials and stores no records for other nodes.
 * The addresses that it finds go into the address manager and follow the same rules as all others (docs/adr/0014).
 */
export interface Dht {
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Starts or stops answering queries, as `serves` says. */
  adjust(): Promise<void>;
  /** Asks connected peers for nodes near a random key. */
  search(): Promise<void>;
}

/** Limits of one search: duration, peers, addresses of each. */
export const DHT_LIMITS = { searchMs: 20_000, peers: 100, addresses: 4 } as const;
/** Bytes of queries per connection: the burst, and per second. */
export const DHT_BYTES = { burst: 64 * 1024, perSecond: 2 * 1024 } as const;
const NEVER_MS = 2 ** 31 - 1;

interface PeerInfo {
  readonly id: { toString(): string };
  readonly multiaddrs: readonly { toString(): string }[];
}

interface Kad {
  start(): Promise<void>;
  stop(): Promise<void>;
  getMode(): 'client' | 'server';
  setMode(mode: 'client' | 'server'): Promise<void>;
  getClosestPeers(
    key: Uint8Array,
    options: { signal: AbortSignal },
  ): AsyncIterable<{ name: string; from?: { toString(): string }; closer?: readonly PeerInfo[] }>;
  readonly rpc: { readonly handlers: Record<string, { handle(peer: PeerId, message: unknown): unknown }> };
}

/** Kinds of queries that are answered. The other kinds would make this node store records of unknown nodes. */
const ANSWERED = new Set(['FIND_NODE', 'PING']);

export function createDht(deps: DhtDeps): Dht {
  const { clock, log } = deps;
  let kad: Kad | undefined;

  async function create(): Promise<Kad> {
    const { kadDHT, passthroughMapper } = await import('@libp2p/kad-dht');
    const make = kadDHT({
      protocol: deps.protocol,
      clientMode: true,
      allowQueryWithZeroPeers: true,
      // The node need not search for its own id: no record of it is stored anywhere.
      initialQuerySelfInterval: NEVER_MS,
      querySelfInterval: NEVER_MS,
      maxInboundStreams: 2,
      maxOutboundStreams: 4,
      peerInfoMapper: deps.local ? passthroughMapper : onlyPublic,
    });
    const made = make(
      metered(onlyConnected(deps), clock, () => undefined, DHT_BYTES) as never,
    ) as unknown as Kad;
    restrict(made.rpc.handlers);
    return made;
  }

  /** Refuses queries of other kinds than ANSWERED. Those wait for the budget of the peer. */
  function restrict(handlers: Kad['rpc']['handlers']): void {
    for (const [kind, handler] of Object.entries(handlers)) {
      if (!ANSWERED.has(kind)) {
        Reflect.deleteProperty(handlers, kind);
        continue;
      }
      handlers[kind] = {
        async handle(peer, message) {
          await deps.admit(peer.toString());
          return handler.handle(peer, message);
        },
      };
    }
  }

  function take(from: string, closer: readonly PeerInfo[]): void {
    const by = deps.connections(from)[0]?.remoteAddr.toString();
    if (by === undefined) return;
    for (const { id, multiaddrs } of closer.slice(0, DHT_LIMITS.peers)) {
      for (const each of multiaddrs.slice(0, DHT_LIMITS.addresses)) {
        const address = `${withoutPeer(each.toString())}/p2p/${id.toString()}`;
        if (isUsefulFrom(by, address, deps.local)) deps.onFound(address, by);
      }
    }
  }

  return {
    async start() {
      kad = await create();
      await kad.start();
    },
    async stop() {
      await kad?.stop();
    },
    async adjust() {
      const mode = deps.serves() ? 'server' : 'client';
      if (kad !== undefined && kad.getMode() !== mode) await kad.setMode(mode);
    },
    async search() {
      if (kad === undefined) return;
      const signal = abortAfter(clock, DHT_LIMITS.searchMs);
      try {
        for await (const event of kad.getClosestPeers(deps.random.bytes(32), { signal }))
          if (event.name === 'PEER_RESPONSE') take(event.from?.toString() ?? '', event.closer ?? []);
      } catch (error) {
        log.debug('a DHT search ended early', { cause: messageOf(error) });
      }
    },
  };
}

/**
 * The components for the DHT, with a connection manager that only uses existing connections. Unchanged, the DHT would
 * dial any address in an answer and bypass the limits on slots, network groups and bans.
 */
function onlyConnected({ components, connections }: DhtDeps): object {
  const open = (peer: { toString(): string }): Connection => {
    const connection = connections(peer.toString()).find(
      ({ status, limits }) => status === 'open' && limits === undefined,
    );
    if (connection === undefined) throw new Error('not connected, and the DHT does not dial');
    return connection;
  };
  const { connectionManager } = components as { connectionManager: object };
  const manager = shadow(connectionManager, {
    openConnection: (peer: { toString(): string }) => Promise.resolve().then(() => open(peer)),
    openStream: async (peer: { toString(): string }, protocol: string, options: object) =>
      open(peer).newStream(protocol, options),
    isDialable: () => Promise.resolve(false),
  });
  // The DHT pings a node before it keeps it. peers/ pings already, and a second ping at the same time would be refused.
  // So this ping only checks that there is a connection.
  const ping = { ping: (peer: { toString(): string }) => Promise.resolve(peer).then((it) => open(it) && 0) };
  return shadow(components, { connectionManager: manager, ping });
}

/**
 * Removes special IP addresses from DHT messages in both directions, because the address filter of kad-dht accepts
 * them.
 */
function onlyPublic<Info extends { multiaddrs: { toString(): string }[] }>(info: Info): Info {
  return { ...info, multiaddrs: info.multiaddrs.filter((each) => isPublic(each.toString())) };
}

/** The same object with some of its properties replaced. */
function shadow(original: object, instead: Readonly<Record<string, unknown>>): object {
  return new Proxy(original, {
    get(target, name) {
      if (typeof name === 'string' && name in instead) return instead[name];
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}
