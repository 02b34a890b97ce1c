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
  /** Our handshake as of now. */
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
  /** Somebody connected, or was dialled, and did not become a peer. */
  refused: {
    readonly id: string;
    readonly address: string;
    readonly direction: 'inbound' | 'outbound';
    readonly code: PeerViolationCode;
  };
  /** A peer broke a rule, and it counts. */
  judged: Verdict;
}

/** The table of connected peers: who they are, what they claim, what they did wrong. */
export interface Peers {
  readonly events: Events<PeersEvents>;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Peers that have introduced themselves. */
  list(): readonly Peer[];
  get(id: string): Peer | undefined;
  /** Whether a connection with it exists, introduced or not. */
  knows(id: string): boolean;
  /** Takes over a connection that we opened, and introduces us. The peer, or why it became none (null: it was lost). */
  adopt(connection: Connection, origin: Origin): Promise<Peer | PeerViolationCode | null>;
  /** A rule was broken; the table of penalties says what follows. */
  report(peerId: string, peerViolation: PeerViolation): void;
  /** Ends the connections with a peer, telling it why. */
  part(peerId: string, code: PeerViolationCode): void;
  /** Tells every peer from which height on we have all bodies now. */
  tellServes(from: Height): void;
  /** Tells every peer our new tip. */
  tell(tip: TipClaim): void;
  /** The wall clock was set by so many seconds: since when peers are connected moves with it. */
  clockJumped(seconds: number): void;
  /** Pings every peer now: after the computer was suspended many are gone. */
  pingAll(): void;
}

const INBOUND: Origin = { kind: 'inbound', foundBy: 'inbound' };
const PING_MS = 45_000;
/** Between two lines of the log about peers that are refused for the same reason. */
const LOG_MS = 60_000;
/** So much later a connection that was about to end has ended. */
const CUT_MS = 2000;

export function createPeers(deps: PeersDeps): Peers {
  const { host, names, log, clock } = deps;
  const events = createEmitter<PeersEvents>((error, event) =>
    log.error('a listener failed', { event, error: String(error) }),
  );
  const sessions = createSessions({ host, ended });
  const introduce = createSendHello({ ...deps, protocol: names.hello });
  // On a connection for blocks alone no payments go either way, and the other side has to know.
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
  // Whoever is being sent away can't make it worse, nor have us write another ban to the disk for each frame.
  const report = (peerId: string, wrong: PeerViolation): void => {
    if (wrong.code === 'wire-cut') void reportCut(peerId, wrong);
    else if (sessions.get(peerId)?.parting !== true) judge(peerId, wrong);
  };
  // Whoever connects again and again must not fill the log.
  const refusals = createCounted({ log, level: 'info', everyMs: LOG_MS });
  const comings = createCounted({ log, level: 'info', everyMs: LOG_MS });
  let pinging: NodeJS.Timeout | undefined;

  const list = (): OwnedPeer[] =>
    sessions.all().flatMap((session) => (session.peer === null || !isHere(session) ? [] : [session.peer]));

  /** A connection that ends takes its streams with it, in any order: only a peer that stays has cut one off. */
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
    // Why it is none of ours stands also when it was the other one that hung up first.
    const known = outcome !== null && isPeerViolation(outcome) && outcome.code !== 'hello-missing';
    if (gone && !known) return session.code;
    if (outcome === null || isPeerViolation(outcome)) {
      const code = outcome?.code ?? null;
      if (code !== null) {
        session.code ??= code;
        refusals('not a peer of ours', { code });
        log.debug('not a peer of ours', { peer: id, code });
        const { direction, remoteAddr } = session.connection;
        events.emit('refused', { id, address: remoteAddr.toString(), direction, code });
        report(id, outcome!);
      }
      // Its `bye` is on its way in these two cases.
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
    // Without its control stream a peer can't be kept up to date. If this side ends it, `bye` goes out first.
    if (session.peer !== null && !session.parting) close(session.connection);
  }

  async function farewell(control: Control, connection: Connection): Promise<void> {
    await Promise.race([control.bye('node-stopping'), sleep(GOODBYE_MS)]);
    await closeAfterBye(connection);
  }

  /** Whether a peer runs and can be reached. One that sends something meanwhile is, even if it answers no ping. */
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
      // A peer that is busy sending us a block isn't silent.
      if (sessions.get(peer.id)?.peer === peer && host.traffic.of(peer.id).bytesIn === bytesIn)
        report(peer.id, peerViolation('peer-silent'));
    }
  }

  const pingAll = (): void => list().forEach((peer) => void measure(peer));

  function onOpen(connection: Connection): void {
    // Through a relay nobody becomes a peer: it has to find a direct way first, see nat/.
    if (connection.limits !== undefined) return;
    if (connection.direction === 'outbound') return dismiss(connection);
    // A peer may open a second one without a handshake, to try whether we can be reached or to see how it looks outside.
    if (!sessions.has(connection.remotePeer.toString())) sessions.open(connection, INBOUND);
    sessions.awaitHello(connection);
    setTimeout(() => {
      if (connection.status !== 'open') return sessions.stopAwaiting(connection);
      const session = sessions.get(connection.remotePeer.toString());
      if (session?.connection !== connection) return close(connection);
      if (session.peer === null) settle(session, peerViolation('hello-missing'));
    }, WITHOUT_HELLO_MS).unref();
  }

  /** What parts of libp2p open on their own is of use to them for a moment; nobody must wait for our handshake there. */
  function dismiss(connection: Connection): void {
    setTimeout(() => {
      const { connection: kept } = sessions.get(connection.remotePeer.toString()) ?? {};
      if (kept !== connection && connection.status === 'open') close(connection);
    }, HELLO_MS).unref();
  }

  function onHello(stream: Stream, connection: Connection): void {
    // Only who opened the connection greets, once.
    if (connection.direction !== 'inbound') return stream.abort(new Error('not now'));
    const known = sessions.get(connection.remotePeer.toString());
    const session = known?.connection === connection ? known : sessions.open(connection, INBOUND);
    if (session === null || session.peer !== null) return stream.abort(new Error('not now'));
    void greet(stream, deps.ours(), false).then((outcome) => settle(session, outcome));
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
          // Nor may what came by without becoming a peer leave anything behind.
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
