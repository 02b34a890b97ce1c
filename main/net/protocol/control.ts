import type { Stream } from '@libp2p/interface';
import type { Height } from '../../../shared/units.ts';
import { equalBytes } from '../../core/codec/bytes.ts';
import { isViolation } from '../../core/violation.ts';
import { KithError } from '../../lib/errors.ts';
import { createBucket } from './bucket.ts';
import { FRAME, MAX_UNKNOWN_BYTES } from './frame-types.ts';
import { createFrameReader, type Frame, type FrameReader, writeFrame } from './frames.ts';
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

/** How long a peer may take to introduce itself. */
export const HELLO_MS = 10_000;
/** An inbound connection without a hello ends after this; the hello itself has HELLO_MS from its stream on. */
export const WITHOUT_HELLO_MS = 15_000;
/** For a `bye` to reach the peer before the connection is closed. */
export const GOODBYE_MS = 500;

/** What two nodes have said to each other, and the stream on which they keep each other up to date. */
export interface Control {
  readonly hello: Hello;
  /** The highest protocol version that both sides speak. */
  readonly version: number;
  /** Tells the peer our new tip; while it is slow to read, only the newest is kept. */
  tell(tip: TipClaim): void;
  /** Tells the peer from which height on we have all bodies now. */
  tellServes(from: Height): void;
  /** Says why we leave; resolves when it is sent or can't be. */
  bye(code: string): Promise<void>;
  /** Reads until the stream ends: with the peer's violation, its goodbye, or null. */
  run(
    onTip: (tip: TipClaim) => void,
    onServes?: (from: Height) => void,
  ): Promise<PeerViolation | { readonly bye: string } | null>;
}

/**
 * Exchanges greetings: the side that opened the stream speaks first. Null = the stream was lost meanwhile.
 * A peer of another network, or without a common version, is told so before the violation is returned.
 */
export async function greet(
  stream: Stream,
  ours: Hello,
  opened: boolean,
): Promise<Control | PeerViolation | null> {
  let state: 'hello' | 'open' | 'newer' = 'hello';
  const reader = createFrameReader(stream, (type) => {
    if (type === FRAME.bye.type) return FRAME.bye.cap;
    if (state === 'hello') return type === FRAME.hello.type ? FRAME.hello.cap : null;
    if (type === FRAME.tip.type) return FRAME.tip.cap;
    if (type === FRAME.serves.type) return FRAME.serves.cap;
    return state === 'newer' ? MAX_UNKNOWN_BYTES : null;
  });
  const late = setTimeout(() => stream.abort(new KithError('hello-missing')), HELLO_MS);
  try {
    const say = () => writeFrame(stream, FRAME.hello.type, 0, [encodeHello(ours)]);
    if (opened) await say();
    const frame = await reader.next();
    if (!opened) await say();
    const theirs = readHello(frame, ours);
    if (theirs !== null && isPeerViolation(theirs)) {
      await writeFrame(stream, FRAME.bye.type, 0, [encodeBye(theirs.code)]);
      await stream.close();
    }
    if (theirs === null || isPeerViolation(theirs)) return theirs;
    state = isNewer(theirs) ? 'newer' : 'open';
    return createControl(stream, reader, theirs, commonVersion(ours, theirs)!);
  } catch (error) {
    return handlerFailure('hello', error);
  } finally {
    clearTimeout(late);
  }
}

function readHello(frame: Frame | PeerViolation | null, ours: Hello): Hello | PeerViolation | null {
  if (frame === null || isPeerViolation(frame)) return frame;
  if (frame.type === FRAME.bye.type) {
    const code = decodeBye(frame.body);
    // The other side noticed first that we have nothing in common.
    return code === 'hello-network' || code === 'hello-version' ? peerViolation(code) : null;
  }
  const hello = decodeHello(frame.body);
  if (isViolation(hello)) return hello;
  if (!equalBytes(hello.networkId, ours.networkId)) return peerViolation('hello-network');
  if (commonVersion(ours, hello) === null)
    return peerViolation('hello-version', { least: hello.versionMin, most: hello.versionMax });
  return hello;
}

function createControl(stream: Stream, reader: FrameReader, hello: Hello, version: number): Control {
  let next: TipClaim | null = null;
  let writing = false;
  // A block now and then, a burst while catching up.
  const bucket = createBucket(60, 2);

  async function flush(): Promise<void> {
    if (writing) return;
    writing = true;
    try {
      while (next !== null) {
        const tip = next;
        next = null;
        await writeFrame(stream, FRAME.tip.type, 0, [encodeTip(tip)]);
      }
    } catch {
      // The stream is gone; whoever reads it notices.
    } finally {
      writing = false;
    }
  }

  return {
    hello,
    version,
    tell(tip) {
      next = tip;
      void flush();
    },
    tellServes(from) {
      writeFrame(stream, FRAME.serves.type, 0, [encodeServes(from)]).catch(() => {
        // The stream is gone; whoever reads it notices.
      });
    },
    async bye(code) {
      try {
        await writeFrame(stream, FRAME.bye.type, 0, [encodeBye(code)]);
        await stream.close({ signal: AbortSignal.timeout(GOODBYE_MS) });
      } catch {
        // It left before we could say it.
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
          // What only a newer version says means nothing to this one.
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
