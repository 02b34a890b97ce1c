import { rm } from 'node:fs/promises';
import { decodeHeader } from '../../main/core/primitives/header.ts';
import { isViolation } from '../../main/core/violation.ts';
import type { Chain } from '../../main/chain/chain.ts';
import { installNativeSha256 } from '../../main/workers/sha256.ts';
import { createVerifyPool } from '../../main/workers/verify-pool.ts';
import { mineOn, newDirectory, openTestChain, parentOf, tipOf } from '../support/chain/test-chain.ts';
import type { Bench } from './bench.ts';
import { BENCH_NETWORK } from './support/bench-network.ts';
import { chainFixture } from './support/chain-fixture.ts';
import { timed } from './support/timing.ts';

const REORG_DEPTH = 100;
const PAYMENTS = 100;

/** A reorganisation: 100 blocks of 100 payments are disconnected and 101 others connected. */
export const bench: Bench = {
  name: 'reorg',
  description: `disconnect ${REORG_DEPTH} blocks of ${PAYMENTS} payments for a branch of ${REORG_DEPTH + 1}`,
  async run() {
    installNativeSha256();
    const { prelude, blocks } = await chainFixture({ blocks: REORG_DEPTH, transactions: PAYMENTS });
    const pool = await createVerifyPool();
    const directory = newDirectory();
    const chain = await openTestChain({ network: BENCH_NETWORK, directory, verifyBatch: pool.verifyBatch });
    try {
      for (const bytes of prelude) await submit(chain, bytes);
      let at = tipOf(chain);
      for (const bytes of blocks) await submit(chain, bytes);
      // A block that its miner kept, and on it a longer chain of empty ones: every payment is orphaned.
      const branch: Uint8Array[] = [];
      for (let i = 0; i <= REORG_DEPTH; i++) {
        const block = mineOn(chain, at, { header: { time: at.time + 2 } });
        branch.push(block.bytes);
        at = parentOf(block);
      }
      const { seconds } = await timed(async () => {
        for (const bytes of branch) await submit(chain, bytes);
      });
      if (chain.tip().id !== Buffer.from(at.idBytes).toString('hex'))
        throw new Error('the branch did not win');
      const back = await timed(() => extendFixture(chain, blocks, prelude.length));
      return {
        reorg_s: seconds,
        blocks_disconnected: REORG_DEPTH,
        blocks_connected: REORG_DEPTH + 1,
        reconnect_s: back.seconds,
      };
    } finally {
      await chain.close();
      await pool.close();
      await rm(directory, { recursive: true, force: true });
    }
  },
};

/** Two empty blocks on the first branch turn the chain round again: now the payments are connected. */
async function extendFixture(chain: Chain, blocks: readonly Uint8Array[], before: number): Promise<void> {
  const last = chain.entry(idOf(blocks.at(-1)!))!;
  let at = { idBytes: Buffer.from(last.id, 'hex') as Uint8Array, height: last.height, time: last.time };
  for (let i = 0; i < 2; i++) {
    const block = mineOn(chain, at);
    await submit(chain, block.bytes);
    at = parentOf(block);
  }
  if (chain.tip().height !== before + REORG_DEPTH + 2) throw new Error('the first branch did not come back');
}

function idOf(bytes: Uint8Array): string {
  const block = decodeHeader(bytes.subarray(0, 88));
  if (isViolation(block)) throw new Error(block.code);
  return block.idHex;
}

async function submit(chain: Chain, bytes: Uint8Array): Promise<void> {
  const result = await chain.submitBlock(bytes);
  if (isViolation(result)) throw new Error(`refused: ${result.code}`);
}
