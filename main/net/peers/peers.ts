import type { Connection, Stream } from '@libp2p/interface';
import type { Height } from '../../../shared/units.ts';
import { type Clock, sleep } from '../../lib/clock.ts';
import { createEmitter, type Events } from '../../lib/events.ts';
import { guarded } from '../../lib/guarded.ts';
import { createCounted } from '../../lib/counted.ts';
import type { Log } from '../../lib/log.ts';
import type { Host } from '../transport/host.ts';
import type { Identified } from '../transport/identified.ts';
import type { Names } from '../transport/protocols.ts';
import { type Control, greet, GOODBYE_MS, HELLO_MS, WITHOUT_HELLO_MS } from '../protocol/control.ts';
import { type Hello, servingFrom, type TipClaim } from '../protocol/hello.ts';
import {
  isPeerViolation,
  type PeerViolation,
  peerViolation,
  type PeerViolationCode,
} from '../protocol/wire-violation.ts';
import type { Bans } from './ban-list.ts';
import { createSendHello } from './send-hello.ts';
import { createBanManager, type Verdict } from './ban-manager.ts';
import { createPeer, type Origin, type OwnedPeer, type Peer } from './peer.ts';
import type { Scores } from './scores.ts';
import { close, closeAfterBye, createSessions, isHere, type Session } from './sessions.ts';

export interface PeersDeps {
  readonly host: Host;
  readonly identified: Identified;
  readonly names: Names;
  /** Our current hello. */
  readonly ours: () => Hello;
  readonly bans: Bans;
  readonly scores: Scores;
  readonly clock: Clock;
  readonly log: Log;
}

export interface PeersEvents {
  greeted: Peer;
  gone: { readonly peer: Peer; readonly code: PeerViolationCode | null };
  /** A peer said that its best chain changed. */
  tip: Peer;
  /** A connection was accepted or dialled, and the handshake failed. */
  refused: {
    readonly id: string;
    readonly address: string;
    readonly direction: 'inbound' | 'outbound';
    readonly code: PeerViolationCode;
  };
  /** A violation of a peer was counted. */
  judged: Verdict;
}

/** The table of connected peers, with their claims and violations. */
export interface Peers {
  readonly events: Events<PeersEvents>;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Peers that have completed the handshake. */
  list(): readonly Peer[];
  get(id: string): Peer | undefined;
  /** Whether a connection with this peer exists, before or after the handshake. */
  knows(id: string): boolean;
  /**
   * Takes ownership of a connection that this node opened and sends our hello. Resolves to the peer, to the violation
   * that prevented it, or to null when the connection was lost.
   */
  adopt(connection: Connection, origin: Origin): Promise<Peer | PeerViolationCode | null>;
  /** Reports a violation; the table of penalties decides what follows. */
  report(peerId: string, peerViolation: PeerViolation): void;
  /** Closes the connections with a peer after a `bye` with the reason. */
  part(peerId: string, code: PeerViolationCode): void;
  /** Tells every peer the height from which this node has all bodies now. */
  tellServes(from: Height): void;
  /** Tells every peer our new tip. */
  tell(tip: TipClaim): void;
  /** The wall clock was set by this many seconds: the connection times of peers are adjusted. */
  clockJumped(seconds: number): void;
  /** Pings every peer now: after the computer was suspended many connections are dead. */
  pingAll(): void;
}

const INBOUND: Origin = { kind: 'inbound', foundBy: 'inbound' };
const PING_MS = 45_000;
/** Pause between two log lines about peers that are refused for the same reason. */
const LOG_MS = 60_000;
/** A connection that is about to close has closed after this time. */
const CUT_MS = 2000;

export function createPeers(deps: PeersDeps): Peers {
  const { host, names, log, clock } = deps;
  const events = createEmitter<PeersEvents>((error, event) =>
    log.error('a listener failed', { event, error: String(error) }),
  );
  const sessions = createSessions({ host, ended });
  const introduce = createSendHello({ ...deps, protocol: names.hello });
  // A block-relay-only connection carries no transactions in either direction, and the peer must know that.
  const greetingFor = ({ kind }: Origin): Hello => {
    const ours = deps.ours();
    const services = ours.services.filter((service) => service !== 'relay');
    return kind === 'block-only' ? { ...ours, services } : ours;
  };
  const judge = createBanManager({
    ...deps,
    locate: sessions.locate,
    part,
    judged: (verdict) => events.emit('judged', verdict),
  });
  // A peer that is being disconnected gets no further points, and no further ban is written to the disk for each of
  // its frames.
  const report = (peerId: string, wrong: PeerViolation): void => {
    if (wrong.code === 'wire-cut') void reportCut(peerId, wrong);
    else if (sessions.get(peerId)?.parting !== true) judge(peerId, wrong);
  };
  // A peer that reconnects all the time must not fill the log.
  const refusals = createCounted({ log, level: 'info', everyMs: LOG_MS });
  const comings = createCounted({ log, level: 'info', everyMs: LOG_MS });
  let pinging: NodeJS.Timeout | undefined;

  const list = (): OwnedPeer[] =>
    sessions.all().flatMap((session) => (session.peer === null || !isHere(session) ? [] : [session.peer]));

  /**
   * A closing connection closes its streams in any order: a cut stream is a violation only if the connection stays.
   */
  async function reportCut(peerId: string, wrong: PeerViolation): Promise<void> {
    const session = sessions.get(peerId);
    await sleep(CUT_MS);
    if (session === undefined || sessions.get(peerId) !== session) return;
    if (!session.parting && session.connection.status === 'open') judge(peerId, wrong);
  }

  function part(peerId: string, code: PeerViolationCode): void {
    const session = sessions.get(peerId);
    if (session === undefined) return;
    if (session.parting) return;
    session.parting = true;
    session.code ??= code;
    const goodbye = session.peer?.control.bye(code) ?? Promise.resolve();
    void Promise.race([goodbye, sleep(GOODBYE_MS)]).then(() => closeAfterBye(session.connection));
  }

  function ended(session: Session, peer: OwnedPeer): void {
    for (const caller of [peer.sync, peer.relay, peer.push, peer.snapshots]) caller.close();
    comings('a peer left', { peer: peer.id, code: session.code });
    events.emit('gone', { peer, code: session.code });
  }

  function settle(
    session: Session,
    outcome: Control | PeerViolation | null,
  ): Peer | PeerViolationCode | null {
    const id = session.connection.remotePeer.toString();
    const gone = sessions.get(id) !== session || session.connection.status !== 'open';
    // The reason for the refusal is kept when the peer closed the connection first.
    const known = outcome !== null && isPeerViolation(outcome) && outcome.code !== 'hello-missing';
    if (gone && !known) return session.code;
    if (outcome === null || isPeerViolation(outcome)) {
      const code = outcome?.code ?? null;
      if (code !== null) {
        session.code ??= code;
        refusals('a connection did not become a peer', { code });
        log.debug('a connection did not become a peer', { peer: id, code });
        const { direction, remoteAddr } = session.connection;
        events.emit('refused', { id, address: remoteAddr.toString(), direction, code });
        report(id, outcome!);
      }
      // In these two cases `bye` has been sent already.
      if (code === 'hello-network' || code === 'hello-version') void closeAfterBye(session.connection);
      else close(session.connection);
      return code;
    }
    sessions.stopAwaiting(session.connection);
    const peer = createPeer({
      connection: session.connection,
      origin: session.origin,
      control: outcome,
      names,
      since: clock.now(),
      clock,
      onViolation: (wrong) => report(id, wrong),
      received: () => host.traffic.of(id).bytesIn,
      isAlive: () => isAlive(session.connection),
    });
    session.peer = peer;
    void follow(session, peer);
    const { software, height } = peer.hello;
    const { address, direction, kind, foundBy } = peer;
    comings('a peer is connected', { peer: id, address, direction, kind, foundBy, software, height });
    events.emit('greeted', peer);
    void measure(peer);
    return peer;
  }

  async function follow(session: Session, peer: OwnedPeer): Promise<void> {
    const said = await peer.control.run(
      (tip) => {
        peer.tip = tip;
        events.emit('tip', peer);
      },
      (from) => (peer.hello = servingFrom(peer.hello, from)),
    );
    if (isPeerViolation(said)) report(peer.id, said);
    else if (said !== null) log.debug('a peer said goodbye', { peer: peer.id, because: said.bye });
    // A peer without a control stream cannot be kept up to date. If this side closes, `bye` is sent first.
    if (session.peer !== null && !session.parting) close(session.connection);
  }

  async function farewell(control: Control, connection: Connection): Promise<void> {
    await Promise.race([control.bye('node-stopping'), sleep(GOODBYE_MS)]);
    await closeAfterBye(connection);
  }

  /** Whether a peer runs and is reachable. A peer that sends bytes is, even without an answer to the ping. */
  async function isAlive(connection: Connection): Promise<boolean> {
    const traffic = () => host.traffic.of(connection.remotePeer.toString()).bytesIn;
    const before = traffic();
    await host.ping(connection).catch(() => null);
    return traffic() > before;
  }

  async function measure(peer: OwnedPeer): Promise<void> {
    const { bytesIn } = host.traffic.of(peer.id);
    try {
      peer.latencyMs = await host.ping(peer.connection);
    } catch {
      // A peer that is busy sending us a block is not silent.
      if (sessions.get(peer.id)?.peer === peer && host.traffic.of(peer.id).bytesIn === bytesIn)
        report(peer.id, peerViolation('peer-silent'));
    }
  }

  const pingAll = (): void => list().forEach((peer) => void measure(peer));

  function onOpen(connection: Connection): void {
    // A relayed connection never becomes a peer: it must first be replaced by a direct one (nat/).
    if (connection.limits !== undefined) return;
    if (connection.direction === 'outbound') return dismiss(connection);
    // A peer may open a second connection without a handshake, for AutoNAT or to see its observed address.
    if (!sessions.has(connection.remotePeer.toString())) sessions.open(connection, INBOUND);
    sessions.awaitHello(connection);
    setTimeout(() => {
      if (connection.status !== 'open') return sessions.stopAwaiting(connection);
      const session = sessions.get(connection.remotePeer.toString());
      if (session?.connection !== connection) return close(connection);
      if (session.peer === null) settle(session, peerViolation('hello-missing'));
    }, WITHOUT_HELLO_MS).unref();
  }

  /**
   * Closes connections that components of libp2p opened on their own: they are useful for a moment, and must not wait
   * for our handshake.
   */
  function dismiss(connection: Connection): void {
    setTimeout(() => {
      const { connection: kept } = sessions.get(connection.remotePeer.toString()) ?? {};
      if (kept !== connection && connection.status === 'open') close(connection);
    }, HELLO_MS).unref();
  }

  function onHello(stream: Stream, connection: Connection): void {
    // Only the side that opened the connection sends its hello first, and only once.
    if (connection.direction !== 'inbound') return stream.abort(new Error('not now'));
    const known = sessions.get(connection.remotePeer.toString());
    const session = known?.connection === connection ? known : sessions.open(connection, INBOUND);
    if (session === null || session.peer !== null) return stream.abort(new Error('not now'));
    void greet(stream, { ours: deps.ours(), opened: false, clock }).then((outcome) =>
      settle(session, outcome),
    );
  }

  return {
    events,
    async start() {
      host.onOpen(guarded(log, 'connection:open', onOpen));
      host.onClose(
        guarded(log, 'connection:close', (connection: Connection) => {
          const id = connection.remotePeer.toString();
          const session = sessions.get(id);
          sessions.stopAwaiting(connection);
          if (session?.connection === connection) sessions.end(session);
          // Connections that never completed the handshake must leave no data behind.
          if (!sessions.has(id) && host.connections(id).every(({ status }) => status !== 'open'))
            host.traffic.forget(id);
        }),
      );
      await host.handle(names.hello, 1, onHello);
      pinging = setInterval(pingAll, PING_MS);
    },
    async stop() {
      clearInterval(pinging);
      await Promise.all(list().map(({ control, connection }) => farewell(control, connection)));
      for (const session of sessions.all()) sessions.end(session);
    },
    list,
    get(id) {
      const session = sessions.get(id);
      return session !== undefined && isHere(session) ? (session.peer ?? undefined) : undefined;
    },
    knows: (id) => sessions.has(id),
    async adopt(connection, origin) {
      const session = sessions.open(connection, origin);
      if (session === null) return null;
      return settle(session, await introduce(connection, () => greetingFor(origin)));
    },
    report,
    part,
    tellServes: (from) => list().forEach((peer) => peer.control.tellServes(from)),
    tell: (tip) => list().forEach((peer) => peer.control.tell(tip)),
    clockJumped: (seconds) => list().forEach((peer) => (peer.since += Math.round(seconds))),
    pingAll,
  };
}
