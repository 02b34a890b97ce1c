import type { Stream } from '@libp2p/interface';
import { codeOf, KithError } from '../../lib/errors.ts';
import type { StreamClock } from './deadline.ts';
import { FRAME } from './frame-types.ts';
import { createFrameReader, createFrameWriter, type Frame, type FrameReader } from './frames.ts';
import { handlerFailure } from './handler-failure.ts';
import { createReplyDeadline } from './reply-deadline.ts';
import { isPeerViolation, type PeerViolation, peerViolation } from './wire-violation.ts';
import type { RequestKind } from './requests.ts';

export interface Request {
  readonly kind: RequestKind;
  readonly body: Uint8Array;
  /** Number of frames in the reply; default 1. */
  readonly replies?: number;
  /** Receives each reply frame; returning a violation ends the call with it. */
  onReply?(frame: Frame): PeerViolation | null;
}

/** The requesting side of one long-lived stream: requests are sent at once, replies arrive in the same order. */
export interface Caller {
  /**
   * Null when every reply arrived and was accepted, otherwise the violation of the peer (already reported).
   * @throws {KithError} `peer-gone`, `peer-timeout` (both reported, if the peer is still connected), `peer-busy`,
   * `peer-unsupported`: the peer does not know this kind of request, and is not asked again on this connection.
   */
  call(request: Request): Promise<PeerViolation | null>;
  /** Requests without all their replies. */
  readonly pending: number;
  close(): void;
}

export interface CallerDeps {
  open(): Promise<Stream>;
  readonly clock: StreamClock;
  onViolation(peerViolation: PeerViolation): void;
  /** Bytes that the peer has sent so far, on all streams; if absent, not considered. */
  readonly received?: () => number;
  /** Whether the peer answers a ping; if absent, assumed true. */
  readonly isAlive?: () => Promise<boolean>;
  /** Whether the peer answers another, cheap request; if absent, assumed true. */
  readonly answersOthers?: () => Promise<boolean>;
}

// The peer answers one request at a time, so a longer queue means that a caller does not wait for its answers.
const MAX_PENDING = 64;

const yes = (): Promise<boolean> => Promise.resolve(true);

/** Errors that are no fault of the peer, or were reported already: the caller continues without the answer. */
const UNANSWERED = new Set(['peer-gone', 'peer-timeout', 'peer-busy', 'peer-unsupported']);
export const isUnanswered = (error: unknown): boolean => UNANSWERED.has(codeOf(error) ?? '');

interface Pending {
  readonly id: number;
  readonly request: Request;
  left: number;
  settle(result: PeerViolation | null | KithError): void;
}

interface Line {
  readonly stream: Promise<Stream>;
  /** Null until the stream is open. */
  reader: FrameReader | null;
}

export function createCaller(deps: CallerDeps): Caller {
  const { clock, received = () => 0, isAlive = yes, answersOthers = yes } = deps;
  const unsupported = new Set<number>();
  const deadline = createReplyDeadline({ clock, received, isAlive, answersOthers });
  let pending: Pending[] = [];
  let line: Line | null = null;
  let lastId = 0;
  let closed = false;

  /** Ends the stream; `wrong` is counted against the peer. */
  function fail(of: Line, result: PeerViolation | KithError, wrong: PeerViolation | null = null): void {
    if (line !== of) return;
    line = null;
    deadline.clear();
    const waiting = pending;
    pending = [];
    settleAll(waiting, result);
    const blamed = isPeerViolation(result) ? result : wrong;
    if (blamed !== null) deps.onViolation(blamed);
    of.stream.then((it) => it.abort(new Error(result.code))).catch(() => undefined);
  }

  // The deadline runs for the first request in the queue only: the peer works on no other.
  function watch(of: Line): void {
    deadline.clear();
    const first = pending[0];
    if (first === undefined) return;
    const { type, deadlineMs } = first.request.kind;
    const { left } = first;
    deadline.watch({
      deadlineMs,
      isArriving: () => of.reader?.isInFrame === true,
      isNext: () => line === of && pending[0] === first && first.left === left,
      overdue: (code) => fail(of, new KithError('peer-timeout'), peerViolation(code, { type })),
    });
  }

  function accept(of: Line, frame: Frame): PeerViolation | null {
    const first = pending[0];
    if (first === undefined || frame.id !== first.id)
      return peerViolation('wire-unexpected', { type: frame.type });
    const wrong = takeReply(first, frame, unsupported);
    if (wrong !== null) return wrong;
    if (first.left === 0) {
      pending.shift();
      first.settle(unsupported.has(first.request.kind.type) ? new KithError('peer-unsupported') : null);
    }
    watch(of);
    return null;
  }

  async function read(of: Line): Promise<void> {
    try {
      of.reader = createFrameReader(await of.stream, clock, (type) => capOf(pending[0], type));
      for (;;) {
        const frame = await of.reader.next();
        if (frame === null) return lost(of);
        const wrong = isPeerViolation(frame) ? frame : accept(of, frame);
        if (wrong !== null) return fail(of, wrong);
      }
    } catch (error) {
      lost(of, error);
    }
  }

  /** The stream ended. With outstanding requests this counts as no answer, if the connection stays. */
  function lost(of: Line, cause?: unknown): void {
    const first = pending[0];
    if ((cause as Error | undefined)?.name === 'UnsupportedProtocolError') {
      const { type = 0, mandatory = false } = first?.request.kind ?? {};
      if (mandatory) return fail(of, peerViolation('request-unsupported', { type }));
      for (const { request } of pending) unsupported.add(request.kind.type);
      return fail(of, new KithError('peer-unsupported'));
    }
    const gone = new KithError('peer-gone', 'the stream was lost', { cause });
    fail(of, gone, first !== undefined && isCut(of, cause) ? cutOff(first) : null);
  }

  function connect(): Line {
    if (line !== null) return line;
    const opened: Line = { stream: deps.open(), reader: null };
    line = opened;
    void read(opened);
    return opened;
  }

  function send(of: Line, { id, request: { kind, body } }: Pending): void {
    of.stream
      .then((it) => createFrameWriter(it, clock)(kind.type, id, [body]))
      .catch((error: unknown) => {
        if (codeOf(error) === 'stream-stalled') fail(of, peerViolation('wire-unread'));
        else lost(of, error);
      });
  }

  return {
    async call(request) {
      if (closed) throw new KithError('peer-gone');
      if (unsupported.has(request.kind.type)) throw new KithError('peer-unsupported');
      if (pending.length >= MAX_PENDING) throw new KithError('peer-busy');
      const of = connect();
      lastId = (lastId + 1) >>> 0;
      const { promise, resolve: settle } = Promise.withResolvers<PeerViolation | null | KithError>();
      const entry: Pending = { id: lastId, request, left: request.replies ?? 1, settle };
      pending.push(entry);
      if (pending.length === 1) watch(of);
      send(of, entry);
      const outcome = await promise;
      if (outcome instanceof KithError) throw outcome;
      return outcome;
    },
    get pending() {
      return pending.length;
    },
    close() {
      closed = true;
      if (line !== null) fail(line, new KithError('peer-gone'));
    },
  };
}

/** Only the first request gets the violation; for the others the peer has disconnected. */
function settleAll(waiting: readonly Pending[], result: PeerViolation | KithError): void {
  waiting.forEach((entry, i) =>
    entry.settle(i === 0 || !isPeerViolation(result) ? result : new KithError('peer-gone')),
  );
}

/** Largest body of a frame that may answer this request; null when frames of this type may not. */
function capOf(first: Pending | undefined, type: number): number | null {
  if (first === undefined) return null;
  return [...first.request.kind.answers, FRAME.unknown].find((answer) => answer.type === type)?.cap ?? null;
}

/** Gives a frame to the request at the front of the queue; the kinds that the peer does not know join `unsupported`. */
function takeReply(first: Pending, frame: Frame, unsupported: Set<number>): PeerViolation | null {
  const { kind, replies = 1, onReply } = first.request;
  if (frame.type !== FRAME.unknown.type) {
    const wrong = guard(kind, () => onReply?.(frame) ?? null);
    if (wrong === null) first.left--;
    return wrong;
  }
  if (kind.mandatory) return peerViolation('request-unsupported', { type: kind.type });
  if (first.left < replies) return peerViolation('wire-unexpected', { type: frame.type });
  unsupported.add(kind.type);
  first.left = 0;
  return null;
}

/** Whether the peer ended the stream: one that could not be opened may be a local problem, unless the peer refused it. */
function isCut({ reader }: Line, cause: unknown): boolean {
  return reader !== null || (cause as Error | undefined)?.name === 'StreamResetError';
}

const cutOff = ({ request }: Pending): PeerViolation =>
  peerViolation('wire-cut', { type: request.kind.type });

function guard({ type }: RequestKind, take: () => PeerViolation | null): PeerViolation | null {
  try {
    return take();
  } catch (error) {
    return handlerFailure(`answer to 0x${type.toString(16)}`, error);
  }
}
