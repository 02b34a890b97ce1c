import type { Stream } from '@libp2p/interface';
import { codeOf, KithError } from '../../lib/errors.ts';
import { FRAME, MAX_UNKNOWN_BYTES } from './frame-types.ts';
import type { StreamClock } from './deadline.ts';
import { abortStream } from './flow.ts';
import { createFrameReader, createFrameWriter, type Frame, type FrameWriter, type Pay } from './frames.ts';
import { handlerFailure } from './handler-failure.ts';
import { isPeerViolation, type PeerViolation, peerViolation } from './wire-violation.ts';

/** Sends one frame of the reply, and waits while the peer is slow to read. */
export type Reply = (type: number, ...parts: readonly Uint8Array[]) => Promise<void>;

export interface Handler {
  /** Largest body of the request in bytes. */
  readonly cap: number;
  /**
   * Answers a request. Resolves to the violation of the peer or null. Rejects when the stream was lost; see also
   * handler-failure.ts.
   */
  handle(frame: Frame, reply: Reply): Promise<PeerViolation | null>;
}

/** Creates a handler for which the request is decoded first. A request that cannot be decoded is a violation. */
export function createHandler<Decoded>(
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

/** Charges requests to the budgets of the answering side. */
export interface Toll {
  /**
   * Resolves when a request of this type may be processed. The caller calls the returned function when the request is
   * answered.
   */
  enter(type: number, bytes: number): Promise<() => void>;
  /** The function that the frames of its answer wait for. */
  pay(type: number): Pay;
  /** A frame of the answer was sent, so the peer now waits for the next one. */
  sent(): void;
}

export interface ServeOptions {
  readonly clock: StreamClock;
  /**
   * Whether the peer supports a newer version. Then an unknown request is answered with `unknown` and is not a
   * violation.
   */
  readonly isNewer?: boolean;
  /** Charges the requests. Without it they cost nothing. */
  readonly toll?: Toll;
}

/**
 * The answering side of one stream: answers one request at a time, in order. Reads the next request only after this
 * answer was sent, so that each stream keeps one request and one answer in memory, however much the peer sends.
 * Resolves, when the stream has ended, to the violation of the peer or null.
 */
export async function serve(
  stream: Stream,
  handlers: ReadonlyMap<number, Handler>,
  { clock, isNewer = false, toll }: ServeOptions,
): Promise<PeerViolation | null> {
  const strange = isNewer ? MAX_UNKNOWN_BYTES : null;
  const reader = createFrameReader(stream, clock, (type) => handlers.get(type)?.cap ?? strange);
  const write = createFrameWriter(stream, clock);
  try {
    for (;;) {
      const frame = await reader.next();
      if (frame === null) {
        await stream.close().catch(() => undefined);
        return null;
      }
      const wrong = isPeerViolation(frame) ? frame : await answer(write, handlers, frame, toll);
      if (wrong === null) continue;
      stream.abort(new KithError(wrong.code));
      return wrong;
    }
  } catch (error) {
    abortStream(stream, error);
    return codeOf(error) === 'stream-stalled' ? peerViolation('wire-unread') : null;
  } finally {
    reader.release();
  }
}

async function answer(
  write: FrameWriter,
  handlers: ReadonlyMap<number, Handler>,
  frame: Frame,
  toll: Toll | undefined,
): Promise<PeerViolation | null> {
  const done = await toll?.enter(frame.type, frame.body.length);
  try {
    const pay = toll?.pay(frame.type);
    const reply: Reply = async (type, ...parts) => {
      await write(type, frame.id, parts, pay);
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
