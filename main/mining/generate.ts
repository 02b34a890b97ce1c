import { setImmediate as nextTurn } from 'node:timers/promises';
import type { PowHash } from '../core/ports.ts';
import type { Block } from '../core/primitives/block.ts';
import type { Lock } from '../core/primitives/coin.ts';
import { isViolation, type Violation } from '../core/violation.ts';
import { sleep } from '../lib/clock.ts';
import { KithError } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import { createGrinder, createJob, withNonce } from './grind.ts';
import { createMinerThreads } from './miner-threads.ts';

export interface GenerateDeps {
  readonly memoryKiB: number;
  /** Seconds until this node would accept the time of this header; 0 when it is acceptable now. */
  readonly untilAllowed: (block: Block) => number;
  /** Throws when the local clock is so wrong that this block could not become part of the best chain. */
  readonly refuse: (block: Block) => void;
  readonly template: (payout: Lock) => Promise<Block>;
  readonly submit: (
    bytes: Uint8Array,
  ) => Promise<{ readonly id: string; readonly status: string } | Violation>;
  /** Called when a mined block became the tip. */
  readonly found: () => void;
  readonly powHash: PowHash;
  readonly log: Log;
  readonly script?: URL | undefined;
}

// A regtest block needs about two hashes of a fraction of a millisecond each: waking a thread would take longer.
const INLINE_TRIES = 16;
// Other nodes may mine at the same time. This many stale blocks in a row have another cause.
const MAX_LOST = 100;

/**
 * Mines `count` blocks, each on top of the one before, and returns their ids. Never blocks this thread for more than a
 * few hashes.
 * @throws {KithError} `mining-failed` when a block is refused, `mining-stopped` when the signal aborts, and what
 * `refuse` throws.
 */
export async function generateBlocks(
  deps: GenerateDeps,
  payout: Lock,
  count: number,
  signal: AbortSignal,
): Promise<string[]> {
  const ids: string[] = [];
  let lost = 0;
  while (ids.length < count) {
    const block = await deps.template(payout);
    await waitUntilAllowed(block, deps, signal);
    const nonce = tryHere(block, deps) ?? (await tryOnThread(block, deps, signal));
    if (signal.aborted) throw new KithError('mining-stopped', 'mining was stopped');
    if (nonce === null) continue;
    const result = await deps.submit(withNonce(block, nonce).bytes);
    if (isViolation(result)) {
      throw new KithError('mining-failed', `a mined block was refused: ${result.code}`, {
        data: { code: result.code },
      });
    }
    if (result.status === 'connected') {
      ids.push(result.id);
      deps.found();
      lost = 0;
    } else if (++lost > MAX_LOST) {
      throw new KithError('mining-failed', 'other nodes are always faster', { data: { code: 'lost' } });
    }
    await nextTurn();
  }
  return ids;
}

// Block times must increase, so the times of blocks that are mined faster than one a second run ahead of the clock. A
// block too far ahead is invalid.
async function waitUntilAllowed(block: Block, deps: GenerateDeps, signal: AbortSignal): Promise<void> {
  deps.refuse(block);
  while (!signal.aborted && deps.untilAllowed(block) > 0) {
    await sleep(200, signal);
    deps.refuse(block);
  }
}

function tryHere(block: Block, { memoryKiB, powHash }: GenerateDeps): number | null {
  return createGrinder(createJob(0, block, memoryKiB), powHash).run((tried) => tried >= INLINE_TRIES);
}

/** Null when the signal aborts, or when no nonce meets the target. */
async function tryOnThread(block: Block, deps: GenerateDeps, signal: AbortSignal): Promise<number | null> {
  const { memoryKiB, log, script } = deps;
  const { promise, resolve } = Promise.withResolvers<number | null>();
  const threads = createMinerThreads({
    threads: 1,
    share: 1,
    background: false,
    memoryKiB,
    log,
    script,
    found: (_, nonce) => resolve(nonce),
    spent: () => resolve(null),
    hashed: () => undefined,
  });
  const stop = (): void => resolve(null);
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    threads.work(block);
    return await promise;
  } finally {
    signal.removeEventListener('abort', stop);
    await threads.close();
  }
}
