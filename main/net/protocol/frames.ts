import type { Stream } from '@libp2p/interface';
import { codeOf } from '../../lib/errors.ts';
import type { StreamClock } from './deadline.ts';
import { createPuller, longestMs, SLOWEST_BYTES_PER_S, STALL_MS, write } from './flow.ts';
import { type PeerViolation, peerViolation } from './wire-violation.ts';

/**
 * One message. All messages except gossip are frames: `length u32 LE | type u8 | id u32 LE | body`. The length is that
 * of the body. The id links a reply to its request.
 */
export interface Frame {
  readonly type: number;
  readonly id: number;
  readonly body: Uint8Array;
}

export const FRAME_HEAD = 9;
/** Pieces smaller than this are merged when they arrive. */
const SMALL_BYTES = 64 * 1024;

/** Size of the largest body that a frame of this type may have now; null when the type is not accepted. */
export type CapOf = (type: number, id: number) => number | null;

export interface FrameReader {
  /**
   * The next frame, null at a clean end of the stream, or the violation of the peer. Rejects only when the stream is
   * lost.
   */
  next(): Promise<Frame | PeerViolation | null>;
  release(): void;
  /** Number of pieces of the frame that is being received. */
  readonly pieces: number;
  /** Whether part of the next frame has arrived. */
  readonly isInFrame: boolean;
}

/**
 * Reads frames. A body longer than `capOf` allows is refused when its head has arrived, before memory is used for it.
 */
export function createFrameReader(stream: Stream, clock: StreamClock, capOf: CapOf): FrameReader {
  const puller = createPuller(stream, clock);
  let pieces: Uint8Array[] = [];
  let have = 0;
  let readsBody = false;

  // Pieces are merged as they arrive, so that only a few small ones exist. Otherwise a peer could send single bytes and
  // make this node keep an object for each.
  function keep(piece: Uint8Array): void {
    pieces.push(piece);
    for (let n = pieces.length; n > 1; n = pieces.length) {
      const [before, last] = [pieces[n - 2]!, pieces[n - 1]!];
      if (before.length > last.length || before.length + last.length > SMALL_BYTES) return;
      const both = new Uint8Array(before.length + last.length);
      both.set(before);
      both.set(last, before.length);
      pieces.splice(n - 2, 2, both);
    }
  }

  // Waits until `need` bytes of the frame that began at `began` have arrived.
  async function gather(need: number, began: { at: number | null }): Promise<'here' | 'end' | 'slow'> {
    while (have < need) {
      const arrived = await puller.next(timeouts(began.at, have, clock)).catch((error: unknown) => {
        if (codeOf(error) === 'stream-stalled') return 'slow' as const;
        throw error;
      });
      if (arrived === 'slow') return 'slow';
      if (arrived === null) return 'end';
      for (const piece of arrived) {
        keep(piece);
        have += piece.length;
      }
      began.at ??= clock.monotonic();
    }
    return 'here';
  }

  function take(count: number): Uint8Array {
    have -= count;
    const first = pieces[0];
    if (first === undefined || count === 0) return new Uint8Array(0);
    if (first.length >= count) {
      if (first.length === count) pieces.shift();
      else pieces[0] = first.subarray(count);
      // A view would keep a whole packet in memory for a small message.
      return count * 4 < first.buffer.byteLength ? first.slice(0, count) : first.subarray(0, count);
    }
    const whole = new Uint8Array(count);
    let at = 0;
    let used = 0;
    while (at < count) {
      const piece = pieces[used]!;
      const part = piece.length > count - at ? piece.subarray(0, count - at) : piece;
      whole.set(part, at);
      at += part.length;
      if (part.length === piece.length) used++;
      else pieces[used] = piece.subarray(part.length);
    }
    pieces = pieces.slice(used);
    return whole;
  }

  return {
    async next() {
      const began = { at: have > 0 ? clock.monotonic() : null };
      const head = await gather(FRAME_HEAD, began);
      if (head === 'end') return have === 0 ? null : peerViolation('wire-cut');
      if (head === 'slow') return peerViolation('wire-slow');
      const { length, type, id } = readHead(take(FRAME_HEAD));
      const cap = capOf(type, id);
      if (cap === null) return peerViolation('wire-unknown', { type });
      if (length > cap) return peerViolation('wire-oversize', { type, length, cap });
      readsBody = true;
      const rest = await gather(length, began);
      readsBody = false;
      if (rest !== 'here') return peerViolation(rest === 'end' ? 'wire-cut' : 'wire-slow', { type, length });
      return { type, id, body: take(length) };
    },
    release: () => puller.release(),
    get pieces() {
      return pieces.length;
    },
    get isInFrame() {
      return readsBody || have > 0;
    },
  };
}

// Between frames a stream may be idle for any time. Inside a frame every byte must arrive at the slowest accepted pace.
function timeouts(began: number | null, have: number, clock: StreamClock): number | null {
  if (began === null) return null;
  return began + STALL_MS + (have / SLOWEST_BYTES_PER_S) * 1000 - clock.monotonic();
}

function readHead(head: Uint8Array): { length: number; type: number; id: number } {
  const view = new DataView(head.buffer, head.byteOffset, FRAME_HEAD);
  return { length: view.getUint32(0, true), type: view.getUint8(4), id: view.getUint32(5, true) };
}

/** Resolves when this many bytes may be sent. `begun`: whether earlier bytes of the same frame were sent already. */
export type Pay = (bytes: number, begun: boolean) => Promise<void>;

/** Larger frames are sent in pieces of this size, each of which is charged. */
export const PIECE_BYTES = 64 * 1024;

/**
 * Sends one frame whose body is given in parts, and waits as `write` does. Without `pay` the whole frame is given to
 * the stream before this function returns. So frames of any size leave in the order of the calls, which matters because
 * a peer answers requests in the order of their arrival. With `pay`, the caller must wait for this frame before it
 * writes the next one.
 * @throws {KithError} `stream-lost`, `stream-stalled`; errors of `pay`
 */
export type FrameWriter = (
  type: number,
  id: number,
  parts: readonly Uint8Array[],
  pay?: Pay,
) => Promise<void>;

export function createFrameWriter(stream: Stream, clock: StreamClock): FrameWriter {
  return async (type, id, parts, pay) => {
    const packet = packetOf(type, id, parts);
    if (packet.length > 1) return writePieces(stream, clock, packet, pay);
    if (pay !== undefined) await pay(packet[0]!.length, false);
    return write(stream, clock, packet);
  };
}

/** Joins a small frame into one packet. A large body is not copied, because its head has only nine bytes. */
function packetOf(type: number, id: number, parts: readonly Uint8Array[]): readonly Uint8Array[] {
  let length = 0;
  for (const part of parts) length += part.length;
  const small = length <= 4096;
  const head = new Uint8Array(FRAME_HEAD + (small ? length : 0));
  const view = new DataView(head.buffer);
  view.setUint32(0, length, true);
  view.setUint8(4, type);
  view.setUint32(5, id, true);
  if (!small) return [head, ...parts];
  let at = FRAME_HEAD;
  for (const part of parts) {
    head.set(part, at);
    at += part.length;
  }
  return [head];
}

async function writePieces(
  stream: Stream,
  clock: StreamClock,
  parts: readonly Uint8Array[],
  pay: Pay | undefined,
): Promise<void> {
  if (pay === undefined) return write(stream, clock, parts);
  // The time limit for the peer is that of the whole frame. The time spent in `pay` does not count.
  let leftMs = longestMs(parts.reduce((sum, { length }) => sum + length, 0));
  let begun = false;
  for (const piece of piecesOf(parts)) {
    await pay(
      piece.reduce((sum, { length }) => sum + length, 0),
      begun,
    );
    begun = true;
    const before = clock.monotonic();
    await write(stream, clock, piece, leftMs);
    leftMs -= clock.monotonic() - before;
  }
}

/** The same bytes in pieces of PIECE_BYTES, without a copy. */
function* piecesOf(parts: readonly Uint8Array[]): Generator<Uint8Array[]> {
  let piece: Uint8Array[] = [];
  let room = PIECE_BYTES;
  for (const part of parts) {
    for (let at = 0; at < part.length;) {
      const taken = part.subarray(at, at + room);
      piece.push(taken);
      at += taken.length;
      room -= taken.length;
      if (room > 0) continue;
      yield piece;
      piece = [];
      room = PIECE_BYTES;
    }
  }
  if (piece.length > 0) yield piece;
}
