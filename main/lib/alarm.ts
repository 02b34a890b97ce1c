import type { Clock, Timer } from './clock.ts';

/** One timer for the next moment at which something is due, instead of checking several times per second. */
export interface Alarm {
  /**
   * Calls `ring` at this moment of the monotonic clock, or earlier for an earlier request. `Infinity` requests nothing.
   */
  scheduleBy(at: number): void;
  /** Cancels every request. */
  stop(): void;
}

/** `ring` does what is due and requests the next moment. */
export function createAlarm(clock: Pick<Clock, 'monotonic' | 'after'>, ring: () => void): Alarm {
  let due = Infinity;
  let timer: Timer | undefined;
  const stop = () => {
    timer?.cancel();
    timer = undefined;
    due = Infinity;
  };
  return {
    scheduleBy(at) {
      if (at >= due) return;
      timer?.cancel();
      due = at;
      timer = clock.after(Math.max(0, at - clock.monotonic()), () => {
        stop();
        ring();
      });
    },
    stop,
  };
}
