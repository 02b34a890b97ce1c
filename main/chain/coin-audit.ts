import type { CoinKey } from '../core/primitives/coin-key.ts';
import { type Clock, sleep } from '../lib/clock.ts';
import type { ChainDb } from '../storage/chain-db.ts';
import { decodeCoin } from '../storage/coin-record.ts';
import { addOutpointTo } from '../storage/coin-sum.ts';
import { CorruptError } from '../storage/corrupt-error.ts';
import type { FrozenCoins } from '../storage/frozen-coins.ts';
import type { ChainState } from '../storage/state-record.ts';
import { differenceOf } from './coin-set.ts';

export interface CoinAuditorDeps {
  readonly db: Pick<ChainDb, 'freeze' | 'findCoin'>;
  readonly clock: Clock;
  /** The coins are not those that the state says. */
  onCorruption(damage: CorruptError): void;
}

/** Holds the whole UTXO set against what the state says of it: count, total, and the sum over its outpoints. */
export interface CoinAuditor {
  /** Goes through all coins as they are now, little by little. No commit may be under way at the call. */
  begin(state: ChainState): void;
  /**
   * Before a block is refused for good because this coin is missing: the set itself must be above suspicion.
   * @throws {CorruptError} when it isn't.
   */
  vouch(missing: CoinKey, state: ChainState): Promise<void>;
  stop(): Promise<void>;
}

interface Audit {
  /** Null when all is as noted. */
  readonly verdict: Promise<CorruptError | null>;
  hurried: boolean;
  endedAt: number;
}

/** The pause after a piece of work, as a multiple of the time that the piece took. */
const REST = 4;
/** How long the result of an audit is reused. A miner who forces audits with invalid blocks pays the work of each. */
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
          // The process ends, or the disk fails: then the next write says so.
          return null;
        })
        .finally(async () => {
          audit.endedAt = clock.ms();
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
      if (await db.findCoin(missing)) throw new CorruptError('a coin that is there can not be looked up');
      const recent = current && clock.ms() - current.endedAt < BELIEVED_MS ? current : begin(state, true);
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

/** Cost: some 2 µs a coin, a thousand at a time. */
async function count(
  frozen: FrozenCoins,
  state: ChainState,
  rest: () => number,
  clock: Clock,
  signal: AbortSignal,
): Promise<CorruptError | null> {
  let [coins, total, coinSum] = [0, 0, 0];
  let begun = clock.ms();
  for await (const batch of frozen.batches()) {
    for (const { outpoint, coin } of batch) {
      total += decodeCoin(coin)?.amount ?? 0;
      coinSum = addOutpointTo(coinSum, outpoint);
    }
    coins += batch.length;
    if (rest() > 0) await sleep((clock.ms() - begun) * rest(), signal);
    signal.throwIfAborted();
    begun = clock.ms();
  }
  const difference = differenceOf({ coins, total, coinSum }, state);
  return difference === null ? null : new CorruptError(difference);
}
