import { Worker } from 'node:worker_threads';
import { KithError, messageOf } from '../lib/errors.ts';
import type { FromSliceWorker } from './slice-worker.ts';
import { offer, retire, type SliceTask } from './slice-task.ts';

/** The part of the log that the pools use. */
export interface PoolLog {
  warn(message: string, data?: Readonly<Record<string, unknown>>): void;
}

export interface SlicePoolDeps {
  readonly name: string;
  /** The script of the threads: a module that calls `serveSlices`. */
  readonly script: URL;
  readonly threads: number;
  /**
   * Milliseconds without work after which the threads end, because an idle thread uses about 25 MB. They start again
   * with the next work. Without this option they start immediately and never end.
   */
  readonly idleMs?: number | undefined;
  readonly log?: PoolLog | undefined;
}

export interface SlicePool {
  /** The engine that the workers reported. If one reports a reason, that report counts for all. */
  readonly engine: string;
  readonly reason: string | undefined;
  /**
   * Processes the `count` jobs in the buffer on all threads. Returns the lowest reported index, or -1. Rejects with
   * `worker-failed` when a worker crashed or the pool was closed. The buffer can be used again after a result, but
   * never after a rejection.
   */
  run(buffer: SharedArrayBuffer, count: number, slice: number, parameter?: number): Promise<number>;
  close(): Promise<void>;
}

/** Starts the threads and waits until each is ready. Rejects with `worker-failed` if one cannot start. */
export async function createSlicePool({
  name,
  script,
  threads,
  idleMs,
  log,
}: SlicePoolDeps): Promise<SlicePool> {
  const workers = new Set<Worker>();
  const tasks = createTasks();
  let closed = false;
  let idle: NodeJS.Timeout | undefined;

  function spawn(): Promise<FromSliceWorker & { kind: 'ready' }> {
    const worker = new Worker(script, { name, resourceLimits: { maxYoungGenerationSizeMb: 1 } });
    workers.add(worker);
    return new Promise((resolve, reject) => {
      worker.on('message', (message: FromSliceWorker) => {
        if (message.kind === 'ready') {
          if (message.reason !== undefined) log?.warn(`a ${name} thread is slow`, { reason: message.reason });
          resolve(message);
        } else finish(message.id, message.first);
      });
      worker.on('error', (error: unknown) => bury(worker, error, reject));
      worker.on('exit', (code) => bury(worker, new Error(`exit code ${code}`), reject));
    });
  }

  function finish(id: number, first: number): void {
    if (!tasks.finish(id, first)) return;
    if (idleMs !== undefined && tasks.size === 0) idle = setTimeout(rest, idleMs).unref();
  }

  function rest(): void {
    const resting = [...workers];
    workers.clear();
    for (const worker of resting) void worker.terminate();
  }

  // The slices that a crashed worker had claimed are never finished. It is unknown which task they belonged to, so all
  // tasks fail.
  function bury(worker: Worker, cause: unknown, reject: (error: KithError) => void): void {
    if (!workers.delete(worker) || closed) return;
    const error = failed(`a ${name} worker crashed: ${messageOf(cause)}`, cause);
    log?.warn(error.message, { failedTasks: tasks.size });
    tasks.failAll(error);
    reject(error);
  }

  // A crashed worker is replaced when the next task comes, so that one that crashes at its start causes no busy loop.
  function replaceDead(): void {
    while (workers.size < threads) spawn().catch(() => undefined);
  }

  async function close(): Promise<void> {
    closed = true;
    clearTimeout(idle);
    tasks.failAll(failed(`the ${name} pool is closed`));
    await Promise.all([...workers].map((worker) => worker.terminate()));
    workers.clear();
  }

  async function run(
    buffer: SharedArrayBuffer,
    count: number,
    slice: number,
    parameter = 0,
  ): Promise<number> {
    if (closed) throw failed(`the ${name} pool is closed`);
    if (count === 0) return -1;
    clearTimeout(idle);
    replaceDead();
    const first = tasks.start(buffer, { count, slice, parameter });
    for (const worker of workers) worker.postMessage(buffer);
    return first;
  }

  if (idleMs !== undefined) return { engine: '', reason: undefined, run, close };
  try {
    const ready = await Promise.all(Array.from({ length: threads }, spawn));
    const { engine, reason } = ready.find((said) => said.reason !== undefined) ?? ready[0]!;
    return { engine, reason, run, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The tasks that the threads work on. */
interface Tasks {
  readonly size: number;
  /** Writes a task into the buffer; resolves to the lowest reported index, or -1. */
  start(buffer: SharedArrayBuffer, task: Omit<SliceTask, 'id'>): Promise<number>;
  /** False when there is no task with this id. */
  finish(id: number, first: number): boolean;
  failAll(error: KithError): void;
}

interface Pending {
  readonly buffer: SharedArrayBuffer;
  resolve(first: number): void;
  reject(error: KithError): void;
}

function createTasks(): Tasks {
  const pending = new Map<number, Pending>();
  let lastId = 0;
  return {
    get size() {
      return pending.size;
    },
    start(buffer, task) {
      const id = (lastId = (lastId + 1) & 0x3fffffff);
      return new Promise((resolve, reject) => {
        pending.set(id, { buffer, resolve, reject });
        offer(buffer, { id, ...task });
      });
    },
    finish(id, first) {
      const task = pending.get(id);
      if (task === undefined) return false;
      pending.delete(id);
      retire(task.buffer);
      task.resolve(first);
      return true;
    },
    failAll(error) {
      const tasks = [...pending.values()];
      pending.clear();
      for (const task of tasks) task.reject(error);
    },
  };
}

const failed = (message: string, cause?: unknown): KithError =>
  new KithError('worker-failed', message, { cause });
