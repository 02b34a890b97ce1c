import type { Clock, Timer } from '../../lib/clock.ts';

/** The parts of the clock that a stream needs to detect a slow peer. */
export type StreamClock = Pick<Clock, 'monotonic' | 'after'>;

/** A timer that calls back once, unless it is cleared. */
export interface Deadline {
  clear(): void;
}

/**
 * A timer that is this late shows that the process did not run: the computer was suspended, or the thread was blocked.
 */
const LATE_MS = 1000;
/** Time to read the bytes that arrived meanwhile. */
const GRACE_MS = 5000;

/**
 * Calls back after `ms` milliseconds in which the process could have read its sockets. Node.js runs timers before it
 * reads sockets. So after a pause of this process every peer would seem to have missed its deadline. The deadline is
 * then extended by GRACE_MS.
 */
export function createDeadline(clock: StreamClock, ms: number, onDue: () => void): Deadline {
  let timer: Timer | undefined;
  const arm = (wait: number): void => {
    const due = clock.monotonic() + wait;
    timer = clock.after(wait, () => {
      if (clock.monotonic() - due > LATE_MS) arm(GRACE_MS);
      else onDue();
    });
  };
  arm(ms);
  return { clear: () => timer?.cancel() };
}
