import type { Connection } from '@libp2p/interface';
import type { Clock, Timer } from '../../lib/clock.ts';
import { type PeerViolation, peerViolation } from '../protocol/wire-violation.ts';
import type { Host } from '../transport/host.ts';
import type { OwnedPeer } from './peer.ts';
import type { Sessions } from './sessions.ts';

export interface PingsDeps {
  readonly host: Pick<Host, 'ping' | 'traffic'>;
  readonly clock: Pick<Clock, 'every'>;
  list(): readonly OwnedPeer[];
  readonly sessions: Pick<Sessions, 'get'>;
  report(peerId: string, wrong: PeerViolation): void;
}

/** Measures the latency of peers and finds silent ones. */
export interface Pings {
  start(): void;
  stop(): void;
  /** Whether a peer runs and is reachable: it answers a ping or sends other bytes. */
  isAlive(connection: Connection): Promise<boolean>;
  ping(peer: OwnedPeer): Promise<void>;
  pingAll(): void;
}

const PING_MS = 45_000;

export function createPings({ host, clock, list, sessions, report }: PingsDeps): Pings {
  let timer: Timer | undefined;
  const received = (peerId: string): number => host.traffic.of(peerId).bytesIn;

  async function ping(peer: OwnedPeer): Promise<void> {
    const before = received(peer.id);
    try {
      peer.latencyMs = await host.ping(peer.connection);
    } catch {
      // A peer that is sending a block is not silent.
      if (sessions.get(peer.id)?.peer === peer && received(peer.id) === before)
        report(peer.id, peerViolation('peer-silent'));
    }
  }

  const pingAll = (): void => list().forEach((peer) => void ping(peer));

  return {
    start() {
      timer = clock.every(PING_MS, pingAll);
    },
    stop: () => timer?.cancel(),
    async isAlive(connection) {
      const id = connection.remotePeer.toString();
      const before = received(id);
      await host.ping(connection).catch(() => null);
      return received(id) > before;
    },
    ping,
    pingAll,
  };
}
