import type { ConnectionEncrypter, MessageStream } from '@libp2p/interface';
import type { Notice } from '../../../shared/contract/fields.ts';
import { sentenceFor } from '../../../shared/errors.ts';

/** Finds other nodes that have the peer id of this one, because their data directory is a copy. */
export interface DuplicatePeerIds {
  wrap<Components>(
    make: (components: Components) => ConnectionEncrypter,
  ): (components: Components) => ConnectionEncrypter;
  /** That one was met within the last hour. */
  notices(): readonly Notice[];
}

/** What a dial of such a node fails with. */
export const DUPLICATE_PEER_ID = 'another node has the peer id of this one';
/** So long an own handshake waits for its other end to come in here. */
const WAIT_MS = 5000;
/** So long the user is told of one that was met. */
const TOLD_MS = 60 * 60_000;

/**
 * libp2p refuses a connection whose other end has our own peer id, whoever it is. A node that reaches itself, such as at an
 * address without a peer id, has both ends of the handshake: the one that it opened, then the one that it accepted. With only
 * one of the two, another process has the key. The end that was opened waits for the other one, which also keeps the
 * connection until the accepting node knows whom it met. A handshake that was given up under load looks the same, so that
 * this is a reason for a warning and for nothing else.
 */
export function createDuplicatePeerIds(
  ownId: string,
  ms: () => number = () => performance.now(),
): DuplicatePeerIds {
  const opened = new Set<() => void>();
  let seenAt = -Infinity;

  function meetInbound(): void {
    const [own] = opened;
    if (own === undefined) seenAt = ms();
    else own();
  }

  /** Whether its other end came in here. */
  function awaitInbound(raw: MessageStream): Promise<boolean> {
    return new Promise((resolve) => {
      const end = (isOwn: boolean) => {
        clearTimeout(timer);
        opened.delete(own);
        resolve(isOwn);
      };
      const own = () => end(true);
      const timer = setTimeout(end, WAIT_MS, false);
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
        seenAt = ms();
        throw new Error(DUPLICATE_PEER_ID);
      };
      return inner;
    },
    notices: () =>
      ms() - seenAt < TOLD_MS ? [{ code: 'peer-id-shared', message: sentenceFor('peer-id-shared') }] : [],
  };
}
