import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Block } from '../../../main/core/primitives/block.ts';
import type { Chain } from '../../../main/chain/chain.ts';
import {
  extend,
  mineOn,
  newDirectory,
  openTestChain,
  parentOf,
  testKey,
  tipOf,
} from '../../support/chain/test-chain.ts';

// Every block fills a file of its own.
const SEGMENT_BYTES = 1;
const BLOCKS = 8;
let directory: string;
let blocks: Block[];
let chain: Chain;

beforeEach(async () => {
  directory = newDirectory();
  chain = await openTestChain({ directory, segmentBytes: SEGMENT_BYTES });
  blocks = [];
  for (let i = 0; i < BLOCKS; i++) blocks.push(await extend(chain));
  await chain.close();
});
afterEach(() => chain.close());

const open = async (more: { pruneBytes?: number } = {}) =>
  (chain = await openTestChain({ directory, segmentBytes: SEGMENT_BYTES, ...more }));
const file = (folder: string, height: number) =>
  join(directory, folder, `${String(height).padStart(6, '0')}.seg`);
const gaps = () => chain.gaps(100, () => true).map(({ height }) => height);

function flipBit(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes[at]! ^= 4;
  writeFileSync(path, bytes);
}

test('bodies below the tip whose file is missing are requested and stored again', async () => {
  for (const height of [2, 3, 5]) rmSync(file('blocks', height));
  await open();
  expect(chain.tip().height).toBe(BLOCKS);
  expect(gaps()).toEqual([2, 3, 5]);
  expect(chain.missingBlocks(100)).toEqual([]);
  expect(chain.lowestServedHeight()).toBe(6);
  expect(await chain.readBlock(blocks[1]!.header.idHex)).toBeNull();
  for (const height of [3, 5, 2]) await chain.submitBlock(blocks[height - 1]!.bytes);
  expect(gaps()).toEqual([]);
  expect(chain.lowestServedHeight()).toBe(1);
  expect(await chain.readBlock(blocks[1]!.header.idHex)).toEqual(blocks[1]!.bytes);
  await chain.close();
  await open();
  expect(gaps()).toEqual([]);
  expect(await chain.readBlock(blocks[4]!.header.idHex)).toEqual(blocks[4]!.bytes);
});

test('missing bodies are requested after those on the path to the best header', async () => {
  for (const height of [2, 3]) rmSync(file('blocks', height));
  await open();
  const next = mineOn(chain, tipOf(chain));
  await chain.acceptHeaders([next.header]);
  expect(chain.missingBlocks(1).map(({ height }) => height)).toEqual([BLOCKS + 1]);
  await chain.submitBlock(next.bytes);
  expect(chain.tip().height).toBe(BLOCKS + 1);
  expect(gaps()).toEqual([2, 3]);
});

test('the newest blocks without bodies are disconnected at the start, down to one that has its body', async () => {
  for (const height of [3, BLOCKS - 1, BLOCKS]) rmSync(file('blocks', height));
  await open();
  expect(chain.tip().height).toBe(BLOCKS - 2);
  expect(gaps()).toEqual([3]);
  // Nothing is waited for that perhaps nobody has.
  expect(chain.bestHeader().height).toBe(BLOCKS - 2);
  for (const height of [BLOCKS - 1, BLOCKS]) await chain.submitBlock(blocks[height - 1]!.bytes);
  expect(chain.tip().height).toBe(BLOCKS);
  await expectAsAfter(blocks);
});

test('a body that is found corrupt when it is read is requested again', async () => {
  flipBit(file('blocks', 4), 60);
  await open();
  expect(gaps()).toEqual([]);
  expect(await chain.readBlock(blocks[3]!.header.idHex)).toBeNull();
  expect(gaps()).toEqual([4]);
  await chain.submitBlock(blocks[3]!.bytes);
  expect(await chain.readBlock(blocks[3]!.header.idHex)).toEqual(blocks[3]!.bytes);
});

test('a new record is never written at the position of a lost one', async () => {
  rmSync(file('blocks', BLOCKS));
  rmSync(file('undo', BLOCKS));
  await open();
  const next = await extend(chain);
  expect(await chain.readBlock(blocks[BLOCKS - 1]!.header.idHex)).toBeNull();
  expect(await chain.readBlock(next.header.idHex)).toEqual(next.bytes);
  expect(readdirSync(join(directory, 'undo'))).not.toContain(`00000${BLOCKS}.seg`);
});

test('a node that prunes does not request old bodies', async () => {
  rmSync(file('blocks', 1));
  await open({ pruneBytes: 1_000_000 });
  expect(gaps()).toEqual([]);
  expect(chain.lowestServedHeight()).toBe(2);
});

/** Two blocks on the last but one: following them disconnects the last. */
function branchOfTwo(): Block[] {
  const first = mineOn(chain, parentOf(blocks[BLOCKS - 2]!), { payTo: testKey(9).lock });
  return [first, mineOn(chain, parentOf(first), { payTo: testKey(9).lock })];
}

async function expectAsAfter(followed: readonly Block[]): Promise<void> {
  const twin = await openTestChain();
  for (const block of followed) await twin.submitBlock(block.bytes);
  expect({ tip: chain.tip().id, totals: chain.totals(), set: await chain.setHash() }).toEqual({
    tip: twin.tip().id,
    totals: twin.totals(),
    set: await twin.setHash(),
  });
  await twin.close();
}

test('disconnecting a block needs only its undo record, not its body', async () => {
  await open();
  flipBit(file('blocks', BLOCKS), 60);
  const disconnected: unknown[] = [];
  chain.events.on('disconnected', ({ entry, block }) => disconnected.push([entry.height, block]));
  const branch = branchOfTwo();
  for (const block of branch) await chain.submitBlock(block.bytes);
  await expect.poll(() => chain.tip().id).toBe(branch[1]!.header.idHex);
  expect(disconnected).toEqual([[BLOCKS, null]]);
  await expectAsAfter([...blocks.slice(0, -1), ...branch]);
  // The branch that was left can win again once its body has come.
  let at = blocks.at(-1)!;
  const longer = [at];
  for (let i = 0; i < 3; i++) longer.push((at = mineOn(chain, parentOf(at))));
  for (const block of longer.slice(1)) await chain.submitBlock(block.bytes);
  expect(chain.tip().id).toBe(branch[1]!.header.idHex);
  expect(chain.missingBlocks(10).map(({ id }) => id)).toEqual([blocks.at(-1)!.header.idHex]);
  await chain.submitBlock(blocks.at(-1)!.bytes);
  await expect.poll(() => chain.tip().id).toBe(at.header.idHex);
  await expectAsAfter([...blocks, ...longer.slice(1)]);
});

test('disconnecting a block without its undo record requires a rebuild, which loses no data', async () => {
  rmSync(file('undo', BLOCKS));
  await open();
  const failures: unknown[] = [];
  chain.events.on('failed', (error) => failures.push(error));
  const branch = branchOfTwo();
  for (const block of branch) await chain.submitBlock(block.bytes);
  await expect.poll(() => failures).toMatchObject([{ code: 'storage-damaged' }]);
  await chain.close();

  await open();
  await expect.poll(() => chain.tip().id).toBe(branch[1]!.header.idHex);
  expect(chain.tip().height).toBe(BLOCKS + 1);
  await expectAsAfter([...blocks.slice(0, -1), ...branch]);
  // The mark is gone: the next start is an ordinary one.
  await chain.close();
  expect(readdirSync(directory)).not.toContain('chain.rebuild');
  await open();
  expect(tipOf(chain).height).toBe(BLOCKS + 1);
});
