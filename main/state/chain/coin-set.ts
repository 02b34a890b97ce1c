import { createHash } from 'node:crypto';
import type { ChainDb } from '../storage/chain-db.ts';
import { addOutpointTo } from '../storage/coin-sum.ts';
import { decodeCoin } from '../storage/coin-record.ts';
import type { RawCoin } from '../storage/frozen-coins.ts';
import type { ChainState } from '../storage/state-record.ts';
import type { CoinAudit } from './chain.ts';

type CoinsOf = Pick<ChainDb, 'freeze'>;

/** What a state says of its coins. */
export type CoinTotals = Pick<ChainState, 'coins' | 'total' | 'coinSum'>;

/** In what coins that were counted differ from those that are noted, for the log; null when in nothing. */
export function differenceOf(there: CoinTotals, noted: CoinTotals): string | null {
  if (there.coins !== noted.coins) return `${noted.coins} coins are noted, ${there.coins} are there`;
  if (there.total !== noted.total) return `${noted.total} motes are noted, ${there.total} are there`;
  return there.coinSum === noted.coinSum ? null : 'other coins are there than are noted';
}

/** Reads every coin as it is now, behind its checksum. @throws {DamagedError} */
async function forEachCoin(db: CoinsOf, visit: (raw: RawCoin) => void): Promise<void> {
  const frozen = db.freeze();
  try {
    for await (const batch of frozen.batches()) for (const raw of batch) visit(raw);
  } finally {
    await frozen.release();
  }
}

/** See Chain.auditCoins. No commit may be under way at the call. */
export async function countCoins(db: CoinsOf, state: CoinTotals): Promise<CoinAudit> {
  let [coins, total, coinSum] = [0, 0, 0];
  await forEachCoin(db, ({ outpoint, coin }) => {
    coins++;
    total += decodeCoin(coin)?.amount ?? 0;
    coinSum = addOutpointTo(coinSum, outpoint);
  });
  return { coins, total, problem: differenceOf({ coins, total, coinSum }, state) };
}

/** See Chain.setHash. */
export async function hashCoins(db: CoinsOf): Promise<string> {
  const sum = createHash('sha256');
  await forEachCoin(db, ({ outpoint, coin }) => sum.update(outpoint).update(coin));
  return sum.digest('hex');
}
