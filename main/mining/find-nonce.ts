import type { PowHash } from '../core/ports.ts';
import type { Block } from '../core/primitives/block.ts';
import type { Log } from '../lib/log.ts';
import { createGrinder, createJob, type Grinder } from './grind.ts';
import { createMinerThreads } from './miner-threads.ts';

/** A search for the nonce of one block. */
export interface NonceSearch {
  readonly block: Block;
  readonly memoryKiB: number;
  readonly signal: AbortSignal | undefined;
  /** Called now and then with the number of hashes since the last call. */
  readonly hashed: (hashes: number) => void;
}

/** Resolves with null when no nonce is left. Rejects when the signal aborts. */
export type FindNonce = (search: NonceSearch) => Promise<number | null>;

const SLICE_MS = 20;

/** Searches on this thread, and yields to the event loop every 20 ms. */
export const findNonceHere =
  (powHash: PowHash): FindNonce =>
  async ({ block, memoryKiB, signal, hashed }) => {
    const grinder = createGrinder(createJob(0, block, memoryKiB), powHash);
    let reported = 0;
    while (!grinder.spent) {
      signal?.throwIfAborted();
      const nonce = await runSlice(grinder);
      hashed(grinder.tried - reported);
      reported = grinder.tried;
      if (nonce !== null) return nonce;
    }
    return null;
  };

/** Searches on worker threads, at low priority. */
export const findNonceWithThreads =
  (threads: number, log: Log): FindNonce =>
  async ({ block, memoryKiB, signal, hashed }) => {
    signal?.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<number | null>();
    const onAbort = () => reject(signal?.reason as Error);
    signal?.addEventListener('abort', onAbort, { once: true });
    const workers = createMinerThreads({
      threads,
      share: 1,
      memoryKiB,
      background: true,
      found: (_block, nonce) => resolve(nonce),
      spent: () => resolve(null),
      hashed,
      log,
    });
    // The threads themselves do not keep the process alive.
    const alive = setInterval(() => undefined, 1000);
    try {
      workers.work(block);
      return await promise;
    } finally {
      clearInterval(alive);
      signal?.removeEventListener('abort', onAbort);
      await workers.close();
    }
  };

/** Hashes for {@link SLICE_MS}, then yields to the event loop. */
export async function runSlice(grinder: Grinder): Promise<number | null> {
  const end = performance.now() + SLICE_MS;
  const nonce = grinder.run(() => performance.now() >= end);
  await new Promise(setImmediate);
  return nonce;
}
