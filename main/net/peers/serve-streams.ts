import type { Connection, Stream } from '@libp2p/interface';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { Events } from '../../lib/events.ts';
import type { Peer } from './peer.ts';
import { isNewer } from '../protocol/hello.ts';
import type { PeerViolation } from '../protocol/wire-violation.ts';
import { perConnection } from '../protocol/per-connection.ts';
import { type Handler, serve, type Toll } from '../protocol/responder.ts';

export interface ServeStreamsDeps {
  readonly peers: {
    readonly events: Events<{ handshakeCompleted: Peer }>;
    get(id: string): Pick<Peer, 'hello'> | undefined;
    report(peerId: string, peerViolation: PeerViolation): void;
  };
  /** Creates the toll for a stream of this connection. */
  readonly tollOf: (connection: Connection) => Toll;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Each side opens streams when it has the hello of the other. So a stream may arrive just before this side has read
 * that hello.
 */
const HANDSHAKE_WAIT_MS = 250;

/**
 * Serves every stream that a peer opens for a protocol after the handshake. Other streams are reset. Handlers are
 * created once per connection.
 */
export function serveStreams(
  deps: ServeStreamsDeps,
  handlersFor: (peerId: string) => ReadonlyMap<number, Handler>,
): (stream: Stream, connection: Connection) => void {
  const handlersOf = perConnection((connection) => handlersFor(connection.remotePeer.toString()));
  return (stream, connection) => {
    const peerId = connection.remotePeer.toString();
    const answer = async (): Promise<void> => {
      const peer = await awaitHandshake(deps, peerId);
      if (peer === undefined) return stream.abort(new Error('greet first'));
      const options = { clock: deps.clock, isNewer: isNewer(peer.hello), toll: deps.tollOf(connection) };
      const wrong = await serve(stream, handlersOf(connection), options);
      if (wrong !== null) deps.peers.report(peerId, wrong);
    };
    answer().catch((error: unknown) =>
      deps.log.warn('a request could not be answered', { peer: peerId, error: String(error) }),
    );
  };
}

function awaitHandshake(
  { peers, clock }: Pick<ServeStreamsDeps, 'peers' | 'clock'>,
  peerId: string,
): Promise<Pick<Peer, 'hello'> | undefined> | Pick<Peer, 'hello'> {
  return (
    peers.get(peerId) ??
    new Promise((resolve) => {
      const done = (peer?: Peer) => {
        off();
        timer.cancel();
        resolve(peer);
      };
      const off = peers.events.on('handshakeCompleted', (peer) => {
        if (peer.id === peerId) done(peer);
      });
      const timer = clock.after(HANDSHAKE_WAIT_MS, () => done());
    })
  );
}
