import type { MultiaddrConnection } from '@libp2p/interface';
import { createGroupedPool, type PoolLimits } from '../../lib/grouped-pool.ts';
import { hostKeyOf } from './multiaddrs.ts';
import { sourceOf } from './pool-source.ts';

/**
 * Inbound connections before encryption and multiplexer are negotiated. Each costs an attacker only one TCP handshake.
 */
export interface Handshakes {
  /** Whether the handshake may begin. False when the host has begun too many within this second. */
  begin(connection: Handshaking): boolean;
  /** The connection is encrypted and multiplexed. Other limits apply from now on. */
  end(connection: Handshaking): void;
  readonly size: number;
}

export type Handshaking = Pick<MultiaddrConnection, 'remoteAddr' | 'addEventListener' | 'abort'>;

export const HANDSHAKES: PoolLimits = { total: 64, perHost: 4, perGroup: 16 };

/**
 * The pool of half-open handshakes. It replaces the limit of libp2p, which refuses new connections while 64 are
 * half-open: 64 silent sockets would block all peers.
 * @param perSecond handshakes that one host may begin within a second
 */
export function createHandshakes(perSecond: number, ms: () => number): Handshakes {
  const pool = createGroupedPool<Handshaking>(HANDSHAKES, (connection) =>
    connection.abort(new Error('too many half-open handshakes')),
  );
  const begun = new Map<string, number>();
  let second = 0;

  /** Counts per second of the clock, so that the map only contains the hosts of the current second. */
  function isTooFast(host: string): boolean {
    const now = Math.floor(ms() / 1000);
    if (now !== second) begun.clear();
    second = now;
    const count = (begun.get(host) ?? 0) + 1;
    begun.set(host, count);
    return count > perSecond;
  }

  return {
    begin(connection) {
      const address = connection.remoteAddr.toString();
      if (isTooFast(hostKeyOf(address) ?? address)) return false;
      connection.addEventListener('close', () => void pool.delete(connection), { once: true });
      pool.add(connection, sourceOf(address));
      return true;
    },
    end: (connection) => void pool.delete(connection),
    get size() {
      return pool.size;
    },
  };
}
