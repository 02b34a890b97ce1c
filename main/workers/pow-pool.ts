import { availableParallelism } from 'node:os';
import type { PowHashMany } from '../core/ports.ts';
import { HEADER_BYTES } from '../core/primitives/limits.ts';
import { DIGEST_BYTES } from './pow-slice.ts';
import { assertPowHash } from './pow.ts';
import { createSlicePool, type PoolLog } from './slice-pool.ts';
import { dataOf } from './slice-task.ts';
import { createTaskBuffers } from './task-buffers.ts';

export interface PowPoolOptions {
  /** Worker threads; as many as there are cores unless told. */
  readonly threads?: number;
  /** See SlicePoolDeps. */
  readonly idleMs?: number;
  readonly log?: PoolLog;
}

export interface PowPool {
  /** Core's port. Rejects with `worker-failed` if a worker died during the work. */
  readonly powHashMany: PowHashMany;
  readonly threads: number;
  close(): Promise<void>;
}

/**
 * Checks the proof of work of many headers on threads of its own, so that a flood of headers delays nothing else. The
 * known answers are checked here too, so that a node refuses to start: its threads may start much later.
 * @throws {KithError} `pow-hash-wrong`
 */
export async function createPowPool(options: PowPoolOptions = {}): Promise<PowPool> {
  assertPowHash();
  const threads = options.threads ?? availableParallelism();
  const script = new URL('./pow-worker.ts', import.meta.url);
  const { idleMs, log } = options;
  const pool = await createSlicePool({ name: 'pow', script, threads, idleMs, log });
  const buffers = createTaskBuffers(1 << 20);

  const powHashMany: PowHashMany = async (headers, memoryKiB) => {
    const count = headers.length;
    const buffer = buffers.take(count * (HEADER_BYTES + DIGEST_BYTES));
    const data = dataOf(buffer);
    headers.forEach((header, i) => {
      if (header.length !== HEADER_BYTES) throw new RangeError('a header has 88 bytes');
      data.set(header, i * HEADER_BYTES);
    });
    await pool.run(buffer, count, sliceFor(memoryKiB), memoryKiB);
    const digests = headers.map((_, i) => {
      const at = count * HEADER_BYTES + i * DIGEST_BYTES;
      return data.slice(at, at + DIGEST_BYTES);
    });
    buffers.give(buffer);
    return digests;
  };

  return { powHashMany, threads, close: pool.close };
}

// About half a millisecond a claim.
function sliceFor(memoryKiB: number): number {
  return Math.max(1, Math.min(64, Math.floor(1024 / memoryKiB)));
}
