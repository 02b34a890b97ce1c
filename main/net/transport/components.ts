import type { Libp2pOptions } from 'libp2p';
import { identifyPush } from '@libp2p/identify';
import { peerIdOf, relayOf } from './multiaddrs.ts';
import { RELAYED, RESERVATIONS } from './relay-pools.ts';
import type { Budgets } from '../budgets/budgets.ts';
import { paid } from './paid.ts';
import { withHandler } from './with-handler.ts';
import type { Identify } from './identify.ts';

/** Which of libp2p's further parts a host takes; none of them is even loaded without. */
export interface Wanted {
  /** To come in through relays, to others and to us, and to be one. */
  readonly relays?: RelayRules | undefined;
  /** To tell peers at once what has changed of this node, and to hear it of them: the table lives on that. */
  readonly push?: boolean | undefined;
}

/** Who may use this node as a relay, and which relays it uses itself. */
export interface RelayRules {
  /** Whether a peer may have a slot here. */
  serves(peerId: string): boolean;
  /** Whether a relay is one that we asked for a slot. */
  uses(relayId: string): boolean;
}

type Transports = NonNullable<Libp2pOptions['transports']>;
type Services = NonNullable<Libp2pOptions<Record<string, unknown>>['services']>;

export interface Parts {
  readonly transports: Transports;
  readonly services: Services;
}

/** What this node carries as a relay: enough to agree on a direct way, and for nothing else. */
export const RELAY = {
  /** Short, so that a peer whose reservation was given to another asks again soon. */
  slotMs: 20 * 60_000,
  /** Of one connection through it. */
  connectionMs: 120_000,
  connectionBytes: 128 * 1024,
  /** Connections that a peer may open through it at once, on one connection of its own. */
  perPeer: 4,
} as const;
/** libp2p's own limits refuse the newest, so the pools (relay-pools.ts) stay below them. */
const RELAY_BACKSTOP = { reservations: 2 * RESERVATIONS.total, toPeer: 2 * RELAYED.total } as const;

const HOP_MS = 10_000;

export interface PartsDeps {
  readonly identify: () => Pick<Identify, 'acceptPush'>;
  readonly budgets: Budgets;
}

/** Loads what is wanted: each costs tens of milliseconds and some megabytes, which a node on loopback needn't spend. */
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
    // It sends; what others send is read by a part of our own, which has bounds.
    const make = identifyPush({ concurrency: 4 });
    services['push'] = (components: object) =>
      make(
        withHandler(components, (stream, connection) => identify().acceptPush(stream, connection)) as never,
      );
  }
  return { transports, services };
}

/** A relay that we didn't ask must not be able to have us tell others of it. */
export function isOwnRelay(address: string, relays: RelayRules | undefined): boolean {
  const relay = relayOf(address);
  return relay === null || (relays?.uses(peerIdOf(relay) ?? '') ?? false);
}
