import { createHash } from 'node:crypto';
import type { ChainDb } from '../storage/chain-db.ts';
import { decodeCoin } from '../storage/coin-record.ts';
import type { RawCoin } from '../storage/frozen-coins.ts';

type CoinsOf = Pick<ChainDb, 'freeze'>;

/** Reads every coin as it is now, behind its checksum. @throws {DamagedError} */
async function forEachCoin(db: CoinsOf, visit: (raw: RawCoin) => void): Promise<void> {
  const frozen = db.freeze();
  try {
    for await (const batch of frozen.batches()) for (const raw of batch) visit(raw);
  } finally {
    await frozen.release();
  }
}

/** See Chain.auditCoins. */
export async function countCoins(db: CoinsOf): Promise<{ readonly coins: number; readonly total: number }> {
  let [coins, total] = [0, 0];
  await forEachCoin(db, ({ coin }) => {
    coins++;
    total += decodeCoin(coin)?.amount ?? 0;
  });
  return { coins, total };
}

/** See Chain.setHash. */
export async function hashCoins(db: CoinsOf): Promise<string> {
  const sum = createHash('sha256');
  await forEachCoin(db, ({ outpoint, coin }) => sum.update(outpoint).update(coin));
  return sum.digest('hex');
}
