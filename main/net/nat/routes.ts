import type { Connection } from '@libp2p/interface';
import type { Clock } from '../../lib/clock.ts';
import { createGroupedPool, type PoolLimits } from '../../lib/grouped-pool.ts';
import { KithError } from '../../lib/errors.ts';
import { sourceOf } from '../transport/pool-source.ts';
import { isRelayed, peerIdOf } from '../transport/multiaddrs.ts';
import type { Host } from '../transport/host.ts';
import type { Origin } from '../peers/peer.ts';
import type { HolePunching } from './hole-punching.ts';
import { PUNCH_PROTOCOL } from './hole-punching-messages.ts';

export interface RoutesDeps {
  readonly host: Pick<Host, 'dial' | 'onOpen' | 'handle'>;
  readonly punch: HolePunching;
  readonly clock: Pick<Clock, 'after'>;
  /** Sends our hello on a direct connection that this side opened when the peer asked it to dial back. */
  readonly adopt: (connection: Connection, origin: Origin) => Promise<unknown>;
}

/** Makes direct connections to and from peers that only a relay can reach. */
export interface Routes {
  start(): Promise<void>;
  /**
   * Dials like Host.dial. For a relayed address it resolves only with a direct connection.
   * @throws {KithError} `dial-failed`
   */
  dial(address: string): Promise<Connection>;
  /** Whether hole punching made this connection. Then it does not prove that other nodes can connect. */
  isHolePunched(connection: Connection): boolean;
  /** Number of direct connections that succeeded, and that failed. */
  readonly tally: { readonly good: number; readonly bad: number };
}

/** The direct connection must exist within this time, because the relay closes idle connections. */
const DIRECT_MS = 9000;
/** Limit on relayed connections that are being replaced by direct ones. Each counts for its relay. */
export const RELAYED_UPGRADES: PoolLimits = { total: 8, perHost: 4, perGroup: 4 };

export function createRoutes({ host, punch, adopt, clock }: RoutesDeps): Routes {
  const awaited = new Map<string, (connection: Connection) => void>();
  const punched = new WeakSet<Connection>();
  const tally = { good: 0, bad: 0 };
  const upgrading = createGroupedPool<Connection>(RELAYED_UPGRADES, (relayed) =>
    relayed.abort(new Error('too many open relayed connections')),
  );

  function next(peerId: string): Promise<Connection | null> {
    return new Promise((resolve) => {
      const timer = clock.after(DIRECT_MS, () => done(null));
      const done = (connection: Connection | null) => {
        timer.cancel();
        awaited.delete(peerId);
        resolve(connection);
      };
      awaited.set(peerId, done);
    });
  }

  async function receive(relayed: Connection): Promise<void> {
    upgrading.add(relayed, sourceOf(relayed.remoteAddr.toString()));
    const direct = await punch.upgrade(relayed).finally(() => upgrading.delete(relayed));
    tally[direct === null ? 'bad' : 'good']++;
    if (direct === null) return;
    // The side that dialled back sends the hello. After hole punching, that is the side that came through the relay.
    if (direct.direction === 'inbound') punched.add(direct);
    else await adopt(direct, { kind: 'inbound', foundBy: 'inbound' });
  }

  function onOpen(connection: Connection): void {
    if (connection.limits === undefined) awaited.get(connection.remotePeer.toString())?.(connection);
    else if (connection.direction === 'inbound') void receive(connection).catch(() => undefined);
  }

  return {
    tally,
    async start() {
      host.onOpen(onOpen);
      await host.handle(PUNCH_PROTOCOL, 1, punch.accept, { throughRelays: true, cost: 'dcutr' });
    },
    async dial(address) {
      const peerId = isRelayed(address) ? peerIdOf(address) : null;
      if (peerId === null) return host.dial(address);
      const relayed = await host.dial(address);
      if (relayed.limits === undefined) return relayed;
      punch.prepare(relayed);
      const direct = await next(peerId);
      tally[direct === null ? 'bad' : 'good']++;
      if (direct === null) {
        relayed.abort(new Error('no direct way'));
        throw new KithError('dial-failed', 'no direct connection to the peer behind the relay', {
          data: { address },
        });
      }
      if (direct.direction === 'outbound') punched.add(direct);
      return direct;
    },
    isHolePunched: (connection) => punched.has(connection),
  };
}
