import type { Connection } from '@libp2p/interface';
import { createGroupedPool, type PoolLimits } from '../../lib/grouped-pool.ts';
import { KithError } from '../../lib/errors.ts';
import { sourceOf } from '../transport/pool-source.ts';
import { isRelayed, peerIdOf } from '../transport/multiaddrs.ts';
import type { Host } from '../transport/host.ts';
import type { Origin } from '../peers/peer.ts';
import type { Punch } from './hole-punching.ts';
import { PUNCH_PROTOCOL } from './hole-punching-messages.ts';

export interface WaysDeps {
  readonly host: Pick<Host, 'dial' | 'onOpen' | 'handle'>;
  readonly punch: Punch;
  /** Introduces us to somebody whom we called back. */
  readonly adopt: (connection: Connection, origin: Origin) => Promise<unknown>;
}

/** Direct ways to and from those whom only a relay reaches. */
export interface Routes {
  start(): Promise<void>;
  /** As the host's, but what comes through a relay is given only once there is a direct way. @throws {KithError} `dial-failed`. */
  dial(address: string): Promise<Connection>;
  /** Whether routers were opened for this connection alone, so that it shows nothing of who could connect. */
  isHolePunched(connection: Connection): boolean;
  /** How often a direct way was found, and wasn't. */
  readonly tally: { readonly good: number; readonly bad: number };
}

/** The relay ends what is not used, so a direct way must be found before. */
const DIRECT_MS = 9000;
/** Relayed connections that are being made direct at once. What comes through a relay counts for that relay. */
export const GUESTS: PoolLimits = { total: 8, perHost: 4, perGroup: 4 };

export function createRoutes({ host, punch, adopt }: WaysDeps): Routes {
  const awaited = new Map<string, (connection: Connection) => void>();
  const punched = new WeakSet<Connection>();
  const tally = { good: 0, bad: 0 };
  const guests = createGroupedPool<Connection>(GUESTS, (relayed) =>
    relayed.abort(new Error('too many relayed connections at once')),
  );

  function next(peerId: string): Promise<Connection | null> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => done(null), DIRECT_MS);
      const done = (connection: Connection | null) => {
        clearTimeout(timer);
        awaited.delete(peerId);
        resolve(connection);
      };
      awaited.set(peerId, done);
    });
  }

  async function receive(relayed: Connection): Promise<void> {
    guests.add(relayed, sourceOf(relayed.remoteAddr.toString()));
    const direct = await punch.upgrade(relayed).finally(() => guests.delete(relayed));
    tally[direct === null ? 'bad' : 'good']++;
    if (direct === null) return;
    // Who dialled back is the one to greet; of a punched way that is the guest.
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
        throw new KithError('dial-failed', 'no direct way behind the relay', { data: { address } });
      }
      if (direct.direction === 'outbound') punched.add(direct);
      return direct;
    },
    isHolePunched: (connection) => punched.has(connection),
  };
}
