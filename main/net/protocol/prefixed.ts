import type { Stream } from '@libp2p/interface';
import { KithError } from '../../lib/errors.ts';
import { abortAfter } from '../../lib/clock.ts';
import type { StreamClock } from './deadline.ts';
import { abortStream, createPuller, write } from './flow.ts';
import { readVarint, writeVarint } from './protobuf.ts';

/** Time for sent bytes to arrive before the stream is closed. */
const CLOSE_MS = 2000;

/** Exchanges messages with a varint length in front, as the protocols of libp2p do. */
export interface Prefixed {
  /** @throws {KithError} `stream-lost`, `stream-stalled`. */
  send(message: Uint8Array): Promise<void>;
  /**
   * @throws {KithError} `stream-lost` also when the message is longer than `cap` or the stream ends; `stream-stalled`
   */
  receive(cap: number, waitMs: number): Promise<Uint8Array>;
  close(): Promise<void>;
  abort(error: unknown): void;
}

export function createPrefixed(stream: Stream, clock: StreamClock): Prefixed {
  const puller = createPuller(stream, clock);
  let kept = new Uint8Array(0);

  return {
    send: (message) => write(stream, clock, [writeVarint(message.length), message]),
    async receive(cap, waitMs) {
      const latest = clock.monotonic() + waitMs;
      for (;;) {
        const head = readVarint(kept, 0);
        if (head === null && kept.length >= 5)
          throw new KithError('stream-lost', 'the length prefix is too long');
        if (head !== null && head.value > cap) throw new KithError('stream-lost', 'the message is too long');
        if (head !== null && kept.length >= head.end + head.value) {
          const message = kept.slice(head.end, head.end + head.value);
          kept = kept.slice(head.end + head.value);
          return message;
        }
        const arrived = await puller.next(Math.max(1, latest - clock.monotonic()));
        if (arrived === null) throw new KithError('stream-lost', 'the stream ended inside a message');
        for (const piece of arrived) {
          // No protocol of this format sends more than a window in one burst.
          if (kept.length + piece.length > cap + 64 * 1024) throw new KithError('stream-lost', 'too much');
          const both = new Uint8Array(kept.length + piece.length);
          both.set(kept);
          both.set(piece, kept.length);
          kept = both;
        }
      }
    },
    async close() {
      puller.release();
      await stream.close({ signal: abortAfter(clock, CLOSE_MS) }).catch(() => undefined);
    },
    abort(error) {
      puller.release();
      abortStream(stream, error);
    },
  };
}
