import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { LOCK_BURN } from '../../../main/core/primitives/coin.ts';
import { encodeRecords, RECORD_TAG } from '../../../main/core/primitives/records.ts';
import { createTransaction } from '../../../main/core/primitives/transaction.ts';
import type { Chain } from '../../../main/chain/chain.ts';
import type { Motes } from '../../../shared/units.ts';
import { LONG_NETWORK } from '../../bench/support/bench-network.ts';
import {
  extend,
  mineOn,
  newDirectory,
  openTestChain,
  type Parent,
  parentOf,
  tipOf,
} from '../../support/chain/test-chain.ts';

/** What every batch of LevelDB inherits its `write` from. */
let batches: { write(): Promise<void> };
beforeAll(async () => {
  const level = new ClassicLevel(join(newDirectory(), 'probe'));
  await level.open();
  batches = Object.getPrototypeOf(Object.getPrototypeOf(level.batch())) as typeof batches;
  await level.close();
});

let directory: string;
let chain: Chain;
const undoRecords = () =>
  readdirSync(join(directory, 'undo')).reduce(
    (sum, name) => sum + readFileSync(join(directory, 'undo', name), 'latin1').split('KSEG').length - 1,
    0,
  );
/** Opens the chain without its database: it has to connect everything that is stored. */
const reopen = async () => {
  await chain.close();
  rmSync(join(directory, 'chain'), { recursive: true });
  chain = await openTestChain({ directory, network: LONG_NETWORK });
};

beforeEach(async () => {
  directory = newDirectory();
  chain = await openTestChain({ directory, network: LONG_NETWORK });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await chain.close();
});

test('a disk that fails stops the chain immediately, not after all checks', async () => {
  const blocks = 200;
  let at: Parent = tipOf(chain);
  for (let i = 0; i < blocks; i++) {
    const block = mineOn(chain, at, { header: { time: at.time + 1 } });
    await chain.submitBlock(block.bytes);
    at = parentOf(block);
  }
  await reopen();
  const failed = new Promise<unknown>((resolve) => chain.events.on('failed', resolve));
  const write = vi.spyOn(batches, 'write').mockRejectedValue(new Error('IO error: out of luck'));
  expect(await failed).toMatchObject({ code: 'storage-unusable' });
  write.mockRestore();
  expect(undoRecords()).toBeLessThan(blocks / 2);
  await expect(chain.idle()).rejects.toMatchObject({ code: 'storage-unusable' });
});

test('a slow disk delays the checks', async () => {
  // Each some 96 kB: outputs that nobody will ever spend.
  const blocks = 70;
  const lock = new Uint8Array(64);
  for (let height = 1; height <= blocks; height++)
    await extend(chain, {
      coinbase: createTransaction({
        version: 1,
        validFrom: height,
        expires: 0,
        inputs: [],
        outputs: Array.from({ length: 1300 }, () => ({ amount: 1 as Motes, lockType: LOCK_BURN, lock })),
        witness: [encodeRecords([{ tag: RECORD_TAG.extraNonce, bytes: Uint8Array.of(height) }])],
      }),
    });
  await reopen();
  let release!: () => void;
  const held = new Promise<void>((resolve) => (release = resolve));
  const write = vi.spyOn(batches, 'write').mockImplementation(async function (this: typeof batches) {
    await held;
    write.mockRestore();
    await this.write();
  });
  // What is in the pipeline, in the write, and 4 MB that wait for it: it gets to the brim, and stays there.
  await expect.poll(undoRecords).toBeGreaterThan(42);
  for (let turns = 0; turns < 200; turns++) await new Promise(setImmediate);
  expect(undoRecords()).toBeLessThan(55);
  release();
  await chain.idle();
  expect(chain.tip().height).toBe(blocks);
  expect(undoRecords()).toBe(blocks);
});
