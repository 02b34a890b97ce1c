import { KithError } from './errors.ts';

/** Runs asynchronous tasks one at a time, in order. */
export interface Queue {
  /** Resolves or rejects as the task does. Rejects at once with `queue-full` or `queue-closed`. */
  run<T>(task: () => Promise<T> | T): Promise<T>;
  /** Tasks waiting or running. */
  readonly size: number;
  /** Resolves when all tasks that are queued now have ended. */
  idle(): Promise<void>;
  /** Refuses new tasks; resolves when the queued ones have ended. */
  close(): Promise<void>;
}

/** `limit` bounds waiting and running tasks together, so that a flood can't grow memory. */
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
