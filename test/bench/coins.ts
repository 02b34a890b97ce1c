import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createVerifyPool, type VerifyPool } from '../../main/workers/verify-pool.ts';
import { installNativeSha256 } from '../../main/workers/sha256.ts';
import { type ChainDb, openChainDb } from '../../main/storage/chain-db.ts';
import { type CoinKey, coinKey } from '../../main/core/primitives/coin-key.ts';
import type { Coin } from '../../main/core/primitives/coin.ts';
import { newDirectory, testKey } from '../support/chain/test-chain.ts';
import { createRandom, type Random } from '../support/random.ts';
import type { Bench } from './bench.ts';
import { fillJobs } from './signatures.ts';
import { BENCH_NETWORK } from './support/bench-network.ts';
import { madeCoins } from './support/coin-fixture.ts';
import { timed } from './support/timing.ts';

const SIZES = [10_000, 1_000_000] as const;
const LOOKUPS = 200_000;
const OUTPOINT_BYTES = 36;
/** What blocks of 500 payments do to the set: one coin spent, two created. */
const BLOCKS = 100;
const PAYMENTS = 500;

/** Whether a large UTXO set is slower than a small one: reads, and the changes that blocks make. */
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
    const set = await fill(db, size);
    const wanted = pick(set, LOOKUPS, createRandom(size));
    say('reading …');
    const { seconds } = await timed(async () => {
      for (const key of keysIn(wanted)) if (!db.coin(key)) throw new Error('a coin is gone');
    });
    const connect = await timed(() => connectBlocks(db, set, verify));
    return { lookups: LOOKUPS / seconds, connect: (BLOCKS * PAYMENTS) / connect.seconds };
  } finally {
    await db.close();
    await verify.close();
    await rm(directory, { recursive: true, force: true });
  }
}

/** Outpoints as blocks bring them, one after the other: txid 32 | index u32. A million keys as strings would be the collector's. */
type Outpoints = Uint8Array;

/** Writes `size` coins. */
async function fill(db: ChainDb, size: number): Promise<Outpoints> {
  const outpoints = new Uint8Array(size * OUTPOINT_BYTES);
  let at = 0;
  let batch = new Map<CoinKey, Coin>();
  for (const { outpoint, key, coin } of madeCoins(size, testKey(1).lock)) {
    outpoints.set(outpoint.txid, at);
    outpoints[at + 32] = outpoint.index;
    at += OUTPOINT_BYTES;
    batch.set(key, coin);
    if (batch.size < 5000) continue;
    await db.loadCoins(batch);
    batch = new Map();
  }
  await db.loadCoins(batch);
  // As a snapshot is loaded: what is measured is the set, not LevelDB tidying up after us.
  await db.compactCoins();
  return outpoints;
}

function pick(set: Outpoints, count: number, random: Random): Outpoints {
  const picked = new Uint8Array(count * OUTPOINT_BYTES);
  for (let at = 0; at < picked.length; at += OUTPOINT_BYTES) {
    const from = random.int(set.length / OUTPOINT_BYTES) * OUTPOINT_BYTES;
    picked.set(set.subarray(from, from + OUTPOINT_BYTES), at);
  }
  return picked;
}

function* keysIn(outpoints: Outpoints): Generator<CoinKey> {
  for (let at = 0; at < outpoints.length; at += OUTPOINT_BYTES)
    yield coinKey({ txid: outpoints.subarray(at, at + 32), index: outpoints[at + 32]! });
}

/** Reads what each block spends, checks as many signatures, and writes what it changes, as the chain does. */
async function connectBlocks(db: ChainDb, set: Outpoints, verify: VerifyPool): Promise<void> {
  const jobs = new Uint8Array(PAYMENTS * 128);
  fillJobs(jobs, PAYMENTS);
  const random = createRandom(7);
  const fresh = madeCoins(BLOCKS * PAYMENTS * 2 + set.length / OUTPOINT_BYTES, testKey(2).lock);
  const zero = { tip: BENCH_NETWORK.id, height: 0, coins: 0, total: 0, issued: 0, burned: 0, coinSum: 0 };
  for (let block = 1; block <= BLOCKS; block++) {
    const verified = verify.verifyBatch({ count: PAYMENTS, data: jobs });
    const coins = new Map<CoinKey, Coin | null>();
    for (const key of keysIn(pick(set, PAYMENTS, random))) {
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
