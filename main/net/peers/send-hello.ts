import type { Connection } from '@libp2p/interface';
import type { Clock } from '../../lib/clock.ts';
import type { Identified } from '../transport/identify.ts';
import { helloAmong } from '../transport/protocols.ts';
import { type Control, greet } from '../protocol/control.ts';
import type { Hello } from '../protocol/hello.ts';
import { type PeerViolation, peerViolation } from '../protocol/wire-violation.ts';

export interface SendHelloDeps {
  /** The handshake protocol of this network. */
  readonly protocol: string;
  readonly identified: Identified;
  readonly clock: Clock;
}

/** Exchanges hellos on connections that this node opened. Null if the connection was lost meanwhile. */
export type Introduce = (
  connection: Connection,
  ours: () => Hello,
) => Promise<Control | PeerViolation | null>;

export function createSendHello(deps: SendHelloDeps): Introduce {
  async function greetBy(
    connection: Connection,
    protocol: string,
    ours: () => Hello,
  ): Promise<Control | PeerViolation | null> {
    const stream = await connection.newStream(protocol);
    return greet(stream, { ours: ours(), opened: true, clock: deps.clock });
  }

  return async (connection, ours) => {
    try {
      return await greetBy(connection, deps.protocol, ours);
    } catch (error) {
      if ((error as Error).name !== 'UnsupportedProtocolError') return null;
    }
    const theirs = helloAmong((await deps.identified(connection))?.protocols ?? []);
    if (theirs === null || theirs === deps.protocol) return peerViolation('hello-missing');
    // A hello in the protocol of the other network shows the peer that this node is in another network.
    await greetBy(connection, theirs, ours).catch(() => null);
    return peerViolation('hello-network', { protocol: theirs });
  };
}
