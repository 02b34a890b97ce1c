import { availableParallelism } from 'node:os';
import { SIGNATURE_JOB_BYTES, type SignatureBatch, type VerifyBatch } from '../core/ports.ts';
import { createSignatureEngine } from './signature.ts';
import { createSlicePool, type PoolLog } from './slice-pool.ts';
import { createTaskBuffer, dataOf } from './slice-task.ts';
import { createTaskBuffers } from './task-buffers.ts';
import { createVerifySlice } from './verify-slice.ts';

export interface VerifyPoolOptions {
  /** Number of worker threads; the number of cores by default. */
  readonly threads?: number;
  /** See SlicePoolDeps. The signature gate then also runs here immediately, besides in each thread when it starts. */
  readonly idleMs?: number;
  readonly log?: PoolLog;
}

export interface VerifyPool {
  /**
   * The implementation of VerifyBatch of the core. Rejects with `worker-failed` when a worker crashed: then the result
   * is unknown.
   */
  readonly verifyBatch: VerifyBatch;
  /**
   * Memory for up to `capacity` jobs that `verifyBatch` uses without copying. From other memory it copies 128 bytes per
   * job.
   */
  createBatch(capacity: number): Uint8Array;
  readonly threads: number;
  readonly engine: 'libsodium' | 'reference';
  /** Why the engine is not libsodium. */
  readonly reason: string | undefined;
  close(): Promise<void>;
}

/** Up to this many signatures are checked on this thread (0.25 ms), because waking a worker would take as long. */
const MAX_INLINE_JOBS = 4;
/** Jobs per claim, about 0.5 ms: all threads finish at nearly the same time, and the cost of claims is negligible. */
const SLICE = 8;

/**
 * Checks signatures on worker threads, which share the memory of each batch. Starting the threads takes about 150 ms.
 */
export async function createVerifyPool(options: VerifyPoolOptions = {}): Promise<VerifyPool> {
  const threads = options.threads ?? availableParallelism();
  const here = await createSignatureEngine();
  const verifyHere = createVerifySlice(here.verify);
  const script = new URL('./verify-worker.ts', import.meta.url);
  const { idleMs, log } = options;
  const pool = await createSlicePool({ name: 'verify', script, threads, idleMs, log });
  const reason = here.reason ?? pool.reason;
  if (reason !== undefined) options.log?.warn('signatures are checked by the slow reference', { reason });
  const buffers = createTaskBuffers();
  // The batches of `createBatch` by their memory. While a batch is being checked, a second check of the same batch uses
  // a copy.
  const own = new WeakMap<SharedArrayBuffer, { busy: boolean }>();

  async function verifyBatch(batch: SignatureBatch): Promise<number> {
    checkBatch(batch);
    const { count, data } = batch;
    if (count <= MAX_INLINE_JOBS) return verifyHere(data, 0, count);
    const state = data.buffer instanceof SharedArrayBuffer ? own.get(data.buffer) : undefined;
    const inPlace =
      state !== undefined && !state.busy && data.byteOffset === dataOf(data.buffer as never).byteOffset;
    return inPlace ? verifyInPlace(data.buffer as SharedArrayBuffer, count, state) : verifyCopy(data, count);
  }

  async function verifyInPlace(
    buffer: SharedArrayBuffer,
    count: number,
    state: { busy: boolean },
  ): Promise<number> {
    state.busy = true;
    const first = await pool.run(buffer, count, SLICE);
    state.busy = false; // not after a rejection: workers may still be reading it
    return first;
  }

  async function verifyCopy(data: Uint8Array, count: number): Promise<number> {
    const bytes = count * SIGNATURE_JOB_BYTES;
    const buffer = buffers.take(bytes);
    dataOf(buffer).set(data.length === bytes ? data : data.subarray(0, bytes));
    const first = await pool.run(buffer, count, SLICE);
    buffers.give(buffer);
    return first;
  }

  function createBatch(capacity: number): Uint8Array {
    const buffer = createTaskBuffer(capacity * SIGNATURE_JOB_BYTES);
    own.set(buffer, { busy: false });
    return dataOf(buffer);
  }

  const engine = reason === undefined ? 'libsodium' : 'reference';
  return { verifyBatch, createBatch, threads, engine, reason, close: pool.close };
}

// If the count exceeded the memory, signatures would pass unchecked.
function checkBatch({ count, data }: SignatureBatch): void {
  if (!Number.isInteger(count) || count < 0 || count * SIGNATURE_JOB_BYTES > data.length) {
    throw new RangeError(`a batch of ${count} signatures in ${data.length} bytes`);
  }
}
