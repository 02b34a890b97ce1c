import { availableParallelism } from 'node:os';
import { SIGNATURE_JOB_BYTES, type SignatureBatch, type VerifyBatch } from '../core/ports.ts';
import { createSignatureEngine } from './signature.ts';
import { createSlicePool, type PoolLog } from './slice-pool.ts';
import { createTaskBuffer, dataOf } from './slice-task.ts';
import { createTaskBuffers } from './task-buffers.ts';
import { createVerifySlice } from './verify-slice.ts';

export interface VerifyPoolOptions {
  /** Worker threads; as many as there are cores unless told. */
  readonly threads?: number;
  /** See SlicePoolDeps; the gate then runs here at once, and in each thread when it starts. */
  readonly idleMs?: number;
  readonly log?: PoolLog;
}

export interface VerifyPool {
  /** Core's port. Rejects with `worker-failed` when a worker died meanwhile; the verdict is then unknown. */
  readonly verifyBatch: VerifyBatch;
  /** Memory for up to `capacity` jobs that `verifyBatch` uses without a copy; other memory is copied, 128 bytes a job. */
  createBatch(capacity: number): Uint8Array;
  readonly threads: number;
  readonly engine: 'libsodium' | 'reference';
  /** Why the engine is not libsodium. */
  readonly reason: string | undefined;
  close(): Promise<void>;
}

/** Up to this many signatures (0.25 ms) are checked on this thread: waking a worker would take as long. */
const INLINE = 4;
/** Jobs per claim, about 0.5 ms: threads finish at nearly the same time and the cost of claims is negligible. */
const SLICE = 8;

/** Checks signatures on worker threads that share the memory of each batch. Takes about 150 ms to start. */
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
  // Batches that callers fill themselves, by their memory; one being checked is not offered a second time.
  const own = new WeakMap<SharedArrayBuffer, { busy: boolean }>();

  async function verifyBatch(batch: SignatureBatch): Promise<number> {
    checkBatch(batch);
    const { count, data } = batch;
    if (count <= INLINE) return verifyHere(data, 0, count);
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
    state.busy = false; // not after a rejection: workers may still be at it
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

// With a count beyond the memory, signatures would pass unchecked.
function checkBatch({ count, data }: SignatureBatch): void {
  if (!Number.isInteger(count) || count < 0 || count * SIGNATURE_JOB_BYTES > data.length) {
    throw new RangeError(`a batch of ${count} signatures in ${data.length} bytes`);
  }
}
