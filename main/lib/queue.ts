import { KithError } from './errors.ts';

/** Runs asynchronous tasks one at a time, in order. */
export interface Queue {
  /** Resolves or rejects as the task does. Rejects immediately with `queue-full` or `queue-closed`. */
  run<T>(task: () => Promise<T> | T): Promise<T>;
  /** Number of tasks that wait or run. */
  readonly size: number;
  /** Resolves when all tasks that are in the queue now have ended. */
  idle(): Promise<void>;
  /** Refuses new tasks. Resolves when the tasks in the queue have ended. */
  close(): Promise<void>;
}

/** `limit` is the maximum number of tasks that wait or run, so that a flood cannot fill the memory. */
export function createQueue(limit: number): Queue {
  let tail: Promise<unknown> = Promise.resolve();
  let size = 0;
  let closed = false;
  return {
    run<T>(task: () => Promise<T> | T): Promise<T> {
      if (closed) return Promise.reject(new KithError('queue-closed', 'the queue takes no more tasks'));
      if (size >= limit)
        return Promise.reject(new KithError('queue-full', `the queue has ${limit} tasks already`));
      size++;
      const result = tail.then(task).finally(() => {
        size--;
      });
      tail = result.catch(() => undefined);
      return result;
    },
    get size() {
      return size;
    },
    async idle() {
      await tail;
    },
    async close() {
      closed = true;
      await tail;
    },
  };
}
