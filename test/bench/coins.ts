import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createVerifyPool, type VerifyPool } from '../../main/state/native/verify-pool.ts';
import { installNativeSha256 } from '../../main/state/native/sha256.ts';
import { type ChainDb, openChainDb } from '../../main/state/storage/chain-db.ts';
import type { CoinKey } from '../../main/core/primitives/coin-key.ts';
import type { Coin } from '../../main/core/primitives/coin.ts';
import { newDirectory, testKey } from '../support/test-chain.ts';
import { createRandom } from '../support/random.ts';
import type { Bench } from './bench.ts';
import { fillJobs } from './signatures.ts';
import { BENCH_NETWORK } from './support/bench-network.ts';
import { madeCoins } from './support/coin-fixture.ts';
import { timed } from './support/timing.ts';

const SIZES = [10_000, 1_000_000] as const;
const LOOKUPS = 200_000;
/** What blocks of 500 payments do to the set: one coin spent, two created. */
const BLOCKS = 100;
const PAYMENTS = 500;

/** Whether a large coin set is slower than a small one: reads, and the changes that blocks make. */
export const bench: Bench = {
  name: 'coins',
  description: `lookups and block changes on ${SIZES.map((n) => n.toLocaleString('en')).join(' and ')} coins`,
  async run({ say }) {
    installNativeSha256();
    // The small set before and after: a machine that got busier meanwhile must not count for or against the large one.
    const [before, large, after] = [
      await measure(SIZES[0], say),
      await measure(SIZES[1], say),
      await measure(SIZES[0], say),
    ];
    const small = {
      lookups: (before.lookups + after.lookups) / 2,
      connect: (before.connect + after.connect) / 2,
    };
    return {
      lookups_per_s_small: small.lookups,
      lookups_per_s_large: large.lookups,
      lookups_ratio: large.lookups / small.lookups,
      connect_tx_per_s_small: small.connect,
      connect_tx_per_s_large: large.connect,
      connect_ratio: large.connect / small.connect,
    };
  },
};

async function measure(
  size: number,
  say: (line: string) => void,
): Promise<{ lookups: number; connect: number }> {
  const directory = newDirectory();
  const verify = await createVerifyPool();
  const db = await openChainDb(join(directory, 'chain'), BENCH_NETWORK.id);
  try {
    say(`writing ${size} coins …`);
    const keys = await fill(db, size);
    const random = createRandom(size);
    say('reading …');
    const { seconds } = await timed(async () => {
      for (let i = 0; i < LOOKUPS; i++)
        if (!db.coin(keys[random.int(keys.length)]!)) throw new Error('a coin is gone');
    });
    const connect = await timed(() => connectBlocks(db, keys, verify));
    return { lookups: LOOKUPS / seconds, connect: (BLOCKS * PAYMENTS) / connect.seconds };
  } finally {
    await db.close();
    await verify.close();
    await rm(directory, { recursive: true, force: true });
  }
}

async function fill(db: ChainDb, size: number): Promise<CoinKey[]> {
  const keys: CoinKey[] = [];
  let batch = new Map<CoinKey, Coin>();
  for (const { key, coin } of madeCoins(size, testKey(1).lock)) {
    keys.push(key);
    batch.set(key, coin);
    if (batch.size < 5000) continue;
    await db.loadCoins(batch);
    batch = new Map();
  }
  await db.loadCoins(batch);
  // As a snapshot is loaded: what is measured is the set, not LevelDB tidying up after us.
  await db.compactCoins();
  return keys;
}

/** Reads what each block spends, checks as many signatures, and writes what it changes, as the chain does. */
async function connectBlocks(db: ChainDb, keys: readonly CoinKey[], verify: VerifyPool): Promise<void> {
  const jobs = new Uint8Array(PAYMENTS * 128);
  fillJobs(jobs, PAYMENTS);
  const random = createRandom(7);
  const fresh = madeCoins(BLOCKS * PAYMENTS * 2 + keys.length, testKey(2).lock);
  const zero = { tip: BENCH_NETWORK.id, height: 0, coins: 0, total: 0, issued: 0, burned: 0, coinSum: 0 };
  for (let block = 1; block <= BLOCKS; block++) {
    const verified = verify.verifyBatch({ count: PAYMENTS, data: jobs });
    const coins = new Map<CoinKey, Coin | null>();
    for (let i = 0; i < PAYMENTS; i++) {
      const key = keys[random.int(keys.length)]!;
      if (db.coin(key)) coins.set(key, null);
      for (let output = 0; output < 2; output++) {
        const made = fresh.next().value;
        if (made) coins.set(made.key, made.coin);
      }
    }
    await db.commit({ coins, headers: [], state: { ...zero, commit: block } });
    if ((await verified) >= 0) throw new Error('a signature failed');
  }
}
