import type { UnixSeconds } from '../../shared/units.ts';

/** Time as a dependency, so that tests can control it. */
export interface Clock {
  /** Wall clock in whole seconds; the user or NTP may make it jump. */
  now(): UnixSeconds;
  /** Milliseconds since some start, which never jump back: for timeouts and rates. */
  ms(): number;
}

export const systemClock: Clock = {
  now: () => Math.floor(Date.now() / 1000),
  ms: () => performance.now(),
};

/** Waits; resolves at once when the signal aborts. The timer does not keep the process alive. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    timer.unref();
    signal?.addEventListener('abort', end, { once: true });
  });
}
