/** A timer that calls back once, unless it is cleared. */
export interface Deadline {
  clear(): void;
}

/** A timer that fires so much late shows that this process did not run: a suspended computer, a blocked thread. */
const LATE_MS = 1000;
/** What arrived meanwhile is read within this. */
const GRACE_MS = 5000;

/**
 * Calls back when `ms` milliseconds have passed in which something could have been read. Node.js runs timers before it
 * reads sockets, so after a pause of this process every deadline would seem to be missed by the peer: it gets a grace
 * period then.
 */
export function createDeadline(ms: number, onDue: () => void): Deadline {
  let timer: NodeJS.Timeout | undefined;
  const arm = (wait: number): void => {
    const due = performance.now() + wait;
    timer = setTimeout(() => {
      if (performance.now() - due > LATE_MS) arm(GRACE_MS);
      else onDue();
    }, wait);
  };
  arm(ms);
  return { clear: () => clearTimeout(timer) };
}
