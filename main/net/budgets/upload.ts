import { createLevel, type Level, type Ms } from './balance.ts';

/** Counts the bytes that this node sends, and applies the limit that the user set. */
export interface Upload {
  /** Bytes per second; null for no limit. */
  readonly limit: number | null;
  /** Replaces the limit. */
  limitTo(limit: number | null): void;
  /** Milliseconds until answers to peers may be sent; 0 for now. */
  wait(): number;
  /** Counts bytes of answers when they are granted, which is before they reach a socket. */
  granted(bytes: number): void;
  /** Counts bytes that were sent to a socket, including answers. */
  sent(bytes: number): void;
  /** Bytes sent since the start. */
  readonly total: number;
  /** Bytes per second over the last seconds. */
  rate(): number;
}

/** The burst, in seconds of the limit. */
const BURST_S = 1;
/** The rate is measured over the last two spans of this length. */
const SPAN_MS = 2000;

/**
 * The upload limit. All sent bytes are charged, but only answers to requests wait. New blocks, announcements and own
 * requests are never delayed; answers wait longer instead.
 */
export function createUpload(initial: number | null, ms: Ms): Upload {
  let limit = initial;
  let level = levelOf(initial, ms);
  // Bytes that were granted and have not reached a socket yet.
  let ahead = 0;
  let total = 0;
  let spans = { began: ms(), before: 0, now: 0 };

  function turn(): void {
    const passed = ms() - spans.began;
    if (passed < SPAN_MS) return;
    spans = { began: ms(), before: passed < 2 * SPAN_MS ? spans.now / (passed / SPAN_MS) : 0, now: 0 };
  }

  return {
    get limit() {
      return limit;
    },
    limitTo(next) {
      if (next === limit) return;
      limit = next;
      level = levelOf(next, ms);
      // What was granted under the old limit is not charged to the new one.
      ahead = 0;
    },
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

const levelOf = (limit: number | null, ms: Ms): Level | null =>
  limit === null ? null : createLevel({ burst: limit * BURST_S, perSecond: limit }, ms);
