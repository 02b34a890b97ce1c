import type { Clock, Timer } from './clock.ts';

/** One timer for the next moment at which something is due, instead of a look at the clock several times a second. */
export interface Alarm {
  /** `ring` is called at this monotonic moment or earlier; the earliest request counts. `Infinity` asks for nothing. */
  by(at: number): void;
  /** Forgets every request. */
  stop(): void;
}

/** `ring` looks at what is due and asks for the next moment. */
export function createAlarm(clock: Pick<Clock, 'monotonic' | 'after'>, ring: () => void): Alarm {
  let due = Infinity;
  let timer: Timer | undefined;
  const stop = () => {
    timer?.cancel();
    timer = undefined;
    due = Infinity;
  };
  return {
    by(at) {
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
