import type { Connection } from '@libp2p/interface';
import { type Clock, waitAtMost } from '../../lib/clock.ts';
import { GOODBYE_MS } from '../protocol/control.ts';
import type { PeerViolationCode } from '../protocol/wire-violation.ts';
import type { OwnedPeer } from './peer.ts';
import { close, type Sessions } from './sessions.ts';

export interface GoodbyesDeps {
  readonly sessions: Pick<Sessions, 'get'>;
  readonly clock: Pick<Clock, 'sleep'>;
}

/** Closes connections after sending a `bye` with the reason. */
export interface Goodbyes {
  /** Disconnects a peer. */
  part(peerId: string, code: PeerViolationCode): void;
  /** Says goodbye because this node stops. Resolves when the connection is being closed. */
  farewell(peer: Pick<OwnedPeer, 'control' | 'connection'>): Promise<void>;
  /**
   * Closes a connection whose last message was `bye`: as soon as the other side closed it, or after GOODBYE_MS. Closing
   * a socket with unread bytes resets it, and the `bye` may be lost then.
   */
  closeAfterBye(connection: Connection): Promise<void>;
}

export function createGoodbyes({ sessions, clock }: GoodbyesDeps): Goodbyes {
  const atMost = (work: Promise<void>): Promise<void> => waitAtMost(clock, GOODBYE_MS, work);

  async function closeAfterBye(connection: Connection): Promise<void> {
    if (connection.status === 'open') {
      const closed = new Promise<void>((resolve) =>
        connection.addEventListener('close', () => resolve(), { once: true }),
      );
      await atMost(closed);
    }
    close(connection);
  }

  return {
    part(peerId, code) {
      const session = sessions.get(peerId);
      if (session === undefined || session.parting) return;
      session.parting = true;
      session.code ??= code;
      const goodbye = session.peer?.control.bye(code) ?? Promise.resolve();
      void atMost(goodbye).then(() => closeAfterBye(session.connection));
    },
    async farewell({ control, connection }) {
      await atMost(control.bye('node-stopping'));
      await closeAfterBye(connection);
    },
    closeAfterBye,
  };
}
