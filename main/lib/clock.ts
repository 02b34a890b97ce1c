import type { UnixSeconds } from '../../shared/units.ts';

/** The current time. */
export interface Time {
  /** The wall clock in whole seconds. It jumps when the user or NTP sets it. */
  now(): UnixSeconds;
  /** Milliseconds since an arbitrary start. Never goes back. For timeouts and rates. */
  monotonic(): number;
}

/** A scheduled call. `cancel` has no effect after the call. */
export interface Timer {
  cancel(): void;
}

/**
 * Time and timers as a dependency, so that tests and the simulator can control both. No timer of a clock keeps the process
 * alive; a call of `soon` does.
 */
export interface Clock extends Time {
  /** Calls `run` once, after `ms`. */
  after(ms: number, run: () => void): Timer;
  /** Calls `run` every `ms`, the first time after `ms`. */
  every(ms: number, run: () => void): Timer;
  /** Waits; resolves immediately when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Resolves in the next turn of the event loop, after the I/O that is waiting. */
  soon(): Promise<void>;
}

/** Node.js runs a timer with a longer delay immediately. */
const LONGEST_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Math.floor(Date.now() / 1000),
  monotonic: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, Math.min(ms, LONGEST_MS)).unref();
    return { cancel: () => clearTimeout(timer) };
  },
  every(ms, run) {
    const timer = setInterval(run, ms).unref();
    return { cancel: () => clearInterval(timer) };
  },
  sleep,
  soon: () => new Promise(setImmediate),
};

/** {@link Clock.sleep} of the system clock, for code that has no clock. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return sleepWith(systemClock, ms, signal);
}

/** Implements `sleep` with `after`. */
export function sleepWith(clock: Pick<Clock, 'after'>, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const end = () => {
      timer.cancel();
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = clock.after(ms, end);
    signal?.addEventListener('abort', end, { once: true });
  });
}

/**
 * Waits until `work` has settled, `ms` have passed or the signal aborts; rejects as `work` does. Unlike a race with `sleep` it
 * leaves no timer and no listener behind.
 */
export async function waitAtMost(
  clock: Pick<Clock, 'sleep'>,
  ms: number,
  work: Promise<unknown> | undefined,
  signal?: AbortSignal,
): Promise<void> {
  const over = new AbortController();
  const end = () => over.abort();
  signal?.addEventListener('abort', end, { once: true });
  if (signal?.aborted) end();
  try {
    await Promise.race([work, clock.sleep(ms, over.signal)]);
  } finally {
    signal?.removeEventListener('abort', end);
    end();
  }
}

/** A signal that aborts after `ms`, with the reason that `AbortSignal.timeout` gives. */
export function abortAfter(clock: Pick<Clock, 'after'>, ms: number): AbortSignal {
  const controller = new AbortController();
  clock.after(ms, () => controller.abort(new DOMException('The operation timed out', 'TimeoutError')));
  return controller.signal;
}
