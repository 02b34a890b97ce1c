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
