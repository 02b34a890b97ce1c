import type { Clock } from './clock.ts';

/** Asynchronous work at regular intervals. */
export interface Repeated {
  /** Starts no more runs. A run that has begun continues. */
  cancel(): void;
  /** Resolves when no run is on. */
  idle(): Promise<void>;
}

/**
 * Calls `run` every `ms`, the first time after `ms`, but never while the last run has not ended: on a disk that does not
 * answer, runs would pile up, and each blocks a thread of Node.js. `run` reports its own failures; a rejection is ignored.
 */
export function repeat(clock: Pick<Clock, 'every'>, ms: number, run: () => Promise<unknown>): Repeated {
  let running: Promise<void> | null = null;
  const timer = clock.every(ms, () => {
    running ??= run()
      .then(
        () => undefined,
        () => undefined,
      )
      .finally(() => (running = null));
  });
  return {
    cancel: () => timer.cancel(),
    async idle() {
      await running;
    },
  };
}
