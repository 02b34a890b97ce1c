import type { Stream } from '@libp2p/interface';
import { codeOf, KithError } from '../../lib/errors.ts';
import { FRAME, MAX_UNKNOWN_BYTES } from './frame-types.ts';
import { createFrameReader, type Frame, type Pay, writeFrame } from './frames.ts';
import { handlerFailure } from './handler-failure.ts';
import { isPeerViolation, type PeerViolation, peerViolation } from './wire-violation.ts';

/** Sends one frame of the reply and waits while the peer is behind with reading. */
export type Reply = (type: number, ...parts: readonly Uint8Array[]) => Promise<void>;

export interface Handler {
  /** The most bytes that the request may have. */
  readonly cap: number;
  /** Answers; what it returns is the peer's violation. It rejects when the stream was lost; see also handler-failure.ts. */
  handle(frame: Frame, reply: Reply): Promise<PeerViolation | null>;
}

/** A handler whose question is decoded first; what can't be is the peer's violation. */
export function answering<Decoded>(
  { cap }: { readonly cap: number },
  decode: (body: Uint8Array) => Decoded,
  answer: (asked: Exclude<Decoded, PeerViolation>, reply: Reply) => Promise<void>,
): Handler {
  return {
    cap,
    async handle({ body }, reply) {
      const asked = decode(body);
      if (isPeerViolation(asked)) return asked;
      await answer(asked as Exclude<Decoded, PeerViolation>, reply);
      return null;
    },
  };
}

/** What requests cost, as the side that answers sees it. */
export interface Toll {
  /** Waits until a request of this type may be worked on; gives what must be called when it is answered. */
  enter(type: number, bytes: number): Promise<() => void>;
  /** What the frames of its answer wait for. */
  pay(type: number): Pay;
  /** A frame of the answer has gone: from now on the peer waits for the next one. */
  sent(): void;
}

/**
 * The answering side of one stream: one request at a time, in order. The next isn't read before this one's answer has
 * gone, so however much a peer asks, it holds one request and one answer of ours in memory.
 * Resolves when the stream has ended, with what the peer did wrong, or null. `isNewer`: the peer speaks a version that
 * we don't, so a request that we don't know is no violation: it is answered with `unknown`. Without a toll requests cost
 * nothing.
 */
export async function serve(
  stream: Stream,
  handlers: ReadonlyMap<number, Handler>,
  { isNewer = false, toll }: { readonly isNewer?: boolean; readonly toll?: Toll } = {},
): Promise<PeerViolation | null> {
  const strange = isNewer ? MAX_UNKNOWN_BYTES : null;
  const reader = createFrameReader(stream, (type) => handlers.get(type)?.cap ?? strange);
  try {
    for (;;) {
      const frame = await reader.next();
      if (frame === null) {
        await stream.close().catch(() => undefined);
        return null;
      }
      const wrong = isPeerViolation(frame) ? frame : await answer(stream, handlers, frame, toll);
      if (wrong === null) continue;
      stream.abort(new KithError(wrong.code));
      return wrong;
    }
  } catch (error) {
    stream.abort(error instanceof Error ? error : new Error(String(error)));
    return codeOf(error) === 'stream-stalled' ? peerViolation('wire-unread') : null;
  } finally {
    reader.release();
  }
}

async function answer(
  stream: Stream,
  handlers: ReadonlyMap<number, Handler>,
  frame: Frame,
  toll: Toll | undefined,
): Promise<PeerViolation | null> {
  const done = await toll?.enter(frame.type, frame.body.length);
  try {
    const pay = toll?.pay(frame.type);
    const reply: Reply = async (type, ...parts) => {
      await writeFrame(stream, type, frame.id, parts, pay);
      toll?.sent();
    };
    const handler = handlers.get(frame.type);
    if (handler !== undefined) return await guard(frame, () => handler.handle(frame, reply));
    await reply(FRAME.unknown.type);
    return null;
  } finally {
    done?.();
  }
}

async function guard(
  { type }: Frame,
  handle: () => Promise<PeerViolation | null>,
): Promise<PeerViolation | null> {
  try {
    return await handle();
  } catch (error) {
    const failure = handlerFailure(`request 0x${type.toString(16)}`, error);
    if (failure === null) throw error;
    return failure;
  }
}
