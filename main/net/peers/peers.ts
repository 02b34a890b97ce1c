import type { Connection } from '@libp2p/interface';
import type { Height } from '../../../shared/units.ts';
import type { Clock } from '../../lib/clock.ts';
import { createEmitter, type Events } from '../../lib/events.ts';
import { createCounted } from '../../lib/counted.ts';
import type { Log } from '../../lib/log.ts';
import type { Host } from '../transport/host.ts';
import type { Identified } from '../transport/identify.ts';
import type { Names } from '../transport/protocols.ts';
import type { Hello, TipClaim } from '../protocol/hello.ts';
import type { PeerViolation, PeerViolationCode } from '../protocol/wire-violation.ts';
import { type Admit, createAdmission, type Refusal } from './admission.ts';
import { createArrivals } from './arrivals.ts';
import type { Bans } from './ban-list.ts';
import { createSendHello } from './send-hello.ts';
import { type BanManager, createBanManager, type CountedViolation } from './ban-manager.ts';
import { createGoodbyes } from './goodbyes.ts';
import type { Origin, OwnedPeer, Peer } from './peer.ts';
import { createPings } from './pings.ts';
import type { Scores } from './scores.ts';
import { createSessions, isHere, type Session, type Sessions } from './sessions.ts';

export interface PeersDeps {
  readonly host: Host;
  readonly identified: Identified;
  readonly names: Names;
  /** Returns our current hello. */
  readonly ours: () => Hello;
  readonly bans: Bans;
  readonly scores: Scores;
  readonly clock: Clock;
  readonly log: Log;
}

export interface PeersEvents {
  handshakeCompleted: Peer;
  disconnected: { readonly peer: Peer; readonly code: PeerViolationCode | null };
  /** A peer announced a new tip. */
  tip: Peer;
  refused: Refusal;
  /** A violation of a peer was counted. */
  penalised: CountedViolation;
}

/** The table of connected peers, with their claims and violations. */
export interface Peers {
  readonly events: Events<PeersEvents>;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Peers that completed the handshake. */
  list(): readonly Peer[];
  get(id: string): Peer | undefined;
  /** Whether a connection with this peer exists, before or after the handshake. */
  knows(id: string): boolean;
  /**
   * Takes ownership of a connection that this node opened and makes the handshake. Resolves to the peer, to the
   * violation that prevented it, or to null when the connection was lost.
   */
  adopt(connection: Connection, origin: Origin): Promise<Peer | PeerViolationCode | null>;
  /** Reports a violation. The table of penalties decides what follows. */
  report(peerId: string, peerViolation: PeerViolation): void;
  /** Closes the connections with a peer after sending a `bye` with the reason. */
  part(peerId: string, code: PeerViolationCode): void;
  /** Announces to every peer the height from which this node has all bodies now. */
  announceServed(from: Height): void;
  /** Announces the new tip of this node to every peer. */
  announceTip(tip: TipClaim): void;
  /** The wall clock was set by this many seconds: moves the connection times of peers by as much. */
  clockJumped(seconds: number): void;
  /** Pings every peer now, because after the computer was suspended many connections may be lost without an event. */
  pingAll(): void;
}

/** Pause between two log lines about peers that are refused for the same reason. */
const LOG_MS = 60_000;
/** After this time a connection that was about to close has closed. */
const CUT_MS = 2000;

export function createPeers(deps: PeersDeps): Peers {
  const { host, identified, names, ours, log, clock } = deps;
  const events = createEmitter<PeersEvents>((error, event) =>
    log.error('a listener of peer events failed', { event, error: String(error) }),
  );
  // Counted and summarised, so that a peer that reconnects all the time does not fill the log.
  const refusals = createCounted({ log, level: 'info', everyMs: LOG_MS, clock });
  const comings = createCounted({ log, level: 'info', everyMs: LOG_MS, clock });
  const sessions = createSessions({
    host,
    ended(session, peer) {
      for (const caller of [peer.sync, peer.relay, peer.push, peer.snapshots]) caller.close();
      comings('a peer left', { peer: peer.id, code: session.code });
      events.emit('disconnected', { peer, code: session.code });
    },
  });
  const list = (): OwnedPeer[] => sessions.all().flatMap((session) => peerOf(session) ?? []);
  const goodbyes = createGoodbyes({ sessions, clock });
  const stopping = new AbortController();
  const penalise = createBanManager({
    bans: deps.bans,
    scores: deps.scores,
    log,
    locate: sessions.locate,
    part: goodbyes.part,
    penalised: (verdict) => events.emit('penalised', verdict),
  });
  const report = createReports({ sessions, clock, penalise, stopping: stopping.signal });
  const pings = createPings({ host, clock, list, report, sessions });
  const admit = createAdmission({
    host,
    names,
    sessions,
    pings,
    goodbyes,
    clock,
    log,
    refusals,
    comings,
    report,
    handshakeCompleted: (peer) => events.emit('handshakeCompleted', peer),
    refused: (refusal) => events.emit('refused', refusal),
    tip: (peer) => events.emit('tip', peer),
  });
  const arrivals = createArrivals({
    host,
    protocol: names.hello,
    sessions,
    ours,
    clock,
    log,
    settle: admit,
  });
  const adopt = createAdopt({ ours, identified, names, clock, sessions, admit });

  return {
    events,
    async start() {
      await arrivals.start();
      pings.start();
    },
    async stop() {
      pings.stop();
      arrivals.stop();
      await Promise.all(list().map(goodbyes.farewell));
      for (const session of sessions.all()) sessions.end(session);
      stopping.abort();
    },
    list,
    get: (id) => peerOf(sessions.get(id)),
    knows: (id) => sessions.has(id),
    adopt,
    report,
    part: goodbyes.part,
    announceServed: (from) => list().forEach((peer) => peer.control.sendServed(from)),
    announceTip: (tip) => list().forEach((peer) => peer.control.sendTip(tip)),
    clockJumped: (seconds) => list().forEach((peer) => (peer.since += Math.round(seconds))),
    pingAll: pings.pingAll,
  };
}

/** The peer, once it has completed the handshake and until it is disconnected. */
const peerOf = (session: Session | undefined): OwnedPeer | undefined =>
  session !== undefined && isHere(session) ? (session.peer ?? undefined) : undefined;

interface ReportsDeps {
  readonly sessions: Pick<Sessions, 'get'>;
  readonly clock: Pick<Clock, 'sleep'>;
  readonly penalise: BanManager;
  readonly stopping: AbortSignal;
}

function createReports({ sessions, clock, penalise, stopping }: ReportsDeps): Peers['report'] {
  /**
   * Reports a stream that was cut. A closing connection closes its streams in any order, so this is a violation only if
   * the connection stays open.
   */
  async function reportCut(peerId: string, wrong: PeerViolation): Promise<void> {
    const session = sessions.get(peerId);
    await clock.sleep(CUT_MS, stopping);
    if (session === undefined || sessions.get(peerId) !== session) return;
    if (!session.parting && session.connection.status === 'open') penalise(peerId, wrong);
  }

  // A peer that is being disconnected gets no further points, so that no further ban is written to the disk for each of
  // its frames.
  return (peerId, wrong) => {
    if (wrong.code === 'wire-cut') void reportCut(peerId, wrong);
    else if (sessions.get(peerId)?.parting !== true) penalise(peerId, wrong);
  };
}

type AdoptDeps = Pick<PeersDeps, 'ours' | 'identified' | 'names' | 'clock'> & {
  readonly sessions: Pick<Sessions, 'open'>;
  readonly admit: Admit;
};

function createAdopt({ ours, identified, names, clock, sessions, admit }: AdoptDeps): Peers['adopt'] {
  const sendHello = createSendHello({ identified, clock, protocol: names.hello });
  // A block-relay-only connection carries no transactions in either direction, and the hello contains this.
  const helloFor = ({ kind }: Origin): Hello => {
    const hello = ours();
    const services = hello.services.filter((service) => service !== 'relay');
    return kind === 'block-only' ? { ...hello, services } : hello;
  };
  return async (connection, origin) => {
    const session = sessions.open(connection, origin);
    if (session === null) return null;
    return admit(session, await sendHello(connection, () => helloFor(origin)));
  };
}
