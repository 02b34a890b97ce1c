import type { Clock } from '../../lib/clock.ts';
import type { Counted } from '../../lib/counted.ts';
import type { Log } from '../../lib/log.ts';
import type { Control } from '../protocol/control.ts';
import { servingFrom } from '../protocol/hello.ts';
import { isPeerViolation, type PeerViolation, type PeerViolationCode } from '../protocol/wire-violation.ts';
import type { Host } from '../transport/host.ts';
import type { Names } from '../transport/protocols.ts';
import type { Goodbyes } from './goodbyes.ts';
import { createPeer, type OwnedPeer, type Peer } from './peer.ts';
import type { Pings } from './pings.ts';
import { close, type Session, type Sessions } from './sessions.ts';

/** A failed handshake on a connection that this node accepted or dialled. */
export interface Refusal {
  readonly id: string;
  readonly address: string;
  readonly direction: 'inbound' | 'outbound';
  readonly code: PeerViolationCode;
}

export interface AdmissionDeps {
  readonly host: Pick<Host, 'traffic'>;
  readonly names: Names;
  readonly sessions: Pick<Sessions, 'get' | 'stopAwaiting'>;
  readonly pings: Pick<Pings, 'ping' | 'isAlive'>;
  readonly goodbyes: Pick<Goodbyes, 'closeAfterBye'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Log lines about failed handshakes. */
  readonly refusals: Counted;
  /** Log lines about peers that connected. */
  readonly comings: Counted;
  report(peerId: string, wrong: PeerViolation): void;
  handshakeCompleted(peer: Peer): void;
  refused(refusal: Refusal): void;
  /** The peer announced a new tip. */
  tip(peer: Peer): void;
}

/**
 * Ends the handshake phase of a session: makes it a peer, or closes it. Returns the peer, the violation that prevented
 * it, or null when the connection was lost.
 */
export type Admit = (
  session: Session,
  outcome: Control | PeerViolation | null,
) => Peer | PeerViolationCode | null;

export function createAdmission(deps: AdmissionDeps): Admit {
  const { host, names, sessions, pings, goodbyes, clock, log, report } = deps;

  function refuse(session: Session, violation: PeerViolation | null): PeerViolationCode | null {
    const code = violation?.code ?? null;
    if (violation !== null && code !== null) {
      const { direction, remoteAddr, remotePeer } = session.connection;
      const id = remotePeer.toString();
      session.code ??= code;
      deps.refusals('a connection did not become a peer', { code });
      log.debug('a connection did not become a peer', { peer: id, code });
      deps.refused({ id, address: remoteAddr.toString(), direction, code });
      report(id, violation);
    }
    // `greet` has sent the `bye` already in these two cases.
    if (code === 'hello-network' || code === 'hello-version') void goodbyes.closeAfterBye(session.connection);
    else close(session.connection);
    return code;
  }

  function accept(session: Session, control: Control): Peer {
    const { connection, origin } = session;
    const id = connection.remotePeer.toString();
    sessions.stopAwaiting(connection);
    const peer = createPeer({
      connection,
      origin,
      control,
      names,
      since: clock.now(),
      clock,
      onViolation: (wrong) => report(id, wrong),
      received: () => host.traffic.of(id).bytesIn,
      isAlive: () => pings.isAlive(connection),
    });
    session.peer = peer;
    void follow(session, peer);
    const { software, height } = peer.hello;
    const { address, direction, kind, foundBy } = peer;
    deps.comings('a peer is connected', { peer: id, address, direction, kind, foundBy, software, height });
    deps.handshakeCompleted(peer);
    void pings.ping(peer);
    return peer;
  }

  /** Reads the control stream of the peer until it ends. */
  async function follow(session: Session, peer: OwnedPeer): Promise<void> {
    const said = await peer.control.run(
      (tip) => {
        peer.tip = tip;
        deps.tip(peer);
      },
      (from) => (peer.hello = servingFrom(peer.hello, from)),
    );
    if (isPeerViolation(said)) report(peer.id, said);
    else if (said !== null) log.debug('a peer said goodbye', { peer: peer.id, because: said.bye });
    // Without a control stream the peer would get no updates. If this side closes, `bye` is sent first.
    if (session.peer !== null && !session.parting) close(session.connection);
  }

  return (session, outcome) => {
    const { connection } = session;
    const isGone = sessions.get(connection.remotePeer.toString()) !== session || connection.status !== 'open';
    // If the peer closed the connection first, its reason is kept.
    const isKnown = outcome !== null && isPeerViolation(outcome) && outcome.code !== 'hello-missing';
    if (isGone && !isKnown) return session.code;
    return outcome === null || isPeerViolation(outcome) ? refuse(session, outcome) : accept(session, outcome);
  };
}
