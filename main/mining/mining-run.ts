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

/** What to mine for and how hard. */
export interface MiningOrder {
  /** Asked anew for each block that is put together. */
  readonly payout: () => Lock;
  readonly threads: number;
  /** Of the time, above 0 up to 1. */
  readonly share: number;
}

/** Mining that goes on until it is closed. */
export interface MiningRun {
  readonly order: MiningOrder;
  /** The tip has moved: what is worked on is of no use any more. */
  tipMoved(): void;
  hashesPerSecond(): number;
  /** Why it finds nothing, or null. */
  problem(): string | null;
  /** Why it tries no hashes for now, or null. */
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
  /** Why a block made now could not become part of the best chain, or null. */
  readonly pause: () => Notice | null;
  /** Seconds until this node would take a block with this header's time; 0 when it would now. */
  readonly untilAllowed: (block: Block) => number;
  readonly clock: Clock;
  readonly log: Log;
  readonly script?: URL | undefined;
}

// How long payments wait to be taken in, and how far the header's time may lag behind.
const REFRESH_MS = 5_000;
// After a block that was refused: whatever is wrong, doing it again at once won't help.
const AFTER_FAILURE_MS = 1_000;
// While many blocks arrive one after the other it makes no sense to work on each.
const MIN_RENEW_MS = 100;
// How soon mining stops and goes on when the reason for a pause comes and goes.
const LOOK_MS = 1_000;

export function startMiningRun(order: MiningOrder, deps: MiningRunDeps): MiningRun {
  const { clock, log } = deps;
  const rate = createHashRate(clock.ms());
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
    hashed: (hashes) => rate.add(hashes, clock.ms()),
    spent: () => renew(),
    found: (block, nonce) => {
      submitting = submit(withNonce(block, nonce)).then((ok) => {
        if (ok) renew();
        else setTimeout(renew, AFTER_FAILURE_MS).unref();
      });
    },
  });

  /** Never rejects; false when the block was no use. */
  const submit = async (block: Block): Promise<boolean> => {
    try {
      const result = await deps.submit(block.bytes);
      if (!isViolation(result)) {
        // Otherwise another miner was faster: it is kept beside the chain.
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
    renewedAt = clock.ms();
    current = deps.pause() === null ? await deps.template(order.payout()) : null;
    // On a quick chain block times may run ahead of the clock.
    resting = current === null || deps.untilAllowed(current) > 0;
    if (!closed) threads.work(resting ? null : current);
  };

  const renew = (): void => {
    if (closed) return;
    again = renewing !== null;
    renewing ??= renewOnce()
      .catch((error: unknown) => {
        problem = `no block can be put together: ${messageOf(error)}`;
        log.error('no block can be put together', { error });
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
          // After a block of our own the next one is under way already.
          if (current === null || toHex(current.header.prev) !== deps.tip()) renew();
        },
        Math.max(0, renewedAt + MIN_RENEW_MS - clock.ms()),
      );
    },
    hashesPerSecond: () => (resting ? 0 : rate.perSecond(clock.ms())),
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
