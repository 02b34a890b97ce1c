import type { Notice } from '../../shared/contract/fields.ts';
import { toHex } from '../core/codec/hex.ts';
import type { Block } from '../core/primitives/block.ts';
import type { Lock } from '../core/primitives/coin.ts';
import { isViolation, type Violation } from '../core/violation.ts';
import type { Clock } from '../lib/clock.ts';
import { messageOf } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import { withNonce } from './grind.ts';
import { createHashRate } from './hash-rate.ts';
import { createMinerThreads } from './miner-threads.ts';

/** Payout, threads and share of the time. */
export interface MiningOrder {
  /** Called for each template. */
  readonly payout: () => Lock;
  readonly threads: number;
  /** Share of the time spent hashing, above 0 up to 1. */
  readonly share: number;
}

/** Mines until it is closed. */
export interface MiningRun {
  readonly order: MiningOrder;
  /** The tip changed: the current template is stale. */
  tipMoved(): void;
  hashesPerSecond(): number;
  /** Why no block is found, or null. */
  problem(): string | null;
  /** Why hashing is paused, or null. */
  paused(): Notice | null;
  close(): Promise<void>;
}

export interface MiningRunDeps {
  readonly memoryKiB: number;
  /** The id of the tip, as hexadecimal. */
  readonly tip: () => string;
  readonly template: (payout: Lock) => Promise<Block>;
  readonly submit: (bytes: Uint8Array) => Promise<{ readonly status: string } | Violation>;
  /** A block was found and is the tip now. */
  readonly found: (block: Block) => void;
  /** Why a block mined now could not become part of the best chain, or null. */
  readonly pause: () => Notice | null;
  /** Seconds until this node would accept the time of this header; 0 when it is acceptable now. */
  readonly untilAllowed: (block: Block) => number;
  readonly clock: Clock;
  readonly log: Log;
  readonly script?: URL | undefined;
}

// Age in milliseconds at which a template is replaced. Limits how late new payments and the time of the header are
// included.
const REFRESH_MS = 5_000;
// Pause after a refused block, in milliseconds: the cause is likely to persist for a while.
const AFTER_FAILURE_MS = 1_000;
// Delay after a new tip, in milliseconds, because blocks often arrive in bursts.
const MIN_RENEW_MS = 100;
// How often the reason for a pause is checked, in milliseconds.
const LOOK_MS = 1_000;

export function startMiningRun(order: MiningOrder, deps: MiningRunDeps): MiningRun {
  const { clock, log } = deps;
  const rate = createHashRate(clock.monotonic());
  let problem: string | null = null;
  let closed = false;
  let settling: NodeJS.Timeout | null = null;
  let renewing: Promise<void> | null = null;
  let submitting = Promise.resolve();
  let again = false;
  let current: Block | null = null;
  let renewedAt = -Infinity;
  let resting = false;

  const threads = createMinerThreads({
    ...order,
    memoryKiB: deps.memoryKiB,
    background: true,
    log,
    script: deps.script,
    hashed: (hashes) => rate.add(hashes, clock.monotonic()),
    spent: () => renew(),
    found: (block, nonce) => {
      submitting = submit(withNonce(block, nonce)).then((ok) => {
        if (ok) renew();
        else setTimeout(renew, AFTER_FAILURE_MS).unref();
      });
    },
  });

  /** Submits a mined block. Never rejects; false when the block was refused. */
  const submit = async (block: Block): Promise<boolean> => {
    try {
      const result = await deps.submit(block.bytes);
      if (!isViolation(result)) {
        // If it is not connected, another miner was faster and the block is stale.
        if (result.status === 'connected') deps.found(block);
        return true;
      }
      problem = `the block found at height ${block.header.height} was refused: ${result.code}`;
      log.error('a block that this node mined breaks a rule', { id: block.header.idHex, code: result.code });
    } catch (error) {
      problem = `a block could not be stored: ${messageOf(error)}`;
      log.error('a block that this node mined could not be stored', { id: block.header.idHex, error });
    }
    return false;
  };

  const renewOnce = async (): Promise<void> => {
    renewedAt = clock.monotonic();
    current = deps.pause() === null ? await deps.template(order.payout()) : null;
    // On a network with a short spacing, block times may run ahead of the clock.
    resting = current === null || deps.untilAllowed(current) > 0;
    if (!closed) threads.work(resting ? null : current);
  };

  const renew = (): void => {
    if (closed) return;
    again = renewing !== null;
    renewing ??= renewOnce()
      .catch((error: unknown) => {
        problem = `no block can be put together: ${messageOf(error)}`;
        log.error('creating a block template failed', { error });
      })
      .finally(() => {
        renewing = null;
        if (again) renew();
      });
  };

  const refresh = setInterval(renew, REFRESH_MS);
  refresh.unref();
  const look = setInterval(() => {
    if (resting || deps.pause() !== null) renew();
  }, LOOK_MS);
  look.unref();
  renew();

  return {
    order,
    tipMoved() {
      problem = null;
      settling ??= setTimeout(
        () => {
          settling = null;
          // If this node mined the block, the next template is being created already.
          if (current === null || toHex(current.header.prev) !== deps.tip()) renew();
        },
        Math.max(0, renewedAt + MIN_RENEW_MS - clock.monotonic()),
      );
    },
    hashesPerSecond: () => (resting ? 0 : rate.perSecond(clock.monotonic())),
    paused: deps.pause,
    problem: () => threads.problem ?? problem,
    async close() {
      closed = true;
      clearInterval(refresh);
      clearInterval(look);
      if (settling) clearTimeout(settling);
      await threads.close();
      await renewing;
      await submitting;
    },
  };
}
