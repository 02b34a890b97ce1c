import type { Connection, Stream } from '@libp2p/interface';
import type { Log } from '../../lib/log/log.ts';
import type { Peer } from '../peers/peer.ts';
import { isNewer } from './messages/hello.ts';
import type { Offence } from './offence.ts';
import { perConnection } from './per-connection.ts';
import { type Handler, serve } from './server.ts';

export interface ServeStreamsDeps {
  readonly peers: {
    get(id: string): Pick<Peer, 'hello'> | undefined;
    report(peerId: string, offence: Offence): void;
  };
  readonly log: Log;
}

/** Answers every stream of a protocol that a greeted peer opens; others are cut off. Handlers are made once a connection. */
export function serveStreams(
  deps: ServeStreamsDeps,
  handlersFor: (peerId: string) => ReadonlyMap<number, Handler>,
): (stream: Stream, connection: Connection) => void {
  const handlersOf = perConnection((connection) => handlersFor(connection.remotePeer.toString()));
  return (stream, connection) => {
    const peerId = connection.remotePeer.toString();
    const peer = deps.peers.get(peerId);
    if (peer === undefined) return stream.abort(new Error('greet first'));
    serve(stream, handlersOf(connection), isNewer(peer.hello)).then(
      (wrong) => {
        if (wrong !== null) deps.peers.report(peerId, wrong);
      },
      (error: unknown) =>
        deps.log.warn('a request could not be answered', { peer: peerId, error: String(error) }),
    );
  };
}
