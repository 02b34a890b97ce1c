import { createLevel, type Ms } from './balance.ts';

/** What this node sends, and how much of it the user allows. */
export interface Upload {
  /** Bytes a second; null = as much as there is. */
  readonly limit: number | null;
  /** Milliseconds until answers to peers may go on; 0 = now. */
  wait(): number;
  /** So many bytes of answers may go out: they are charged before they reach a socket. */
  granted(bytes: number): void;
  /** So many bytes went to a socket, answers among them. */
  sent(bytes: number): void;
  /** Bytes sent since the start. */
  readonly total: number;
  /** Bytes a second, over the last seconds. */
  rate(): number;
}

/** So many seconds of the limit may go out at once. */
const BURST_S = 1;
/** The rate is that of the last two of these. */
const SPAN_MS = 2000;

/**
 * The upload limit. Everything that this node sends is charged; only answers to requests wait. What a node tells others by
 * itself (new blocks, announcements, its own requests) is not held back, so that new blocks go first; the answers wait
 * longer for it.
 */
export function createUpload(limit: number | null, ms: Ms = () => performance.now()): Upload {
  const level = limit === null ? null : createLevel({ burst: limit * BURST_S, perSecond: limit }, ms);
  // Granted, and not yet seen on a socket.
  let ahead = 0;
  let total = 0;
  let spans = { began: ms(), before: 0, now: 0 };

  function turn(): void {
    const passed = ms() - spans.began;
    if (passed < SPAN_MS) return;
    spans = { began: ms(), before: passed < 2 * SPAN_MS ? spans.now / (passed / SPAN_MS) : 0, now: 0 };
  }

  return {
    limit,
    wait: () => level?.wait() ?? 0,
    granted(bytes) {
      level?.charge(bytes);
      if (level !== null) ahead += bytes;
    },
    sent(bytes) {
      total += bytes;
      turn();
      spans.now += bytes;
      const paid = Math.min(ahead, bytes);
      ahead -= paid;
      level?.charge(bytes - paid);
    },
    get total() {
      return total;
    },
    rate() {
      turn();
      const passed = ms() - spans.began;
      return Math.round(((spans.before + spans.now) / (SPAN_MS + passed)) * 1000);
    },
  };
}
