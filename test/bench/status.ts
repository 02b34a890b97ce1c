import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { startNodeProcess } from '../support/nodes/node-process.ts';
import { newDirectory } from '../support/chain/test-chain.ts';
import type { Bench } from './bench.ts';
import { importFixture, writeBenchNetwork } from './support/bench-chain.ts';
import { chainFixture } from './support/chain-fixture.ts';
import { quantile } from './support/timing.ts';

const PAUSE_MS = 10;

/** Whether the node answers its window while it connects blocks as fast as it can. */
export const bench: Bench = {
  name: 'status',
  description: 'how long a status call takes while the node connects 200 blocks of 500 payments',
  async run({ say }) {
    const fixture = await chainFixture({ blocks: 200, transactions: 500 });
    const folder = newDirectory();
    const network = await writeBenchNetwork(folder);
    const height = fixture.prelude.length + fixture.blocks.length;
    say('importing the chain on the first node …');
    const datadir = join(folder, 'a');
    await mkdir(datadir);
    await importFixture(fixture, network, datadir);
    const a = await startNodeProcess({ network, datadir });
    const b = await startNodeProcess({ network });
    try {
      say('syncing and asking …');
      await b.call.peers.add({ address: a.addresses[0]! });
      const times: number[] = [];
      for (let reached = 0; reached < height;) {
        const asked = performance.now();
        reached = (await b.call.node.status()).height;
        // Before the first block and after the last nothing competes with the answer.
        if (reached > 0 && reached < height) times.push(performance.now() - asked);
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      }
      return {
        status_ms_p50: quantile(times, 0.5),
        status_ms_p99: quantile(times, 0.99),
        status_ms_max: Math.max(...times),
        calls: times.length,
      };
    } finally {
      await Promise.all([a.stop(), b.stop()]);
      await rm(folder, { recursive: true, force: true });
      await rm(b.datadir, { recursive: true, force: true });
    }
  },
};
