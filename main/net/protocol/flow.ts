import type { Stream, StreamCloseEvent, StreamMessageEvent } from '@libp2p/interface';
import { KithError } from '../../lib/errors.ts';
import { createDeadline, type StreamClock } from './deadline.ts';

/** With more unsent bytes than this, the writer of a stream waits. */
export const HIGH_WATER = 256 * 1024;
/** A peer that makes no progress for this time while this side waits for it is disconnected. */
export const STALL_MS = 10_000;
/** The slowest accepted pace of a frame, sent or received, after the first STALL_MS. */
export const SLOWEST_BYTES_PER_S = 1024;
/** The slowest accepted pace at which a peer reads an answer. An answer stays in memory until the peer has read it. */
const SLOWEST_TAKEN_PER_S = 4096;

/** Reads a stream one arrival at a time. While the caller does not ask for more, the peer cannot send more. */
export interface Puller {
  /**
   * The next bytes; null at the end of the stream.
   * @throws {KithError} `stream-lost`; `stream-stalled` when no bytes arrived for `waitMs` (null for no timeout)
   */
  next(waitMs: number | null): Promise<Uint8Array[] | null>;
  /** Removes the listeners. The stream itself does not change. */
  release(): void;
}

/**
 * Reads a stream with bounded memory. The iterator of the stream queues without limit, but a paused stream buffers at
 * most its yamux window. So the stream is paused at every arrival and resumed only when the reader wants more. `resume`
 * delivers the buffered bytes, and then lets yamux continue, which would undo a pause made during the delivery. So
 * the reader pauses only after `resume` has returned.
 */
export function createPuller(stream: Stream, clock: StreamClock): Puller {
  let queue: Uint8Array[] = [];
  // A stream counts as ended in libp2p when its last bytes came with the negotiation, although they still wait for the
  // first listener.
  let ended = stream.readableEnded && stream.readBufferLength === 0;
  let failure: Error | undefined;
  let wake: (() => void) | undefined;
  let resuming = false;

  const pause = () => {
    if (stream.readStatus === 'readable') stream.pause();
  };
  const resume = () => {
    resuming = true;
    stream.resume();
    resuming = false;
    if (queue.length > 0) pause();
  };
  const stir = () => {
    wake?.();
    wake = undefined;
  };
  const onMessage = (event: StreamMessageEvent) => {
    if (event.data instanceof Uint8Array) queue.push(plain(event.data));
    else for (const part of event.data) queue.push(plain(part));
    if (!resuming) pause();
    stir();
  };
  const onEnd = () => {
    ended = true;
    stir();
  };
  const onClose = (event: StreamCloseEvent) => {
    ended = true;
    failure = event.error;
    stir();
  };
  stream.addEventListener('message', onMessage);
  stream.addEventListener('end', onEnd);
  stream.addEventListener('close', onClose);

  return {
    async next(waitMs) {
      for (;;) {
        if (queue.length > 0) {
          const arrived = queue;
          queue = [];
          return arrived;
        }
        if (failure !== undefined) throw new KithError('stream-lost', failure.message, { cause: failure });
        if (stream.readStatus === 'paused') {
          resume();
          if (queue.length > 0) continue;
        }
        if (ended || stream.status !== 'open' || stream.readStatus === 'closed') return null;
        if (!(await waitFor(clock, (done) => (wake = done), waitMs))) throw new KithError('stream-stalled');
      }
    },
    release() {
      stream.removeEventListener('message', onMessage);
      stream.removeEventListener('end', onEnd);
      stream.removeEventListener('close', onClose);
      ended = true;
      stir();
    },
  };
}

/**
 * Sends, and waits until the peer has read enough. A peer that does not read makes this node keep at most HIGH_WATER
 * and these bytes in memory. Such a peer is disconnected after STALL_MS, or when it needs more than `mostMs` in
 * total.
 * @throws {KithError} `stream-lost`, `stream-stalled`
 */
export async function write(
  stream: Stream,
  clock: StreamClock,
  parts: readonly Uint8Array[],
  mostMs?: number,
): Promise<void> {
  let bytes = 0;
  try {
    for (const part of parts) {
      bytes += part.length;
      stream.send(part);
    }
  } catch (error) {
    throw new KithError('stream-lost', 'the stream cannot be written', { cause: error });
  }
  const latest = clock.monotonic() + (mostMs ?? longestMs(bytes));
  while (stream.writeBufferLength > HIGH_WATER) {
    const drained = clock.monotonic() < latest && (await drain(stream, clock));
    if (stream.writeStatus === 'closed') throw new KithError('stream-lost', 'closed while writing');
    if (!drained) throw new KithError('stream-stalled', 'the peer does not read');
  }
}

/** Longest time that a peer may take to read an answer of this size; five minutes for a full block. */
export const longestMs = (bytes: number): number =>
  STALL_MS + ((HIGH_WATER + bytes) / SLOWEST_TAKEN_PER_S) * 1000;

// stream.onDrain() works only once in this version of libp2p, because its promise stays resolved. So the event is used.
async function drain(stream: Stream, clock: StreamClock): Promise<boolean> {
  let off = () => {};
  const arm = (done: () => void) => {
    stream.addEventListener('drain', done);
    stream.addEventListener('close', done);
    off = () => {
      stream.removeEventListener('drain', done);
      stream.removeEventListener('close', done);
    };
  };
  const drained = await waitFor(clock, arm, STALL_MS);
  off();
  return drained;
}

/** Resets a stream, with a reason of any type. */
export function abortStream(stream: Pick<Stream, 'abort'>, error: unknown): void {
  stream.abort(error instanceof Error ? error : new Error(String(error)));
}

/**
 * A plain Uint8Array over the same bytes. Sockets and ciphers return a Buffer, whose `slice` does not copy, and the
 * layers above rely on a copy.
 */
export function plain(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Whether the callback of `arm` was called before `waitMs` passed. */
function waitFor(
  clock: StreamClock,
  arm: (done: () => void) => void,
  waitMs: number | null,
): Promise<boolean> {
  return new Promise((resolve) => {
    const deadline =
      waitMs === null ? null : createDeadline(clock, Math.max(0, waitMs), () => resolve(false));
    arm(() => {
      deadline?.clear();
      resolve(true);
    });
  });
}
