import type { Clock, Timer } from '../../lib/clock.ts';

/** What a stream needs to see that its peer is too slow. */
export type StreamClock = Pick<Clock, 'monotonic' | 'after'>;

/** A timer that calls back once, unless it is cleared. */
export interface Deadline {
  clear(): void;
}

/** A timer that fires this late shows that the process did not run: a suspended computer or a blocked thread. */
const LATE_MS = 1000;
/** Bytes that arrived meanwhile are read within this time. */
const GRACE_MS = 5000;

/**
 * Calls back after `ms` milliseconds in which the process could have read its sockets. Node.js runs timers before it
 * reads sockets, so after a pause of this process every deadline would seem to be missed by the peer: it is then
 * extended by GRACE_MS.
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
