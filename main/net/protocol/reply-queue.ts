import { KithError } from '../../lib/errors.ts';
import { FRAME } from './frame-types.ts';
import type { Frame } from './frames.ts';
import { handlerFailure } from './handler-failure.ts';
import type { RequestKind } from './requests.ts';
import { isPeerViolation, type PeerViolation, peerViolation } from './wire-violation.ts';

export interface Request {
  readonly kind: RequestKind;
  readonly body: Uint8Array;
  /** Number of frames in the reply; default 1. */
  readonly replies?: number;
  /** Receives each frame of the reply. If it returns a violation, the call ends with it. */
  onReply?(frame: Frame): PeerViolation | null;
}

/** A request whose replies have not all arrived. */
export interface PendingRequest {
  readonly id: number;
  readonly request: Request;
  /** Number of frames that have not arrived yet. */
  readonly left: number;
}

/** Null when every reply was accepted, else the violation of the peer, or why there is no reply. */
type Outcome = PeerViolation | null | KithError;

interface Entry extends PendingRequest {
  left: number;
  settle(outcome: Outcome): void;
}

/** The requests of one caller in the order of their replies, and the kinds of requests that the peer does not know. */
export interface ReplyQueue {
  readonly first: PendingRequest | undefined;
  readonly size: number;
  isUnsupported(kind: RequestKind): boolean;
  /** Adds a request. Returns its id, and a promise that resolves with the last reply or by `end`. */
  add(request: Request): { readonly id: number; readonly outcome: Promise<Outcome> };
  /** Size of the largest body of a frame of this type that may be the next reply; null when none may. */
  capOf(type: number): number | null;
  /** Passes a frame to the first request. Returns the violation of the peer, if any. */
  accept(frame: Frame): PeerViolation | null;
  /** The peer knows none of the kinds of requests that are in the queue. */
  refuse(): void;
  /** Removes all requests. Only the first gets the violation; the later ones end as if the peer had disconnected. */
  end(outcome: PeerViolation | KithError): void;
}

export function createReplyQueue(): ReplyQueue {
  const unsupported = new Set<number>();
  let pending: Entry[] = [];
  let lastId = 0;

  function take(first: Entry, frame: Frame): PeerViolation | null {
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

  return {
    get first() {
      return pending[0];
    },
    get size() {
      return pending.length;
    },
    isUnsupported: ({ type }) => unsupported.has(type),
    add(request) {
      lastId = (lastId + 1) >>> 0;
      const { promise, resolve } = Promise.withResolvers<Outcome>();
      pending.push({ id: lastId, request, left: request.replies ?? 1, settle: resolve });
      return { id: lastId, outcome: promise };
    },
    capOf(type) {
      const kind = pending[0]?.request.kind;
      if (kind === undefined) return null;
      return [...kind.answers, FRAME.unknown].find((answer) => answer.type === type)?.cap ?? null;
    },
    accept(frame) {
      const first = pending[0];
      if (first === undefined || frame.id !== first.id)
        return peerViolation('wire-unexpected', { type: frame.type });
      const wrong = take(first, frame);
      if (wrong !== null || first.left > 0) return wrong;
      pending.shift();
      first.settle(unsupported.has(first.request.kind.type) ? new KithError('peer-unsupported') : null);
      return null;
    },
    refuse() {
      for (const { request } of pending) unsupported.add(request.kind.type);
    },
    end(outcome) {
      const waiting = pending;
      pending = [];
      for (const [i, { settle }] of waiting.entries())
        settle(i === 0 || !isPeerViolation(outcome) ? outcome : new KithError('peer-gone'));
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
