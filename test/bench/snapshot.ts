import { readdir, rm, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { toHex } from '../../main/core/codec/hex.ts';
import type { CoinKey } from '../../main/core/primitives/coin-key.ts';
import type { Coin } from '../../main/core/primitives/coin.ts';
import { snapshotRoot } from '../../main/core/ledger/snapshot-root.ts';
import { installNativeSha256 } from '../../main/workers/sha256.ts';
import { chunkCoins } from '../../main/chain/snapshot-chunker.ts';
import { createSnapshotFolder, readManifest } from '../../main/chain/snapshot-files.ts';
import { loadCoins } from '../../main/chain/load-snapshot.ts';
import { openChainDb } from '../../main/storage/chain-db.ts';
import { newDirectory, testKey } from '../support/chain/test-chain.ts';
import type { Bench } from './bench.ts';
import { BENCH_NETWORK } from './support/bench-network.ts';
import { madeCoins } from './support/coin-fixture.ts';
import { timed } from './support/timing.ts';
import { measureVerifyLimit } from './verify-limit.ts';

const COINS = 1_000_000;
/** Payments of one epoch of blocks that have 500 each. */
const EPOCH_PAYMENTS = 4320 * 500;
/** What `bench -- connect` reaches of the limit (docs/benchmarks.md), which this run measures. */
const CONNECT_RATIO = 0.63;

/** Building a snapshot of a million coins, and loading it into a new database. */
export const bench: Bench = {
  name: 'snapshot',
  description: `build and load a snapshot of ${COINS.toLocaleString('en')} coins`,
  async run({ seconds, say }) {
    installNativeSha256();
    const directory = newDirectory();
    const db = await openChainDb(join(directory, 'full'), BENCH_NETWORK.id);
    const empty = await openChainDb(join(directory, 'empty'), BENCH_NETWORK.id);
    try {
      say(`writing ${COINS} coins …`);
      let batch = new Map<CoinKey, Coin>();
      for (const { key, coin } of madeCoins(COINS, testKey(1).lock)) {
        batch.set(key, coin);
        if (batch.size < 5000) continue;
        await db.loadCoins(batch);
        batch = new Map();
      }
      await db.loadCoins(batch);
      const folder = join(directory, 'snapshot');
      say('building …');
      const build = await timed(async () => {
        const frozen = db.freeze();
        const making = await createSnapshotFolder(folder);
        const { hashes, ...counts } = await chunkCoins(
          frozen.batches(),
          (index, chunk) => making.chunk(index, chunk),
          new AbortController().signal,
        );
        await frozen.release();
        const facts = { networkId: BENCH_NETWORK.id, height: 4320, blockId: new Uint8Array(32), ...counts };
        await making.finish({ facts, chunks: hashes, root: snapshotRoot(facts, hashes) });
      });
      const manifest = (await readManifest(folder))!;
      say(`root ${toHex(manifest.root)}; loading …`);
      const load = await timed(() => loadCoins(folder, manifest, empty));
      say('measuring the limit …');
      const limit = await measureVerifyLimit(seconds);
      // Connecting keeps all cores busy, so what the build takes of any of them comes on top.
      const connecting = EPOCH_PAYMENTS / (CONNECT_RATIO * limit);
      const building = build.cpuSeconds / availableParallelism();
      return {
        build_coins_per_s: COINS / build.seconds,
        build_cpu_s: build.cpuSeconds,
        load_coins_per_s: COINS / load.seconds,
        verify_limit_per_s: limit,
        share_of_connect_time: building / (connecting + building),
        bytes_per_coin: manifest.facts.coins === 0 ? 0 : (await folderBytes(folder)) / COINS,
      };
    } finally {
      await db.close();
      await empty.close();
      await rm(directory, { recursive: true, force: true });
    }
  },
};

async function folderBytes(folder: string): Promise<number> {
  const sizes = await Promise.all(
    (await readdir(folder)).map(async (name) => (await stat(join(folder, name))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
