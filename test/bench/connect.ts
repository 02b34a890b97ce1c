import { rm } from 'node:fs/promises';
import { decodeHeader, type Header } from '../../main/core/primitives/header.ts';
import { HEADER_BYTES } from '../../main/core/primitives/limits.ts';
import { isViolation } from '../../main/core/violation.ts';
import { installNativeSha256 } from '../../main/workers/sha256.ts';
import { createVerifyPool } from '../../main/workers/verify-pool.ts';
import { newDirectory, openTestChain } from '../support/chain/test-chain.ts';
import type { Bench } from './bench.ts';
import { BENCH_NETWORK } from './support/bench-network.ts';
import { chainFixture } from './support/chain-fixture.ts';
import { measureVerifyLimit } from './verify-limit.ts';

const BLOCKS = 200;
const TRANSACTIONS = 500;
/** Blocks submitted at once, as in a download window. */
const BLOCKS_IN_FLIGHT = 16;

function headerOf(bytes: Uint8Array): Header {
  const header = decodeHeader(bytes.subarray(0, HEADER_BYTES));
  if (isViolation(header)) throw new Error(header.code);
  return header;
}

/** Connects blocks from memory into a fresh LevelDB, every rule and signature checked. */
export const bench: Bench = {
  name: 'connect',
  description: `connect ${BLOCKS} blocks of ${TRANSACTIONS} payments, all signatures checked, into a fresh LevelDB`,
  async run({ seconds, say }) {
    const { prelude, blocks } = await chainFixture({ blocks: BLOCKS, transactions: TRANSACTIONS });
    say('measuring the limit …');
    const before = await measureVerifyLimit(seconds);
    installNativeSha256();
    const pool = await createVerifyPool();
    const directory = newDirectory();
    const chain = await openTestChain({ network: BENCH_NETWORK, directory, verifyBatch: pool.verifyBatch });
    try {
      for (const bytes of prelude) await chain.submitBlock(bytes);
      say('connecting …');
      let peak = process.memoryUsage.rss();
      // AutonatClient costs a quarter of a millisecond: not for every block.
      const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 100);
      const cpu = process.cpuUsage();
      const start = performance.now();
      await chain.acceptHeaders(blocks.map(headerOf));
      const pending: Promise<unknown>[] = [];
      for (const bytes of blocks) {
        if (pending.length >= BLOCKS_IN_FLIGHT) await pending.shift();
        pending.push(
          chain.submitBlock(bytes).then((result) => {
            if (isViolation(result)) throw new Error(`refused: ${result.code}`);
          }),
        );
      }
      await Promise.all(pending);
      await chain.sync();
      clearInterval(watch);
      const took = (performance.now() - start) / 1000;
      const { user, system } = process.cpuUsage(cpu);
      if (chain.tip().height !== prelude.length + blocks.length)
        throw new Error('not all blocks were connected');
      const after = await measureVerifyLimit(seconds);
      const limit = (before + after) / 2;
      const rate = (BLOCKS * TRANSACTIONS) / took;
      return {
        tx_per_s: rate,
        verify_limit_per_s: limit,
        ratio_to_limit: rate / limit,
        seconds: took,
        cpu_us_per_tx: (user + system) / (BLOCKS * TRANSACTIONS),
        peak_rss_mb: peak / 2 ** 20,
        threads: pool.threads,
      };
    } finally {
      await chain.close();
      await pool.close();
      await rm(directory, { recursive: true, force: true });
    }
  },
};
