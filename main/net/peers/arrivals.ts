import type { Connection, Stream } from '@libp2p/interface';
import type { Clock, Timer } from '../../lib/clock.ts';
import { guarded } from '../../lib/guarded.ts';
import type { Log } from '../../lib/log.ts';
import { type Control, greet, HELLO_MS, WITHOUT_HELLO_MS } from '../protocol/control.ts';
import type { Hello } from '../protocol/hello.ts';
import { type PeerViolation, peerViolation } from '../protocol/wire-violation.ts';
import type { Host } from '../transport/host.ts';
import type { Origin } from './peer.ts';
import { close, type Session, type Sessions } from './sessions.ts';

export interface ArrivalsDeps {
  readonly host: Pick<Host, 'onOpen' | 'onClose' | 'handle' | 'connections' | 'traffic'>;
  /** The handshake protocol of this network. */
  readonly protocol: string;
  readonly sessions: Sessions;
  /** Returns our current hello. */
  readonly ours: () => Hello;
  readonly clock: Clock;
  readonly log: Log;
  /** The handshake of an inbound session ended with this outcome. */
  settle(session: Session, outcome: Control | PeerViolation | null): void;
}

/** Handles connections that `Peers.adopt` did not open: inbound ones, and those that libp2p opens itself. */
export interface Arrivals {
  start(): Promise<void>;
  stop(): void;
}

const INBOUND: Origin = { kind: 'inbound', foundBy: 'inbound' };

export function createArrivals({ host, sessions, clock, ...deps }: ArrivalsDeps): Arrivals {
  /** The timer of each connection. It closes the connection if that has not become a peer when the timer fires. */
  const deadlines = new Map<Connection, Timer>();
  const sessionOf = (connection: Connection) => sessions.get(connection.remotePeer.toString());

  function limit(connection: Connection, ms: number, late: () => void): void {
    const timer = clock.after(ms, () => {
      deadlines.delete(connection);
      if (connection.status === 'open') late();
      else sessions.stopAwaiting(connection);
    });
    deadlines.set(connection, timer);
  }

  function onOpen(connection: Connection): void {
    // A relayed connection never becomes a peer: a direct connection must replace it first (nat/).
    if (connection.limits !== undefined) return;
    if (connection.direction === 'outbound') return limit(connection, HELLO_MS, () => dismiss(connection));
    // A peer may open a second connection without a handshake, for AutoNAT or to learn its observed address.
    if (!sessions.has(connection.remotePeer.toString())) sessions.open(connection, INBOUND);
    sessions.awaitHello(connection);
    limit(connection, WITHOUT_HELLO_MS, () => expire(connection));
  }

  function expire(connection: Connection): void {
    const session = sessionOf(connection);
    if (session?.connection !== connection) return close(connection);
    if (session.peer === null) deps.settle(session, peerViolation('hello-missing'));
  }

  /**
   * Closes a connection that a component of libp2p opened itself. Such a connection is needed only for a moment and
   * must not wait for the handshake.
   */
  function dismiss(connection: Connection): void {
    if (sessionOf(connection)?.connection !== connection) close(connection);
  }

  function onClose(connection: Connection): void {
    deadlines.get(connection)?.cancel();
    deadlines.delete(connection);
    const id = connection.remotePeer.toString();
    const session = sessions.get(id);
    sessions.stopAwaiting(connection);
    if (session?.connection === connection) sessions.end(session);
    // A connection without a completed handshake must leave no data behind.
    if (!sessions.has(id) && host.connections(id).every(({ status }) => status !== 'open'))
      host.traffic.forget(id);
  }

  function onHello(stream: Stream, connection: Connection): void {
    // The hello comes from the side that opened the connection, and only once.
    if (connection.direction !== 'inbound') return stream.abort(new Error('not now'));
    const known = sessionOf(connection);
    const session = known?.connection === connection ? known : sessions.open(connection, INBOUND);
    if (session === null || session.peer !== null) return stream.abort(new Error('not now'));
    void greet(stream, { ours: deps.ours(), opened: false, clock }).then((outcome) =>
      deps.settle(session, outcome),
    );
  }

  return {
    async start() {
      host.onOpen(guarded(deps.log, 'connection:open', onOpen));
      host.onClose(guarded(deps.log, 'connection:close', onClose));
      await host.handle(deps.protocol, 1, onHello);
    },
    stop() {
      for (const timer of deadlines.values()) timer.cancel();
      deadlines.clear();
    },
  };
}
