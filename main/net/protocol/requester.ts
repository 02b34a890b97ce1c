import type { Stream } from '@libp2p/interface';
import { codeOf, KithError } from '../../lib/errors.ts';
import type { StreamClock } from './deadline.ts';
import { type CapOf, createFrameReader, createFrameWriter, type Frame, type FrameReader } from './frames.ts';
import { createReplyDeadline } from './reply-deadline.ts';
import { createReplyQueue, type Request } from './reply-queue.ts';
import { isPeerViolation, type PeerViolation, peerViolation } from './wire-violation.ts';

/** The requesting side of one long-lived stream. Requests are sent immediately; replies arrive in the same order. */
export interface Caller {
  /**
   * Sends a request. Null when every reply arrived and was accepted, otherwise the violation of the peer (already
   * reported).
   * @throws {KithError} `peer-gone`, `peer-timeout` (both reported if the peer is still connected), `peer-busy`;
   * `peer-unsupported`: the peer does not know this kind of request and is not asked again on this connection
   */
  call(request: Request): Promise<PeerViolation | null>;
  /** Number of requests that have not got all their replies. */
  readonly pending: number;
  close(): void;
}

export interface CallerDeps {
  open(): Promise<Stream>;
  readonly clock: StreamClock;
  onViolation(peerViolation: PeerViolation): void;
  /** Bytes that the peer has sent so far, on all streams. Ignored if absent. */
  readonly received?: () => number;
  /** Whether the peer answers a ping. True if absent. */
  readonly isAlive?: () => Promise<boolean>;
  /** Whether the peer answers another, small request. True if absent. */
  readonly answersOthers?: () => Promise<boolean>;
}

// Maximum length of the queue. The peer answers one request at a time, so a longer queue means that a caller does not
// wait for its answers.
const MAX_PENDING = 64;

const yes = (): Promise<boolean> => Promise.resolve(true);

/**
 * Errors for which the peer is not to blame, or that were reported already. The caller continues without the answer.
 */
const UNANSWERED = new Set(['peer-gone', 'peer-timeout', 'peer-busy', 'peer-unsupported']);
export const isUnanswered = (error: unknown): boolean => UNANSWERED.has(codeOf(error) ?? '');

/** One stream with a peer. Requests are sent and frames received until it ends. */
interface Line {
  readonly isOpen: boolean;
  /** Whether part of the next frame has arrived. */
  readonly isInFrame: boolean;
  send(request: Request, id: number): void;
  abort(code: string): void;
}

interface LineEvents {
  readonly capOf: CapOf;
  /** A frame arrived. A violation ends the line. */
  onFrame(frame: Frame): PeerViolation | null;
  onViolation(wrong: PeerViolation): void;
  onLost(cause?: unknown): void;
}

function openLine({ open, clock }: Pick<CallerDeps, 'open' | 'clock'>, events: LineEvents): Line {
  const stream = open();
  let reader: FrameReader | null = null;

  async function read(): Promise<void> {
    try {
      reader = createFrameReader(await stream, clock, events.capOf);
      for (;;) {
        const frame = await reader.next();
        if (frame === null) return events.onLost();
        const wrong = isPeerViolation(frame) ? frame : events.onFrame(frame);
        if (wrong !== null) return events.onViolation(wrong);
      }
    } catch (error) {
      events.onLost(error);
    }
  }

  void read();
  return {
    get isOpen() {
      return reader !== null;
    },
    get isInFrame() {
      return reader?.isInFrame === true;
    },
    send({ kind, body }, id) {
      stream
        .then((it) => createFrameWriter(it, clock)(kind.type, id, [body]))
        .catch((error: unknown) => {
          if (codeOf(error) === 'stream-stalled') events.onViolation(peerViolation('wire-unread'));
          else events.onLost(error);
        });
    },
    abort: (code) => void stream.then((it) => it.abort(new Error(code))).catch(() => undefined),
  };
}

export function createCaller(deps: CallerDeps): Caller {
  const { clock, received = () => 0, isAlive = yes, answersOthers = yes } = deps;
  const queue = createReplyQueue();
  const deadline = createReplyDeadline({ clock, received, isAlive, answersOthers });
  let line: Line | null = null;
  let closed = false;

  /** Ends the stream. `wrong` counts against the peer. */
  function fail(of: Line, result: PeerViolation | KithError, wrong: PeerViolation | null = null): void {
    if (line !== of) return;
    line = null;
    deadline.clear();
    queue.end(result);
    const blamed = isPeerViolation(result) ? result : wrong;
    if (blamed !== null) deps.onViolation(blamed);
    of.abort(result.code);
  }

  // Only the first request in the queue has a deadline, because the peer works on no other.
  function watch(of: Line): void {
    deadline.clear();
    const { first } = queue;
    if (first === undefined) return;
    const { type, deadlineMs } = first.request.kind;
    const { left } = first;
    deadline.watch({
      deadlineMs,
      isArriving: () => of.isInFrame,
      isNext: () => line === of && queue.first === first && first.left === left,
      overdue: (code) => fail(of, new KithError('peer-timeout'), peerViolation(code, { type })),
    });
  }

  /** The stream ended. If replies are owed, that counts as no answer, unless the connection ends too. */
  function lost(of: Line, cause?: unknown): void {
    const kind = queue.first?.request.kind;
    if (isNamed(cause, 'UnsupportedProtocolError')) {
      if (kind?.mandatory) return fail(of, peerViolation('request-unsupported', { type: kind.type }));
      queue.refuse();
      return fail(of, new KithError('peer-unsupported'));
    }
    const gone = new KithError('peer-gone', 'the stream was lost', { cause });
    // A stream that could not be opened may be a local problem, unless the peer reset it.
    const isTheirs = of.isOpen || isNamed(cause, 'StreamResetError');
    const isCut = kind !== undefined && isTheirs;
    fail(of, gone, isCut ? peerViolation('wire-cut', { type: kind.type }) : null);
  }

  function connect(): Line {
    if (line !== null) return line;
    const opened = openLine(deps, {
      capOf: queue.capOf,
      onFrame(frame) {
        const wrong = queue.accept(frame);
        if (wrong === null) watch(opened);
        return wrong;
      },
      onViolation: (wrong) => fail(opened, wrong),
      onLost: (cause) => lost(opened, cause),
    });
    line = opened;
    return opened;
  }

  return {
    async call(request) {
      if (closed) throw new KithError('peer-gone');
      if (queue.isUnsupported(request.kind)) throw new KithError('peer-unsupported');
      if (queue.size >= MAX_PENDING) throw new KithError('peer-busy');
      const of = connect();
      const { id, outcome } = queue.add(request);
      if (queue.size === 1) watch(of);
      of.send(request, id);
      const result = await outcome;
      if (result instanceof KithError) throw result;
      return result;
    },
    get pending() {
      return queue.size;
    },
    close() {
      closed = true;
      if (line !== null) fail(line, new KithError('peer-gone'));
    },
  };
}

const isNamed = (error: unknown, name: string): boolean => (error as Error | undefined)?.name === name;
