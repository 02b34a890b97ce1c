import { availableParallelism } from 'node:os';
import { verifyReference } from '../../main/core/crypto/ed25519.ts';
import { createVerifyPool, type VerifyPool } from '../../main/workers/verify-pool.ts';
import type { Bench, Figures } from './bench.ts';
import { fillJobs } from './signatures.ts';
import { measureVerifyLimit } from './verify-limit.ts';

const BATCH = 1000;

/** Signatures a second through the pool, with two batches always under way, as while blocks are connected. */
async function poolRate(pool: VerifyPool, seconds: number): Promise<number> {
  const data = new Uint8Array(BATCH * 128);
  fillJobs(data, BATCH);
  const until = performance.now() + seconds * 1000;
  let checked = 0;
  const start = performance.now();
  const feed = async (): Promise<void> => {
    while (performance.now() < until) {
      if ((await pool.verifyBatch({ count: BATCH, data })) !== -1)
        throw new Error('a valid batch was refused');
      checked += BATCH;
    }
  };
  await Promise.all([feed(), feed()]);
  return (checked * 1000) / (performance.now() - start);
}

/** Median milliseconds that a batch takes on an idle pool. */
async function batchLatency(pool: VerifyPool, count: number): Promise<number> {
  const data = new Uint8Array(count * 128);
  fillJobs(data, count);
  const times: number[] = [];
  for (let i = 0; i < 101; i++) {
    const start = performance.now();
    await pool.verifyBatch({ count, data });
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[50]!;
}

function referenceRate(seconds: number): number {
  const data = new Uint8Array(128);
  fillJobs(data, 1);
  const start = performance.now();
  let checked = 0;
  for (; performance.now() - start < seconds * 1000; checked++) {
    if (!verifyReference(data.subarray(0, 32), data.subarray(32, 96), data.subarray(96)))
      throw new Error('refused');
  }
  return (checked * 1000) / (performance.now() - start);
}

async function run({ seconds, say }: { seconds: number; say(line: string): void }): Promise<Figures> {
  say(
    `${availableParallelism()} cores, ${seconds} s each: libsodium alone, then the pool, then the reference`,
  );
  const oneThread = await measureVerifyLimit(seconds, 1);
  const before = await measureVerifyLimit(seconds / 2);
  const started = performance.now();
  const pool = await createVerifyPool();
  const start = performance.now() - started;
  try {
    const rate = await poolRate(pool, seconds);
    // Machines speed up and slow down: the limit is measured on both sides of what is held against it.
    const allCores = (before + (await measureVerifyLimit(seconds / 2))) / 2;
    return {
      libsodium_per_s_1_thread: Math.round(oneThread),
      libsodium_per_s_all_cores: Math.round(allCores),
      verify_limit_per_s: Math.round(allCores),
      pool_per_s: Math.round(rate),
      pool_ratio_to_limit: rate / allCores,
      pool_threads: pool.threads,
      pool_start_ms: start,
      batch_of_1_ms: await batchLatency(pool, 1),
      batch_of_20_ms: await batchLatency(pool, 20),
      batch_of_1000_ms: await batchLatency(pool, 1000),
      reference_per_s: Math.round(referenceRate(seconds / 3)),
    };
  } finally {
    await pool.close();
  }
}

export const bench: Bench = {
  name: 'verify',
  description: 'Ed25519 checks a second: libsodium alone, through the pool, and by the reference',
  run,
};
