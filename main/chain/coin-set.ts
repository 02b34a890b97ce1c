import { createHash } from 'node:crypto';
import type { Coin } from '../core/primitives/coin.ts';
import type { Outpoint } from '../core/primitives/outpoint.ts';
import { CorruptError } from '../storage/corrupt-error.ts';
import type { ChainDb } from '../storage/chain-db.ts';
import { addOutpointTo } from '../storage/coin-sum.ts';
import { decodeCoin } from '../storage/coin-record.ts';
import type { RawCoin } from '../storage/frozen-coins.ts';
import type { ChainState } from '../storage/state-record.ts';
import type { CoinAudit } from './chain.ts';

type CoinsOf = Pick<ChainDb, 'freeze'>;

/** The totals that a stored state has about its coins. */
export type CoinTotals = Pick<ChainState, 'coins' | 'total' | 'coinSum'>;

/** How the counted totals differ from the stored ones, for the log; null when they are equal. */
export function differenceOf(there: CoinTotals, noted: CoinTotals): string | null {
  if (there.coins !== noted.coins) return `${noted.coins} coins are noted, ${there.coins} are there`;
  if (there.total !== noted.total) return `${noted.total} motes are noted, ${there.total} are there`;
  return there.coinSum === noted.coinSum ? null : 'other coins are there than are noted';
}

/** Reads every current coin and checks its checksum. @throws {CorruptError} */
async function forEachCoin(db: CoinsOf, visit: (raw: RawCoin) => void): Promise<void> {
  const frozen = db.freeze();
  try {
    for await (const batch of frozen.batches()) for (const raw of batch) visit(raw);
  } finally {
    await frozen.release();
  }
}

/**
 * See Chain.auditCoins. Freezes the coins synchronously, so call it while no commit runs: the coins must be those of
 * `state`.
 */
export async function countCoins(db: CoinsOf, state: CoinTotals): Promise<CoinAudit> {
  let [coins, total, coinSum] = [0, 0, 0];
  await forEachCoin(db, ({ outpoint, coin }) => {
    coins++;
    total += decodeCoin(coin)?.amount ?? 0;
    coinSum = addOutpointTo(coinSum, outpoint);
  });
  return { coins, total, problem: differenceOf({ coins, total, coinSum }, state) };
}

/**
 * See Chain.scanCoins. Freezes the coins synchronously, so call it while no commit runs: the coins must be those of the
 * tip.
 */
export async function visitCoins(
  db: CoinsOf,
  visit: (coin: Coin, outpoint: Outpoint) => void,
): Promise<void> {
  await forEachCoin(db, ({ outpoint, coin: record }) => {
    const coin = decodeCoin(record);
    if (!coin) throw new CorruptError('a coin');
    visit(coin, readOutpoint(outpoint));
  });
}

/** Decodes txid 32 | index u32 BE. */
function readOutpoint(bytes: Uint8Array): Outpoint {
  const [a, b, c, d] = [bytes[32]!, bytes[33]!, bytes[34]!, bytes[35]!];
  return { txid: bytes.subarray(0, 32), index: ((a << 24) | (b << 16) | (c << 8) | d) >>> 0 };
}

/** See Chain.setHash. */
export async function hashCoins(db: CoinsOf): Promise<string> {
  const sum = createHash('sha256');
  await forEachCoin(db, ({ outpoint, coin }) => sum.update(outpoint).update(coin));
  return sum.digest('hex');
}
