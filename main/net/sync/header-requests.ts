import { equalBytes } from '../../core/codec/bytes.ts';
import type { Hash } from '../../core/crypto/hash.ts';
import type { Header } from '../../core/primitives/header.ts';
import { isViolation } from '../../core/violation.ts';
import { createAlarm } from '../../lib/alarm.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { Peer } from '../peers/peer.ts';
import { REQUEST } from '../protocol/requests.ts';
import { decodeHeaders, encodeGetHeaders } from '../protocol/sync-messages.ts';
import { peerViolation } from '../protocol/wire-violation.ts';

export interface HeaderRequestsDeps {
  /** Peers with a better chain. */
  others(): readonly Peer[];
  /** This peer was too slow. */
  slower(peerId: string): void;
  readonly clock: Pick<Clock, 'monotonic' | 'after'>;
  readonly log: Log;
}

/** Requests headers from one source at a time. A source is given up when it is slow and another peer could be asked. */
export interface HeaderRequests {
  /** Call it before a source is asked for the first time. */
  begin(): void;
  /** The linked headers after the locator. Null when they break a rule, or when the source was given up. */
  send(peer: Peer, locator: readonly Hash[]): Promise<Header[] | null>;
  /** Whether the source was given up since `begin`. */
  gaveUp(): boolean;
  /** A source sent all its headers, so the timeout is reset to the shortest. */
  succeeded(): void;
  /** Checks whether to give up the source, because another peer claims a better chain. */
  check(): void;
}

/**
 * A source that takes longer than this for one message is replaced by another peer, if there is one. Doubled each time,
 * so that headers arrive even when every peer is slow.
 */
const SLOW_MS = 5000;

/** A request that has not been answered yet. */
interface Outstanding {
  readonly peer: Peer;
  readonly began: number;
  /** Stops waiting for the answer. */
  giveUp(): void;
}

export function createHeaderRequests(deps: HeaderRequestsDeps): HeaderRequests {
  const { clock, log } = deps;
  let timeoutMs = SLOW_MS;
  let leaving = false;
  let outstanding: Outstanding | null = null;
  const alarm = createAlarm(clock, check);

  /** Whether to replace the source by another peer. */
  function leave(peer: Peer, tookMs: number): boolean {
    if (tookMs < timeoutMs || !deps.others().some(({ id }) => id !== peer.id)) return false;
    timeoutMs = Math.min(REQUEST.getHeaders.deadlineMs, timeoutMs * 2);
    deps.slower(peer.id);
    leaving = true;
    log.debug('headers arrive slowly; another peer is asked', { peer: peer.id, tookMs: Math.round(tookMs) });
    return true;
  }

  async function send(peer: Peer, locator: readonly Hash[]): Promise<Header[] | null> {
    if (leaving) return null;
    const began = clock.monotonic();
    const { headers, answered } = requestHeaders(peer, locator);
    const wrong = await unlessLate(peer, began, answered);
    if (wrong === 'late') {
      // The caller no longer waits for this answer. A missing answer still counts against the peer (requester.ts).
      answered.catch(() => undefined);
      return null;
    }
    // Headers that have arrived are used, even if the source is replaced.
    if (wrong === null) leave(peer, clock.monotonic() - began);
    return wrong === null ? headers() : null;
  }

  /** Waits for the answer, or until the source was replaced because it is too slow. */
  async function unlessLate<T>(peer: Peer, began: number, answer: Promise<T>): Promise<T | 'late'> {
    const late = new Promise<'late'>((resolve) => {
      outstanding = { peer, began, giveUp: () => resolve('late') };
    });
    alarm.scheduleBy(began + timeoutMs);
    return Promise.race([answer, late]).finally(() => {
      outstanding = null;
      alarm.stop();
    });
  }

  /** Called when the request takes long, and when another peer claims a better chain meanwhile. */
  function check(): void {
    if (outstanding === null) return;
    const { peer, began, giveUp } = outstanding;
    if (clock.monotonic() < began + timeoutMs) alarm.scheduleBy(began + timeoutMs);
    else if (leave(peer, clock.monotonic() - began)) {
      outstanding = null;
      giveUp();
    }
  }

  return {
    begin: () => void (leaving = false),
    send,
    gaveUp: () => leaving,
    succeeded: () => void (timeoutMs = SLOW_MS),
    check,
  };
}

/** Sends one request. `headers` are the answer after `answered` resolved without a violation. */
function requestHeaders(peer: Peer, locator: readonly Hash[]) {
  let headers: Header[] = [];
  const answered = peer.sync.call({
    kind: REQUEST.getHeaders,
    body: encodeGetHeaders(locator),
    onReply(frame) {
      const decoded = decodeHeaders(frame.body);
      if (isViolation(decoded)) return decoded;
      if (!linked(decoded)) return peerViolation('headers-unlinked');
      headers = decoded;
      return null;
    },
  });
  return { headers: () => headers, answered };
}

function linked(headers: readonly Header[]): boolean {
  return headers.every((header, i) => i === 0 || equalBytes(header.prev, headers[i - 1]!.id));
}
