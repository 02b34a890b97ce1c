import { type Clock, sleepWith } from '../../main/lib/clock.ts';

/** A clock that only the test turns. */
export interface TurnedClock extends Clock {
  /** Time passes: the wall clock and the monotonic one together. Timers that become due run, in the order of their times. */
  pass(ms: number): void;
  /** The same, and what waits for a timer goes on before the next one runs. */
  passing(ms: number): Promise<void>;
  /** Sets the wall clock forward by so many seconds; no time passes. */
  shift(seconds: number): void;
}

interface Due {
  at: number;
  run(): void;
}

export function turnedClock(unixSeconds = 1_800_000_000): TurnedClock {
  let ms = 0;
  let shifted = 0;
  const timers = new Set<Due>();

  function add(wait: number, again: boolean, run: () => void) {
    const due: Due = {
      at: ms + wait,
      run() {
        if (again) due.at += Math.max(1, wait);
        else timers.delete(due);
        run();
      },
    };
    timers.add(due);
    return { cancel: () => void timers.delete(due) };
  }

  const nextDue = (until: number): Due | undefined =>
    [...timers].filter((due) => due.at <= until).sort((a, b) => a.at - b.at)[0];

  const after: Clock['after'] = (wait, run) => add(wait, false, run);
  return {
    now: () => unixSeconds + shifted + Math.floor(ms / 1000),
    monotonic: () => ms,
    after,
    every: (wait, run) => add(wait, true, run),
    sleep: (wait, signal) => sleepWith({ after }, wait, signal),
    soon: () => new Promise(setImmediate),
    pass(more) {
      const until = ms + more;
      for (let due = nextDue(until); due !== undefined; due = nextDue(until)) {
        ms = Math.max(ms, due.at);
        due.run();
      }
      ms = until;
    },
    async passing(more) {
      const until = ms + more;
      await new Promise(setImmediate);
      for (let due = nextDue(until); due !== undefined; due = nextDue(until)) {
        ms = Math.max(ms, due.at);
        due.run();
        await new Promise(setImmediate);
      }
      ms = until;
    },
    shift(seconds) {
      shifted += seconds;
    },
  };
}
