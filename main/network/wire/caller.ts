import type { Stream } from '@libp2p/interface';
import { codeOf, KithError } from '../../lib/errors.ts';
import { createFrameReader, type Frame, writeFrame } from './frames.ts';
import { isOffence, type Offence, offence } from './offence.ts';

export interface Request {
  readonly type: number;
  readonly body: Uint8Array;
  /** How many frames the reply has. */
  readonly replies: number;
  /** The types that a reply frame may have, with the most bytes of each. */
  readonly accepts: ReadonlyMap<number, number>;
  /** How long the peer may take for each reply frame, counted from the one before it. */
  readonly timeoutMs: number;
  /** Takes each reply frame as it comes; returning an offence gives the whole call up with it. */
  onReply(frame: Frame): Offence | null;
}

/** The asking side of one long-lived stream: requests go out at once, replies come back in the same order. */
export interface Caller {
  /**
   * Null when every reply came and was taken, or what the peer did wrong (already reported).
   * @throws {KithError} `peer-gone`, `peer-timeout`: the stream is then closed, and the next call opens another.
   */
  call(request: Request): Promise<Offence | null>;
  /** Requests without all their replies. */
  readonly pending: number;
  close(): void;
}

export interface CallerDeps {
  open(): Promise<Stream>;
  onOffence(offence: Offence): void;
}

// The peer answers one request at a time, so more than a few waiting ones mean that somebody forgot to wait.
const MAX_PENDING = 64;

interface Pending {
  readonly id: number;
  readonly request: Request;
  left: number;
  settle(result: Offence | null | KithError): void;
}

export function createCaller(deps: CallerDeps): Caller {
  let pending: Pending[] = [];
  let stream: Promise<Stream> | null = null;
  let timer: NodeJS.Timeout | undefined;
  let lastId = 0;
  let closed = false;

  function fail(of: Promise<Stream>, result: Offence | KithError): void {
    if (stream !== of) return;
    stream = null;
    clearTimeout(timer);
    const waiting = pending;
    pending = [];
    // Only the first one waiting met the offence; for the rest the peer is simply gone.
    waiting.forEach((entry, i) =>
      entry.settle(i === 0 || !isOffence(result) ? result : new KithError('peer-gone')),
    );
    if (isOffence(result)) deps.onOffence(result);
    of.then((it) => it.abort(new Error(result instanceof KithError ? result.code : result.code))).catch(
      () => undefined,
    );
  }

  // The clock runs for the first request in line only: the peer works on no other.
  function watch(of: Promise<Stream>): void {
    clearTimeout(timer);
    const first = pending[0];
    if (first === undefined) return;
    timer = setTimeout(() => fail(of, new KithError('peer-timeout')), first.request.timeoutMs);
  }

  function accept(of: Promise<Stream>, frame: Frame): Offence | null {
    const first = pending[0];
    if (first === undefined || frame.id !== first.id) return offence('wire-unexpected', { type: frame.type });
    const wrong = first.request.onReply(frame);
    if (wrong !== null) return wrong;
    first.left--;
    if (first.left === 0) {
      pending.shift();
      first.settle(null);
    }
    watch(of);
    return null;
  }

  async function read(of: Promise<Stream>): Promise<void> {
    try {
      const reader = createFrameReader(await of, (type) => pending[0]?.request.accepts.get(type) ?? null);
      for (;;) {
        const frame = await reader.next();
        if (frame === null) return fail(of, new KithError('peer-gone'));
        const wrong = isOffence(frame) ? frame : accept(of, frame);
        if (wrong !== null) return fail(of, wrong);
      }
    } catch (error) {
      fail(of, new KithError('peer-gone', 'the stream was lost', { cause: error }));
    }
  }

  function connect(): Promise<Stream> {
    if (stream !== null) return stream;
    const opened = deps.open();
    stream = opened;
    void read(opened);
    return opened;
  }

  return {
    async call(request) {
      if (closed) throw new KithError('peer-gone');
      if (pending.length >= MAX_PENDING) throw new KithError('peer-busy');
      const of = connect();
      lastId = (lastId + 1) >>> 0;
      const id = lastId;
      const result = new Promise<Offence | null | KithError>((settle) => {
        pending.push({ id, request, left: request.replies, settle });
      });
      if (pending.length === 1) watch(of);
      of.then((it) => writeFrame(it, request.type, id, [request.body])).catch((error: unknown) => {
        if (codeOf(error) === 'stream-stalled') fail(of, offence('wire-unread'));
        else fail(of, new KithError('peer-gone', 'the request could not be sent', { cause: error }));
      });
      const outcome = await result;
      if (outcome instanceof KithError) throw outcome;
      return outcome;
    },
    get pending() {
      return pending.length;
    },
    close() {
      closed = true;
      if (stream !== null) fail(stream, new KithError('peer-gone'));
    },
  };
}
