import type { Clock } from '../../lib/clock.ts';

/** Lets a loop sleep until what it depends on has changed, instead of checking several times per second. */
export interface Wake {
  /** Something has changed. */
  call(): void;
  /**
   * Resolves at the next `call`, at this time of the monotonic clock, or when the signal aborts. `Infinity`: at no
   * time.
   */
  by(at: number, signal: AbortSignal): Promise<void>;
}

/** For use by one loop, which checks everything again after each `by`. */
export function createWake(clock: Pick<Clock, 'monotonic' | 'sleep'>): Wake {
  let next = new AbortController();
  return {
    call: () => next.abort(),
    async by(at, signal) {
      const wait = Math.max(0, at - clock.monotonic());
      await clock.sleep(wait, AbortSignal.any([next.signal, signal]));
      next = new AbortController();
    },
  };
}
