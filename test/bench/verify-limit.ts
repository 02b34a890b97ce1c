import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { fillJobs } from './signatures.ts';

/**
 * What the machine can do at most: bare libsodium checks a second, on that many threads at once (all cores unless
 * told). Other benches measure it in the same run and give their own rate as a part of it.
 */
export async function measureVerifyLimit(seconds: number, threads = availableParallelism()): Promise<number> {
  const data = new Uint8Array(64 * 128);
  fillJobs(data, 64);
  const signal = new Int32Array(new SharedArrayBuffer(4));
  const script = new URL('./verify-limit-worker.ts', import.meta.url);
  const workers = Array.from(
    { length: threads },
    () => new Worker(script, { workerData: { data, signal, seconds } }),
  );
  try {
    await Promise.all(workers.map((worker) => once(worker, 'message')));
    const rates = workers.map((worker) => once(worker, 'message') as Promise<[number]>);
    Atomics.store(signal, 0, 1);
    Atomics.notify(signal, 0);
    return (await Promise.all(rates)).reduce((sum, [rate]) => sum + rate, 0);
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}
