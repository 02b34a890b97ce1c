import type { Connection } from '@libp2p/interface';
import { createGroupedPool, type PoolLimits } from '../../lib/grouped-pool.ts';
import { sourceOf } from '../transport/pool-source.ts';
import type { Host } from '../transport/host.ts';
import type { PeerViolationCode } from '../protocol/wire-violation.ts';
import type { Origin, OwnedPeer } from './peer.ts';

/** A connection, before or after the handshake. */
export interface Session {
  readonly connection: Connection;
  readonly origin: Origin;
  peer: OwnedPeer | null;
  /** Why the session ended or is about to end. */
  code: PeerViolationCode | null;
  /** Whether the session is being closed. */
  parting: boolean;
}

export interface SessionsDeps {
  readonly host: Pick<Host, 'peerId' | 'traffic'>;
  /** The session of a peer ended. */
  ended(session: Session, peer: OwnedPeer): void;
}

/** The connections, at most one per remote node. */
export interface Sessions {
  get(id: string): Session | undefined;
  has(id: string): boolean;
  all(): readonly Session[];
  /**
   * Adds a connection. Null when it is redundant: of two connections between the same nodes, the one that the node with
   * the lower peer id opened stays.
   */
  open(connection: Connection, origin: Origin): Session | null;
  end(session: Session): void;
  /** An inbound connection without a hello was accepted. When there are too many, another one is closed. */
  awaitHello(connection: Connection): void;
  /** The connection was closed, or has completed its handshake. */
  stopAwaiting(connection: Connection): void;
  /** The remote address of a connection. */
  locate(id: string): string | null;
}

/**
 * Limit on inbound connections without a hello, including additional connections of a peer. Together with a full set of
 * peers they stay below the limit of the host.
 */
export const AWAITING_HELLO: PoolLimits = { total: 32, perHost: 4, perGroup: 8 };

/**
 * Whether requests may be sent and answered. They may not while a session is being closed, although sending `bye` takes
 * a moment longer.
 */
export const isHere = (session: Session): boolean => !session.parting;

export function createSessions({ host, ended }: SessionsDeps): Sessions {
  const sessions = new Map<string, Session>();
  const all = (): Session[] => [...sessions.values()];
  // Eviction only considers peers after the handshake, so the connections before it have their own limit.
  const awaiting = createGroupedPool<Connection>(AWAITING_HELLO, (connection) => {
    const session = sessions.get(connection.remotePeer.toString());
    if (session?.connection === connection) end(session);
    close(connection);
  });

  function open(connection: Connection, origin: Origin): Session | null {
    const id = connection.remotePeer.toString();
    const other = sessions.get(id);
    if (other?.connection === connection) return null;
    if (other !== undefined && other.connection.status === 'open') {
      const opener = connection.direction === 'outbound' ? host.peerId : id;
      const better = connection.direction !== other.connection.direction && opener < otherEnd(opener, id);
      if (!better) {
        close(connection);
        return null;
      }
      end(other);
      close(other.connection);
    }
    const session: Session = { connection, origin, peer: null, code: null, parting: false };
    sessions.set(id, session);
    return session;
  }

  const otherEnd = (opener: string, remote: string) => (opener === remote ? host.peerId : remote);

  function end(session: Session): void {
    const id = session.connection.remotePeer.toString();
    if (sessions.get(id) === session) {
      sessions.delete(id);
      host.traffic.forget(id);
    }
    const { peer } = session;
    session.peer = null;
    if (peer !== null) ended(session, peer);
  }

  return {
    get: (id) => sessions.get(id),
    has: (id) => sessions.has(id),
    all,
    open,
    end,
    awaitHello: (connection) => awaiting.add(connection, sourceOf(connection.remoteAddr.toString())),
    stopAwaiting: (connection) => void awaiting.delete(connection),
    locate: (id) => sessions.get(id)?.connection.remoteAddr.toString() ?? null,
  };
}

export function close(connection: Connection): void {
  connection.close().catch((error: unknown) => connection.abort(error as Error));
}
