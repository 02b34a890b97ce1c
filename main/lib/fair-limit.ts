import { KithError } from './errors.ts';

export interface FairLimits {
  /** Maximum number of tasks that run at the same time. */
  readonly maxRunning: number;
  /** Maximum number of waiting tasks per owner; at least 1. */
  readonly waitingOfOwner: number;
  /** Maximum number of waiting tasks of all owners. */
  readonly waiting: number;
}

/**
 * Runs a few tasks at a time, in turn for each owner, so that a flood of one owner delays another owner by at most one
 * task.
 */
export interface FairLimit {
  /**
   * Runs a task, and resolves or rejects as it does. A task whose signal aborts while it waits is not run.
   * @throws {KithError} `code` when the owner has too many waiting tasks, or when too many wait and this owner has the
   * most
   */
  run<T>(owner: object, task: () => Promise<T>, signal?: AbortSignal): Promise<T>;
}

interface Task {
  readonly begin: () => Promise<unknown>;
  readonly refuse: (error: unknown) => void;
}

/** @param code the code of the error for refused tasks */
export function createFairLimit(limits: FairLimits, code: string): FairLimit {
  const { maxRunning, waitingOfOwner, waiting: most } = limits;
  // The owners with waiting tasks, in the order of their turns.
  const waiting = new Map<object, Task[]>();
  let count = 0;
  let running = 0;

  const full = () => new KithError(code, 'too many tasks wait');

  function next(): Task | undefined {
    for (const [owner, tasks] of waiting) {
      const task = tasks.shift();
      waiting.delete(owner);
      if (tasks.length > 0) waiting.set(owner, tasks);
      count--;
      return task;
    }
    return undefined;
  }

  function evict(): void {
    let largest: Task[] = [];
    for (const tasks of waiting.values()) if (tasks.length > largest.length) largest = tasks;
    largest.shift()?.refuse(full());
    count--;
  }

  function pump(): void {
    if (running >= maxRunning || count === 0) return;
    running++;
    // Lets the event loop run between two tasks, because both may be long.
    setImmediate(() => {
      const begun = next()?.begin() ?? Promise.resolve();
      void begun.finally(() => {
        running--;
        pump();
      });
    });
  }

  return {
    run<T>(owner: object, task: () => Promise<T>, signal?: AbortSignal): Promise<T> {
      const own = waiting.get(owner) ?? [];
      if (own.length >= waitingOfOwner) return Promise.reject(full());
      return new Promise<T>((resolve, reject) => {
        const begin = async () => {
          if (signal?.aborted === true) return reject(signal.reason as Error);
          try {
            resolve(await task());
          } catch (error) {
            reject(error);
          }
        };
        own.push({ begin, refuse: reject });
        waiting.set(owner, own);
        if (++count > most) evict();
        pump();
      });
    },
  };
}
