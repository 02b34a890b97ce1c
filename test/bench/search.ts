import { createReadStream, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../support/until.ts';
import type { Bench } from './bench.ts';
import { readProcess } from './support/process-figures.ts';
import { LARGE, openWalletWorld } from './support/wallet-world.ts';

const SIZE = { rows: 1_000, coins: 1_000, addresses: 1_000, labels: 0 };

/** Reads all block files from beginning to end; gives their size in bytes and the seconds that it took. */
async function readFiles(folder: string): Promise<{ readonly bytes: number; readonly seconds: number }> {
  const start = performance.now();
  let bytes = 0;
  for (const file of readdirSync(folder).filter((name) => statSync(join(folder, name)).isFile())) {
    for await (const chunk of createReadStream(join(folder, file), { highWaterMark: 1_000_000 }))
      bytes += (chunk as Buffer).length;
  }
  return { bytes, seconds: (performance.now() - start) / 1000 };
}

/** A wallet compares every stored block with its payments, and lacks none. */
export const bench: Bench = {
  name: 'search',
  description: 'a wallet searches 200 blocks of 500 payments again, against reading the block files alone',
  async run({ say }) {
    const world = await openWalletWorld(say);
    try {
      const furnished = await world.furnish({ wallets: 1, contacts: 0, large: SIZE });
      const node = await furnished.start();
      try {
        say('syncing …');
        await node.call.peers.add({ address: world.serving.addresses[0]! });
        const follows = async () =>
          (await node.call.wallet.balance({ name: LARGE })).asOfHeight === world.height;
        await until(follows, 'synced', { ms: 600_000, every: 100 });
        const folder = join(node.datadir, 'blocks');
        const before = await readFiles(folder);
        say('searching …');
        const cpu = readProcess(node.pid).cpuSeconds;
        await node.vitals({ collects: false });
        const start = performance.now();
        await node.call.wallet.rescan({ name: LARGE, fromHeight: world.firstHeight });
        const isDone = async () => (await node.call.wallet.search({ name: LARGE })).state === 'done';
        await until(isDone, 'searched', { ms: 600_000, every: 5 });
        const seconds = (performance.now() - start) / 1000;
        const { lagMaxMs } = await node.vitals({ collects: false });
        const { lackedFrom, blocksRead } = await node.call.wallet.search({ name: LARGE });
        if (lackedFrom !== null) throw new Error('the search read blocks again');
        const after = await readFiles(folder);
        const [rate, limit] = [before.bytes / seconds, (2 * before.bytes) / (before.seconds + after.seconds)];
        return {
          blocks_per_s: blocksRead / seconds,
          mb_per_s: rate / 1e6,
          read_limit_mb_per_s: limit / 1e6,
          ratio_to_limit: rate / limit,
          cpu_us_per_tx: ((readProcess(node.pid).cpuSeconds - cpu) * 1e6) / world.payments,
          block_ms: lagMaxMs,
        };
      } finally {
        await node.stop();
      }
    } finally {
      await world.stop();
    }
  },
};
