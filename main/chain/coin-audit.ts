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
  onCorruption(damage: CorruptError): void;
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
  vouch(missing: CoinKey, state: ChainState): Promise<void>;
  stop(): Promise<void>;
}

interface Audit {
  /** Null when everything matches. */
  readonly verdict: Promise<CorruptError | null>;
  hurried: boolean;
  endedAt: number;
}

/** The pause after each piece of work, as a multiple of the time that the piece took. */
const REST = 4;
/**
 * An audit result is reused for 10 min. This limits how often invalid blocks can force an audit; each such block also
 * costs its miner a proof of work.
 */
const BELIEVED_MS = 600_000;

export function createCoinAuditor({ db, clock, onCorruption }: CoinAuditorDeps): CoinAuditor {
  const stopping = new AbortController();
  let current: Audit | null = null;

  const begin = (state: ChainState, hurried: boolean): Audit => {
    const frozen = db.freeze();
    const audit: Audit = {
      hurried,
      endedAt: Infinity,
      verdict: count(frozen, state, () => (audit.hurried ? 0 : REST), clock, stopping.signal)
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
    void audit.verdict.then((damage) => {
      if (damage && !stopping.signal.aborted) onCorruption(damage);
    });
    return (current = audit);
  };

  return {
    begin: (state) => void begin(state, false),
    async vouch(missing, state) {
      if (await db.findCoin(missing)) throw new CorruptError('an existing coin cannot be looked up');
      const recent =
        current && clock.monotonic() - current.endedAt < BELIEVED_MS ? current : begin(state, true);
      recent.hurried = true;
      const damage = await recent.verdict;
      if (damage) throw damage;
    },
    async stop() {
      stopping.abort();
      await current?.verdict;
    },
  };
}

/** Costs about 2 µs a coin and runs in pieces of a thousand coins. */
async function count(
  frozen: FrozenCoins,
  state: ChainState,
  rest: () => number,
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
    const restMs = (clock.monotonic() - begun) * rest();
    if (restMs > 0) await clock.sleep(restMs, signal);
    signal.throwIfAborted();
    begun = clock.monotonic();
  }
  const difference = differenceOf({ coins, total, coinSum }, state);
  return difference === null ? null : new CorruptError(difference);
}
