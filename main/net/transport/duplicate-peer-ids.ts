import type { ConnectionEncrypter, MessageStream } from '@libp2p/interface';
import type { Notice } from '../../../shared/contract/fields.ts';
import { sentenceFor } from '../../../shared/errors.ts';
import type { Clock } from '../../lib/clock.ts';

/** Detects other nodes with the peer id of this one. A copied data directory leads to that. */
export interface DuplicatePeerIds {
  wrap<Components>(
    make: (components: Components) => ConnectionEncrypter,
  ): (components: Components) => ConnectionEncrypter;
  /** A notice if such a node was seen within the last hour. */
  notices(): readonly Notice[];
}

/** The error message of a dial to such a node. */
export const DUPLICATE_PEER_ID = 'another node has the peer id of this one';
/** How long an outbound handshake with our own peer id waits for its inbound end. */
const WAIT_MS = 5000;
/** How long the notice is shown. */
const NOTICE_MS = 60 * 60_000;

/**
 * libp2p refuses a connection whose remote peer id is our own. A node that dials itself, for example at an address
 * without a peer id, sees both ends of the handshake: the outbound one and the inbound one. If it sees only one of
 * them, another process has the same key. The outbound end waits for the inbound one, which also keeps the connection
 * open until the accepting node knows the peer id. A handshake that was dropped under load looks the same, so this
 * leads only to a warning.
 */
export function createDuplicatePeerIds(
  ownId: string,
  clock: Pick<Clock, 'monotonic' | 'after'>,
): DuplicatePeerIds {
  const opened = new Set<() => void>();
  let seenAt = -Infinity;

  function meetInbound(): void {
    const [own] = opened;
    if (own === undefined) seenAt = clock.monotonic();
    else own();
  }

  /** Whether the inbound end of this connection arrived at this node. */
  function awaitInbound(raw: MessageStream): Promise<boolean> {
    return new Promise((resolve) => {
      const end = (isOwn: boolean) => {
        timer.cancel();
        opened.delete(own);
        resolve(isOwn);
      };
      const own = () => end(true);
      const timer = clock.after(WAIT_MS, () => end(false));
      opened.add(own);
      raw.addEventListener('close', () => end(false), { once: true });
    });
  }

  return {
    wrap: (make) => (components) => {
      const inner = make(components);
      const inbound = inner.secureInbound.bind(inner);
      const outbound = inner.secureOutbound.bind(inner);
      inner.secureInbound = async (raw, options) => {
        const secured = await inbound(raw, options);
        if (secured.remotePeer.toString() === ownId) meetInbound();
        return secured;
      };
      inner.secureOutbound = async (raw, options) => {
        const secured = await outbound(raw, options);
        if (secured.remotePeer.toString() !== ownId || (await awaitInbound(raw))) return secured;
        seenAt = clock.monotonic();
        throw new Error(DUPLICATE_PEER_ID);
      };
      return inner;
    },
    notices: () =>
      clock.monotonic() - seenAt < NOTICE_MS
        ? [{ code: 'peer-id-shared', message: sentenceFor('peer-id-shared') }]
        : [],
  };
}
