import { availableParallelism } from 'node:os';
import type { PowHashMany } from '../core/ports.ts';
import { HEADER_BYTES } from '../core/primitives/limits.ts';
import { DIGEST_BYTES } from './pow-slice.ts';
import { assertPowHash } from './pow.ts';
import { createSlicePool, type PoolLog } from './slice-pool.ts';
import { dataOf } from './slice-task.ts';
import { createTaskBuffers } from './task-buffers.ts';

export interface PowPoolOptions {
  /** Number of worker threads; the number of cores by default. */
  readonly threads?: number;
  /** See SlicePoolDeps. */
  readonly idleMs?: number;
  readonly log?: PoolLog;
}

export interface PowPool {
  /**
   * The implementation of PowHashMany of the core. Rejects with `worker-failed` if a worker crashed during the work.
   */
  readonly powHashMany: PowHashMany;
  readonly threads: number;
  close(): Promise<void>;
}

/**
 * Checks the proof of work of many headers on separate threads, so that a flood of headers delays nothing else. The
 * known answers are also checked here immediately, because the threads may start much later: a node whose Argon2id is
 * wrong
 * must not start.
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

// Headers per claim, which take about half a millisecond.
function sliceFor(memoryKiB: number): number {
  return Math.max(1, Math.min(64, Math.floor(1024 / memoryKiB)));
}
