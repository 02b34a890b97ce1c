import type { Libp2pOptions } from 'libp2p';
import { identifyPush } from '@libp2p/identify';
import { peerIdOf, relayOf } from './multiaddrs.ts';
import { RELAYED, RESERVATIONS } from './relay-pools.ts';
import type { Budgets } from '../budgets/budgets.ts';
import { paid, withHandler } from './service-streams.ts';
import type { Identify } from './identify.ts';

/** The optional libp2p components of a host. Components that are not wanted are not loaded. */
export interface Wanted {
  /** Connections through relays, from and to this node, and the relay service. */
  readonly relays?: RelayRules | undefined;
  /**
   * Identify push: sends changed addresses and protocols of this node to its peers immediately. The DHT depends on
   * it.
   */
  readonly push?: boolean | undefined;
}

/** Which peers may use this node as a relay, and which relays this node uses. */
export interface RelayRules {
  /** Whether a peer may have a reservation at this node. */
  serves(peerId: string): boolean;
  /** Whether this node has asked this relay for a reservation. */
  uses(relayId: string): boolean;
}

type Transports = NonNullable<Libp2pOptions['transports']>;
type Services = NonNullable<Libp2pOptions<Record<string, unknown>>['services']>;

export interface Parts {
  readonly transports: Transports;
  readonly services: Services;
}

/** What this node forwards as a relay: enough for hole punching, and too little for other uses. */
export const RELAY = {
  /** Short, so that a peer that lost its reservation to another peer requests a new one within 20 min. */
  slotMs: 20 * 60_000,
  /** Lifetime of one connection through this relay. */
  connectionMs: 120_000,
  connectionBytes: 128 * 1024,
  /** Connections that a peer may open through this relay at the same time, per connection with it. */
  perPeer: 4,
} as const;
/**
 * The limits of libp2p, which refuse the newest peer. They are higher than those of the pools (relay-pools.ts), so that
 * they never apply.
 */
const RELAY_BACKSTOP = { reservations: 2 * RESERVATIONS.total, toPeer: 2 * RELAYED.total } as const;

const HOP_MS = 10_000;

export interface PartsDeps {
  readonly identify: () => Pick<Identify, 'acceptPush'>;
  readonly budgets: Budgets;
}

/**
 * Loads the wanted components. Each costs tens of milliseconds and some megabytes, and a node on loopback needs none.
 */
export async function loadParts(
  { relays, push = false }: Wanted,
  { identify, budgets }: PartsDeps,
): Promise<Parts> {
  const transports: Transports = [];
  const services: Services = {};
  if (relays !== undefined) {
    const { circuitRelayServer, circuitRelayTransport } = await import('@libp2p/circuit-relay-v2');
    const transport = circuitRelayTransport({
      maxInboundStopStreams: RELAY.perPeer,
      maxOutboundStopStreams: RELAY.perPeer,
      maxReservationQueueLength: 4,
    });
    transports.push((components) => transport(paid(components, budgets, 'stop')));
    const server = circuitRelayServer({
      hopTimeout: HOP_MS,
      maxInboundHopStreams: RELAY.perPeer,
      maxOutboundHopStreams: RELAY.perPeer,
      maxOutboundStopStreams: RELAY_BACKSTOP.toPeer,
      reservations: {
        maxReservations: RELAY_BACKSTOP.reservations,
        reservationTtl: RELAY.slotMs,
        defaultDurationLimit: RELAY.connectionMs,
        defaultDataLimit: BigInt(RELAY.connectionBytes),
      },
    });
    services['relay'] = (components: object) => server(paid(components, budgets, 'hop') as never);
  }
  if (push) {
    // This service only sends. identify.ts reads the pushes of peers, because it limits them.
    const make = identifyPush({ concurrency: 4 });
    services['push'] = (components: object) =>
      make(
        withHandler(components, (stream, connection) => identify().acceptPush(stream, connection)) as never,
      );
  }
  return { transports, services };
}

/**
 * Whether this node asked the relay in this address for a reservation. Other relays must not be able to make this node
 * announce addresses through them.
 */
export function isOwnRelay(address: string, relays: RelayRules | undefined): boolean {
  const relay = relayOf(address);
  return relay === null || (relays?.uses(peerIdOf(relay) ?? '') ?? false);
}
