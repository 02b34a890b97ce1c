import type { Stream, StreamCloseEvent, StreamMessageEvent } from '@libp2p/interface';
import { KithError } from '../../lib/errors.ts';
import { createDeadline } from './deadline.ts';

/** A stream with more unsent bytes than this makes its writer wait. */
export const HIGH_WATER = 256 * 1024;
/** An end that does nothing for this long while the other waits for it is cut off. */
export const STALL_MS = 10_000;
/** The slowest pace, after the first STALL_MS, at which a frame may come or go. */
export const SLOWEST_BYTES_PER_S = 1024;
/** The slowest pace at which a peer may take what it asked for: we hold the answer for as long. */
const SLOWEST_TAKEN_PER_S = 4096;

/** Bytes of a stream, one arrival at a time; while nobody asks for the next, the peer is held back. */
export interface Puller {
  /**
   * The next bytes, or null at the end of the stream.
   * @throws {KithError} `stream-lost`, or `stream-stalled` when nothing came for `waitMs` (null = waits for ever).
   */
  next(waitMs: number | null): Promise<Uint8Array[] | null>;
  /** Takes the listeners off; the stream itself stays as it is. */
  release(): void;
}

/**
 * The stream's own iterator queues without limit, and a paused stream buffers at most its yamux window. So: pause at
 * every arrival, resume only when the reader wants more. `resume` delivers what was held back and only then tells yamux
 * to go on, so a pause inside that delivery would be undone: the window would grow with nobody reading.
 */
export function createPuller(stream: Stream): Puller {
  let queue: Uint8Array[] = [];
  // libp2p calls a stream ended whose last bytes came with the negotiation and wait for the first listener.
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
        if (!(await waitFor((done) => (wake = done), waitMs))) throw new KithError('stream-stalled');
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
 * Sends and waits until the peer has taken enough of it. A peer that doesn't read holds at most HIGH_WATER and these
 * bytes of ours in memory, and is cut off after STALL_MS, or when it takes longer than `mostMs` altogether.
 * @throws {KithError} `stream-lost`, `stream-stalled`.
 */
export async function write(stream: Stream, parts: readonly Uint8Array[], mostMs?: number): Promise<void> {
  let bytes = 0;
  try {
    for (const part of parts) {
      bytes += part.length;
      stream.send(part);
    }
  } catch (error) {
    throw new KithError('stream-lost', 'the stream takes no more', { cause: error });
  }
  const latest = performance.now() + (mostMs ?? longestMs(bytes));
  while (stream.writeBufferLength > HIGH_WATER) {
    const drained = performance.now() < latest && (await drain(stream));
    if (stream.writeStatus === 'closed') throw new KithError('stream-lost', 'closed while writing');
    if (!drained) throw new KithError('stream-stalled', 'the peer does not read');
  }
}

/** How long a peer may take for an answer of so many bytes; a full block: five minutes. */
export const longestMs = (bytes: number): number =>
  STALL_MS + ((HIGH_WATER + bytes) / SLOWEST_TAKEN_PER_S) * 1000;

// stream.onDrain() never re-arms in this version of libp2p (its promise stays resolved), so: the event itself.
async function drain(stream: Stream): Promise<boolean> {
  let off = () => {};
  const drained = await waitFor((done) => {
    stream.addEventListener('drain', done);
    stream.addEventListener('close', done);
    off = () => {
      stream.removeEventListener('drain', done);
      stream.removeEventListener('close', done);
    };
  }, STALL_MS);
  off();
  return drained;
}

/**
 * Sockets and ciphers give Node's Buffer, whose `slice` doesn't copy: everybody above relies on what `Uint8Array` does.
 */
export function plain(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** True when `arm`'s callback was called before `waitMs` passed. */
function waitFor(arm: (done: () => void) => void, waitMs: number | null): Promise<boolean> {
  return new Promise((resolve) => {
    const deadline = waitMs === null ? null : createDeadline(Math.max(0, waitMs), () => resolve(false));
    arm(() => {
      deadline?.clear();
      resolve(true);
    });
  });
}
