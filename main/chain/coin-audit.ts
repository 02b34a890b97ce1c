import type { CoinKey } from '../core/primitives/coin-key.ts';
import type { Clock } from '../lib/clock.ts';
import type { ChainDb } from '../storage/chain-db.ts';
import { decodeCoin } from '../storage/coin-record.ts';
import { addOutpointTo } from '../storage/coin-sum.ts';
import { CorruptError } from '../storage/corrupt-error.ts';
import type { FrozenCoins } from '../storage/frozen-coins.ts';
import type { ChainState } from '../storage/state-record.ts';
import { differenceOf } from './coin-set.ts';

export interface CoinAuditorDeps {
  readonly db: Pick<ChainDb, 'freeze' | 'findCoin'>;
  readonly clock: Pick<Clock, 'monotonic' | 'sleep'>;
  /** The UTXO set does not match the stored totals. */
  onCorruption(corruption: CorruptError): void;
}

/** Compares the whole UTXO set with the stored number of coins, their total, and the sum over their outpoints. */
export interface CoinAuditor {
  /**
   * Freezes all current coins synchronously and audits them in the background. Call it while no commit runs: the coins
   * must be those of `state`.
   */
  begin(state: ChainState): void;
  /**
   * Called before a block is marked invalid because this coin is missing. Checks that the UTXO set itself is intact.
   * @throws {CorruptError} when it is not.
   */
  auditBeforeReject(missing: CoinKey, state: ChainState): Promise<void>;
  stop(): Promise<void>;
}

interface Audit {
  /** Null when everything matches. */
  readonly result: Promise<CorruptError | null>;
  withoutPauses: boolean;
  endedAt: number;
}

/** The pause after each piece of work, as a multiple of the time that the piece took. */
const PAUSE_FACTOR = 4;
/**
 * An audit result is reused for 10 min. This limits how often invalid blocks can force an audit; each such block also
 * costs its miner a proof of work.
 */
const RESULT_VALID_MS = 600_000;

export function createCoinAuditor({ db, clock, onCorruption }: CoinAuditorDeps): CoinAuditor {
  const stopping = new AbortController();
  let current: Audit | null = null;

  const begin = (state: ChainState, withoutPauses: boolean): Audit => {
    const frozen = db.freeze();
    const audit: Audit = {
      withoutPauses,
      endedAt: Infinity,
      result: auditCoins(
        frozen,
        state,
        () => (audit.withoutPauses ? 0 : PAUSE_FACTOR),
        clock,
        stopping.signal,
      )
        .catch((error: unknown) => {
          if (error instanceof CorruptError) return error;
          // The process is stopping, or the disk failed. The next write reports a failed disk.
          return null;
        })
        .finally(async () => {
          audit.endedAt = clock.monotonic();
          await frozen.release();
        }),
    };
    void audit.result.then((corruption) => {
      if (corruption && !stopping.signal.aborted) onCorruption(corruption);
    });
    return (current = audit);
  };

  return {
    begin: (state) => void begin(state, false),
    async auditBeforeReject(missing, state) {
      if (await db.findCoin(missing)) throw new CorruptError('an existing coin cannot be looked up');
      const recent =
        current && clock.monotonic() - current.endedAt < RESULT_VALID_MS ? current : begin(state, true);
      recent.withoutPauses = true;
      const corruption = await recent.result;
      if (corruption) throw corruption;
    },
    async stop() {
      stopping.abort();
      await current?.result;
    },
  };
}

/** Costs about 2 µs a coin and runs in pieces of a thousand coins. */
async function auditCoins(
  frozen: FrozenCoins,
  state: ChainState,
  pauseFactor: () => number,
  clock: CoinAuditorDeps['clock'],
  signal: AbortSignal,
): Promise<CorruptError | null> {
  let [coins, total, coinSum] = [0, 0, 0];
  let begun = clock.monotonic();
  for await (const batch of frozen.batches()) {
    for (const { outpoint, coin } of batch) {
      total += decodeCoin(coin)?.amount ?? 0;
      coinSum = addOutpointTo(coinSum, outpoint);
    }
    coins += batch.length;
    const pauseMs = (clock.monotonic() - begun) * pauseFactor();
    if (pauseMs > 0) await clock.sleep(pauseMs, signal);
    signal.throwIfAborted();
    begun = clock.monotonic();
  }
  const difference = differenceOf({ coins, total, coinSum }, state);
  return difference === null ? null : new CorruptError(difference);
}
