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

// Age in milliseconds at which a template is replaced: the longest wait of a new payment for a template, and the largest
// age of the header's time.
const REFRESH_MS = 5_000;
// Pause after a refused block, in milliseconds: the cause is likely to last longer than one attempt.
const AFTER_FAILURE_MS = 1_000;
// Delay after a new tip, in milliseconds, because blocks often arrive in bursts.
const MIN_RENEW_MS = 100;
// How often the reason for a pause is checked, in milliseconds.
const CHECK_MS = 1_000;

export function startMiningRun(order: MiningOrder, deps: MiningRunDeps): MiningRun {
  const { clock, log } = deps;
  const rate = createHashRate(clock.monotonic());
  let problem: string | null = null;
  let settling: NodeJS.Timeout | null = null;
  let submitting = Promise.resolve();
  const failed = (reason: string) => {
    problem = reason;
  };

  const submit = createSubmit(deps, failed);
  const threads = createMinerThreads({
    ...order,
    memoryKiB: deps.memoryKiB,
    background: true,
    log,
    script: deps.script,
    hashed: (hashes) => rate.add(hashes, clock.monotonic()),
    spent: () => templates.renew(),
    found: (block, nonce) => {
      submitting = submit(withNonce(block, nonce)).then((ok) => {
        if (ok) templates.renew();
        else setTimeout(templates.renew, AFTER_FAILURE_MS).unref();
      });
    },
  });
  const templates = createTemplates(order.payout, deps, { use: threads.work, failed });

  const refresh = setInterval(templates.renew, REFRESH_MS);
  refresh.unref();
  const look = setInterval(() => {
    if (templates.isResting() || deps.pause() !== null) templates.renew();
  }, CHECK_MS);
  look.unref();
  templates.renew();

  return {
    order,
    tipMoved() {
      problem = null;
      settling ??= setTimeout(
        () => {
          settling = null;
          // If this node mined the block, the next template is being created already.
          if (!templates.isOn(deps.tip())) templates.renew();
        },
        Math.max(0, templates.renewedAt() + MIN_RENEW_MS - clock.monotonic()),
      );
    },
    hashesPerSecond: () => (templates.isResting() ? 0 : rate.perSecond(clock.monotonic())),
    paused: deps.pause,
    problem: () => threads.problem ?? problem,
    async close() {
      templates.close();
      clearInterval(refresh);
      clearInterval(look);
      if (settling) clearTimeout(settling);
      await threads.close();
      await templates.idle();
      await submitting;
    },
  };
}

/** Submits mined blocks. Never rejects; false when a block was refused, and `failed` gets the reason. */
function createSubmit(
  { submit, found, log }: Pick<MiningRunDeps, 'submit' | 'found' | 'log'>,
  failed: (reason: string) => void,
): (block: Block) => Promise<boolean> {
  return async (block) => {
    try {
      const result = await submit(block.bytes);
      if (!isViolation(result)) {
        // If it is not connected, another miner was faster and the block is stale.
        if (result.status === 'connected') found(block);
        return true;
      }
      failed(`the block found at height ${block.header.height} was refused: ${result.code}`);
      log.error('a block that this node mined breaks a rule', { id: block.header.idHex, code: result.code });
    } catch (error) {
      failed(`a block could not be stored: ${messageOf(error)}`);
      log.error('a block that this node mined could not be stored', { id: block.header.idHex, error });
    }
    return false;
  };
}

/** The current template of a run. */
interface Templates {
  /** Replaces the template. During a replacement it is replaced once more afterwards. */
  renew(): void;
  /**
   * Whether the threads have nothing to hash, because mining is paused or this node would still refuse the time of the
   * block.
   */
  isResting(): boolean;
  /** Whether there is a template whose previous block is this one. */
  isOn(tip: string): boolean;
  /** Monotonic time of the latest template; `-Infinity` before the first. */
  renewedAt(): number;
  /** Stops all replacements. */
  close(): void;
  idle(): Promise<void>;
}

function createTemplates(
  payout: MiningOrder['payout'],
  deps: Pick<MiningRunDeps, 'pause' | 'template' | 'untilAllowed' | 'clock' | 'log'>,
  { use, failed }: { readonly use: (block: Block | null) => void; readonly failed: (reason: string) => void },
): Templates {
  let current: Block | null = null;
  let renewedAt = -Infinity;
  let resting = false;
  let renewing: Promise<void> | null = null;
  let again = false;
  let closed = false;

  const renewOnce = async (): Promise<void> => {
    renewedAt = deps.clock.monotonic();
    current = deps.pause() === null ? await deps.template(payout()) : null;
    // On a network with a short spacing, block times may run ahead of the clock.
    resting = current === null || deps.untilAllowed(current) > 0;
    if (!closed) use(resting ? null : current);
  };
  const renew = (): void => {
    if (closed) return;
    again = renewing !== null;
    renewing ??= renewOnce()
      .catch((error: unknown) => {
        failed(`no block can be put together: ${messageOf(error)}`);
        deps.log.error('creating a block template failed', { error });
      })
      .finally(() => {
        renewing = null;
        if (again) renew();
      });
  };

  return {
    renew,
    isResting: () => resting,
    isOn: (tip) => current !== null && toHex(current.header.prev) === tip,
    renewedAt: () => renewedAt,
    close: () => {
      closed = true;
    },
    async idle() {
      await renewing;
    },
  };
}
