import { Worker } from 'node:worker_threads';
import { messageOf } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import { createJob, type MiningJob } from './grind.ts';
import type { Block } from '../core/primitives/block.ts';
import type { FromMiner, MinerData, ToMiner } from './miner-worker.ts';

/** Worker threads that look for a nonce. A thread that crashes is replaced. */
export interface MinerThreads {
  /** Starts work on this block; the nonces are divided among the threads. Null pauses the threads. */
  work(block: Block | null): void;
  /** Why threads keep crashing; null while they work. */
  readonly problem: string | null;
  close(): Promise<void>;
}

export interface MinerThreadsDeps {
  readonly threads: number;
  /** Share of the time spent hashing, above 0 up to 1. */
  readonly share: number;
  readonly memoryKiB: number;
  /** Whether the threads run at the lowest priority, because no user waits for the result. */
  readonly background: boolean;
  /** A thread found a nonce for the current block. The threads pause until the next call of `work`. */
  readonly found: (block: Block, nonce: number) => void;
  /** The threads have tried all nonces of this block. */
  readonly spent: (block: Block) => void;
  readonly hashed: (hashes: number) => void;
  readonly log: Log;
  /** Another script for the threads; for tests. */
  readonly script?: URL | undefined;
}

const SCRIPT = new URL('./miner-worker.ts', import.meta.url);
const RESTART_MS = 1_000;
const MAX_RESTART_MS = 60_000;

interface Thread {
  worker: Worker | null;
  timer: NodeJS.Timeout | null;
  failures: number;
}

export function createMinerThreads(deps: MinerThreadsDeps): MinerThreads {
  const { threads: count, share, memoryKiB, background, log, script = SCRIPT } = deps;
  const threads: Thread[] = Array.from({ length: count }, () => ({ worker: null, timer: null, failures: 0 }));
  let block: Block | null = null;
  let jobId = 0;
  let left = 0;
  let problem: string | null = null;
  let closed = false;

  const jobOf = (part: number): MiningJob | null => block && createJob(jobId, block, memoryKiB, part, count);
  const send = (part: number): void => {
    threads[part]!.worker?.postMessage({ job: jobOf(part), share } satisfies ToMiner);
  };

  const onMessage = (thread: Thread, { hashes, ended }: FromMiner): void => {
    deps.hashed(hashes);
    if (hashes > 0) {
      thread.failures = 0;
      problem = null;
    }
    // The message is about an earlier block.
    if (!ended || ended.job !== jobId || block === null) return;
    const worked = block;
    if (ended.nonce !== null) {
      work(null);
      deps.found(worked, ended.nonce);
    } else if (--left === 0) {
      work(null);
      deps.spent(worked);
    }
  };

  const onCrash = (part: number, worker: Worker, error: unknown): void => {
    const thread = threads[part]!;
    if (thread.worker !== worker || closed) return;
    thread.worker = null;
    problem = `a mining thread crashed: ${messageOf(error)}`;
    const wait = Math.min(MAX_RESTART_MS, RESTART_MS * 2 ** thread.failures++);
    log.warn('a mining thread crashed and is started again', { reason: messageOf(error), waitMs: wait });
    thread.timer = setTimeout(() => spawn(part), wait);
    thread.timer.unref();
  };

  const spawn = (part: number): void => {
    const thread = threads[part]!;
    thread.timer = null;
    const worker = new Worker(script, { name: 'miner', workerData: { background } satisfies MinerData });
    thread.worker = worker;
    worker.on('message', (message: FromMiner) => onMessage(thread, message));
    worker.on('error', (error) => onCrash(part, worker, error));
    worker.on('exit', (code) => onCrash(part, worker, new Error(`exit code ${code}`)));
    // Mining alone must not keep the process alive.
    worker.unref();
    send(part);
  };

  const work = (next: Block | null): void => {
    block = next;
    jobId++;
    left = count;
    threads.forEach((_, part) => send(part));
  };

  threads.forEach((_, part) => spawn(part));

  return {
    work,
    get problem() {
      return problem;
    },
    async close() {
      closed = true;
      block = null;
      for (const { timer } of threads) if (timer) clearTimeout(timer);
      await Promise.all(threads.flatMap(({ worker }) => worker?.terminate() ?? []));
    },
  };
}
