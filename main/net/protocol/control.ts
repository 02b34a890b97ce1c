import type { Stream } from '@libp2p/interface';
import type { Height } from '../../../shared/units.ts';
import { equalBytes } from '../../core/codec/bytes.ts';
import { isViolation } from '../../core/violation.ts';
import { abortAfter } from '../../lib/clock.ts';
import { KithError } from '../../lib/errors.ts';
import { createBucket } from './bucket.ts';
import type { StreamClock } from './deadline.ts';
import { FRAME, MAX_UNKNOWN_BYTES } from './frame-types.ts';
import {
  createFrameReader,
  createFrameWriter,
  type Frame,
  type FrameReader,
  type FrameWriter,
} from './frames.ts';
import {
  commonVersion,
  decodeBye,
  decodeHello,
  decodeServes,
  decodeTip,
  encodeBye,
  encodeHello,
  encodeServes,
  encodeTip,
  type Hello,
  isNewer,
  type TipClaim,
} from './hello.ts';
import { handlerFailure } from './handler-failure.ts';
import { isPeerViolation, type PeerViolation, peerViolation } from './wire-violation.ts';

/** Timeout for the hello of a peer. */
export const HELLO_MS = 10_000;
/**
 * After this time an inbound connection without a hello is closed. The hello itself has HELLO_MS from the opening of
 * its stream.
 */
export const WITHOUT_HELLO_MS = 15_000;
/** Time for a `bye` to reach the peer before the connection is closed. */
export const GOODBYE_MS = 500;

/** The result of a handshake, and the control stream, on which both sides send updates. */
export interface Control {
  readonly hello: Hello;
  /** The highest protocol version that both sides support. */
  readonly version: number;
  /** Sends our new tip. While the peer is slow to read, only the newest tip is kept. */
  sendTip(tip: TipClaim): void;
  /** Sends the height from which this node has all bodies now. */
  sendServed(from: Height): void;
  /** Sends the reason for closing. Resolves when it is sent or cannot be sent. */
  bye(code: string): Promise<void>;
  /** Reads until the stream ends. Resolves to the violation of the peer, to the code of its `bye`, or to null. */
  run(
    onTip: (tip: TipClaim) => void,
    onServes?: (from: Height) => void,
  ): Promise<PeerViolation | { readonly bye: string } | null>;
}

export interface Greeting {
  /** Our hello. */
  readonly ours: Hello;
  /** Whether this side opened the stream. */
  readonly opened: boolean;
  readonly clock: StreamClock;
}

/**
 * Exchanges hellos. The side that opened the stream sends first. Null if the stream was lost meanwhile. A peer of
 * another network, or without a common version, gets a `bye` before the violation is returned.
 */
export async function greet(
  stream: Stream,
  { ours, opened, clock }: Greeting,
): Promise<Control | PeerViolation | null> {
  let state: 'hello' | 'open' | 'newer' = 'hello';
  const reader = createFrameReader(stream, clock, (type) => {
    if (type === FRAME.bye.type) return FRAME.bye.cap;
    if (state === 'hello') return type === FRAME.hello.type ? FRAME.hello.cap : null;
    if (type === FRAME.tip.type) return FRAME.tip.cap;
    if (type === FRAME.serves.type) return FRAME.serves.cap;
    return state === 'newer' ? MAX_UNKNOWN_BYTES : null;
  });
  const write = createFrameWriter(stream, clock);
  const late = clock.after(HELLO_MS, () => stream.abort(new KithError('hello-missing')));
  try {
    const say = () => write(FRAME.hello.type, 0, [encodeHello(ours)]);
    if (opened) await say();
    const frame = await reader.next();
    if (!opened) await say();
    const theirs = readHello(frame, ours);
    if (theirs !== null && isPeerViolation(theirs)) {
      await write(FRAME.bye.type, 0, [encodeBye(theirs.code)]);
      await stream.close();
    }
    if (theirs === null || isPeerViolation(theirs)) return theirs;
    state = isNewer(theirs) ? 'newer' : 'open';
    return createControl({ stream, reader, write, clock }, theirs, commonVersion(ours, theirs)!);
  } catch (error) {
    return handlerFailure('hello', error);
  } finally {
    late.cancel();
  }
}

function readHello(frame: Frame | PeerViolation | null, ours: Hello): Hello | PeerViolation | null {
  if (frame === null || isPeerViolation(frame)) return frame;
  if (frame.type === FRAME.bye.type) {
    const code = decodeBye(frame.body);
    // The peer detected the difference first and sent this `bye`.
    return code === 'hello-network' || code === 'hello-version' ? peerViolation(code) : null;
  }
  const hello = decodeHello(frame.body);
  if (isViolation(hello)) return hello;
  if (!equalBytes(hello.networkId, ours.networkId)) return peerViolation('hello-network');
  if (commonVersion(ours, hello) === null)
    return peerViolation('hello-version', { least: hello.versionMin, most: hello.versionMax });
  return hello;
}

interface Line {
  readonly stream: Stream;
  readonly reader: FrameReader;
  readonly write: FrameWriter;
  readonly clock: StreamClock;
}

function createControl({ stream, reader, write, clock }: Line, hello: Hello, version: number): Control {
  let next: TipClaim | null = null;
  let writing = false;
  // On average one message per block; a burst during a sync.
  const bucket = createBucket(60, 2, clock.monotonic);

  async function flush(): Promise<void> {
    if (writing) return;
    writing = true;
    try {
      while (next !== null) {
        const tip = next;
        next = null;
        await write(FRAME.tip.type, 0, [encodeTip(tip)]);
      }
    } catch {
      // The stream is lost; its reader handles that.
    } finally {
      writing = false;
    }
  }

  return {
    hello,
    version,
    sendTip(tip) {
      next = tip;
      void flush();
    },
    sendServed(from) {
      write(FRAME.serves.type, 0, [encodeServes(from)]).catch(() => {
        // The stream is lost; its reader handles that.
      });
    },
    async bye(code) {
      try {
        await write(FRAME.bye.type, 0, [encodeBye(code)]);
        await stream.close({ signal: abortAfter(clock, GOODBYE_MS) });
      } catch {
        // The peer closed the stream before the `bye` was sent.
      }
    },
    async run(onTip, onServes = () => {}) {
      try {
        for (;;) {
          const frame = await reader.next();
          if (frame === null || isPeerViolation(frame)) return frame;
          if (!bucket.take(1)) return peerViolation('gossip-flood');
          if (frame.type === FRAME.serves.type) {
            const from = decodeServes(frame.body);
            if (isViolation(from)) return from;
            onServes(from);
            continue;
          }
          // Other frames come from newer versions and have no meaning here.
          if (frame.type !== FRAME.bye.type && frame.type !== FRAME.tip.type) continue;
          const said = frame.type === FRAME.bye.type ? decodeBye(frame.body) : decodeTip(frame.body);
          if (typeof said === 'string') return { bye: said };
          if (isViolation(said)) return said;
          onTip(said);
        }
      } catch (error) {
        return handlerFailure('tip, serves or bye', error);
      } finally {
        reader.release();
      }
    },
  };
}
