import type { Stream } from '@libp2p/interface';
import { codeOf, KithError } from '../../lib/errors.ts';
import { createDeadline, type Deadline } from './deadline.ts';
import { SLOWEST_BYTES_PER_S } from './flow.ts';
import { FRAME } from './frame-types.ts';
import { createFrameReader, type Frame, type FrameReader, writeFrame } from './frames.ts';
import { handlerFailure } from './handler-failure.ts';
import {
  isPeerViolation,
  type PeerViolation,
  peerViolation,
  type PeerViolationCode,
} from './wire-violation.ts';
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
/** While the peer sends other data, an answer may take this many times its deadline: it waits for its turn. */
const MOST_PERIODS = 4;
/** Extra time for an overdue answer of a peer that has just shown that it runs: it may have been suspended. */
const GRACE_MS = 5000;

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
  reader: FrameReader | null;
}

export function createCaller(deps: CallerDeps): Caller {
  const { received = () => 0, isAlive = yes, answersOthers = yes } = deps;
  const unsupported = new Set<number>();
  let pending: Pending[] = [];
  let line: Line | null = null;
  let deadline: Deadline | undefined;
  let lastId = 0;
  let closed = false;

  /** Ends the stream; `wrong` is counted against the peer. */
  function fail(of: Line, result: PeerViolation | KithError, wrong: PeerViolation | null = null): void {
    if (line !== of) return;
    line = null;
    deadline?.clear();
    const waiting = pending;
    pending = [];
    // Only the first request gets the violation; for the others the peer has disconnected.
    waiting.forEach((entry, i) =>
      entry.settle(i === 0 || !isPeerViolation(result) ? result : new KithError('peer-gone')),
    );
    const blamed = isPeerViolation(result) ? result : wrong;
    if (blamed !== null) deps.onViolation(blamed);
    of.stream.then((it) => it.abort(new Error(result.code))).catch(() => undefined);
  }

  // The deadline runs for the first request in the queue only: the peer works on no other.
  function watch(of: Line): void {
    deadline?.clear();
    const first = pending[0];
    if (first === undefined) return;
    const { type, deadlineMs } = first.request.kind;
    const began = performance.now();
    const before = received();
    const { left } = first;
    const late = (code: PeerViolationCode) =>
      fail(of, new KithError('peer-timeout'), peerViolation(code, { type }));
    const isLate = () => line === of && pending[0] === first && first.left === left;
    const check = async (): Promise<void> => {
      const alive = await isAlive();
      if (!isLate()) return;
      // A peer that has crashed or is offline did not choose to be silent.
      if (!alive) return late('peer-silent');
      // A peer that answers no request at all is overloaded; one that answers others ignores this request.
      const others = answersOthers();
      deadline = createDeadline(GRACE_MS, () => {
        void others.then((answers) => {
          if (isLate()) late(answers ? 'request-unanswered' : 'peer-overloaded');
        });
      });
    };
    const due = (): void => {
      const ms = performance.now() - began;
      const isBusy = received() - before >= (ms / 1000) * SLOWEST_BYTES_PER_S;
      // A frame that has begun to arrive has its own minimum pace (flow.ts).
      if (of.reader?.isInFrame === true || (isBusy && ms < MOST_PERIODS * deadlineMs))
        deadline = createDeadline(deadlineMs, due);
      else void check();
    };
    deadline = createDeadline(deadlineMs, due);
  }

  function accept(of: Line, frame: Frame): PeerViolation | null {
    const first = pending[0];
    if (first === undefined || frame.id !== first.id)
      return peerViolation('wire-unexpected', { type: frame.type });
    const { kind, replies = 1, onReply } = first.request;
    if (frame.type === FRAME.unknown.type) {
      if (kind.mandatory) return peerViolation('request-unsupported', { type: kind.type });
      if (first.left < replies) return peerViolation('wire-unexpected', { type: frame.type });
      unsupported.add(kind.type);
      first.left = 0;
    } else {
      const wrong = guard(kind, () => onReply?.(frame) ?? null);
      if (wrong !== null) return wrong;
      first.left--;
    }
    if (first.left === 0) {
      pending.shift();
      first.settle(unsupported.has(kind.type) ? new KithError('peer-unsupported') : null);
    }
    watch(of);
    return null;
  }

  async function read(of: Line): Promise<void> {
    try {
      of.reader = createFrameReader(await of.stream, (type) => {
        const kind = pending[0]?.request.kind;
        if (kind === undefined) return null;
        return [...kind.answers, FRAME.unknown].find((answer) => answer.type === type)?.cap ?? null;
      });
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
    // A stream that could not be opened may be a local problem, unless the peer refused it.
    const isTheirs = of.reader !== null || (cause as Error | undefined)?.name === 'StreamResetError';
    const cut = first !== undefined && isTheirs;
    fail(of, gone, cut ? peerViolation('wire-cut', { type: first.request.kind.type }) : null);
  }

  function connect(): Line {
    if (line !== null) return line;
    const opened: Line = { stream: deps.open(), reader: null };
    line = opened;
    void read(opened);
    return opened;
  }

  return {
    async call(request) {
      if (closed) throw new KithError('peer-gone');
      const { kind, body, replies = 1 } = request;
      if (unsupported.has(kind.type)) throw new KithError('peer-unsupported');
      if (pending.length >= MAX_PENDING) throw new KithError('peer-busy');
      const of = connect();
      lastId = (lastId + 1) >>> 0;
      const id = lastId;
      const result = new Promise<PeerViolation | null | KithError>((settle) => {
        pending.push({ id, request, left: replies, settle });
      });
      if (pending.length === 1) watch(of);
      of.stream
        .then((it) => writeFrame(it, kind.type, id, [body]))
        .catch((error: unknown) => {
          if (codeOf(error) === 'stream-stalled') fail(of, peerViolation('wire-unread'));
          else lost(of, error);
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
      if (line !== null) fail(line, new KithError('peer-gone'));
    },
  };
}

function guard({ type }: RequestKind, take: () => PeerViolation | null): PeerViolation | null {
  try {
    return take();
  } catch (error) {
    return handlerFailure(`answer to 0x${type.toString(16)}`, error);
  }
}
