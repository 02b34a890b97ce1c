import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Block, createBlock } from '../../../main/core/primitives/block.ts';
import { createHeader } from '../../../main/core/primitives/header.ts';
import { createTransaction } from '../../../main/core/primitives/transaction.ts';
import type { Chain } from '../../../main/chain/chain.ts';
import { frame } from '../../../main/storage/segment-frame.ts';
import {
  coinbaseOf,
  extend,
  mineOn,
  newDirectory,
  openTestChain,
  parentOf,
  pay,
  testKey,
  tipOf,
} from '../../support/chain/test-chain.ts';

let directory: string;
let chain: Chain;
const open = async (segmentBytes?: number) =>
  (chain = await openTestChain({ directory, ...(segmentBytes === undefined ? {} : { segmentBytes }) }));
const forgetDatabase = async () => {
  await chain.close();
  rmSync(join(directory, 'chain'), { recursive: true });
};
const segment = (number: number) => join(directory, 'blocks', `${String(number).padStart(6, '0')}.seg`);

beforeEach(() => {
  directory = newDirectory();
});
afterEach(() => chain.close());

test('a node without its database rebuilds its chain from the stored blocks', async () => {
  await open();
  for (let i = 0; i < 30; i++) await extend(chain);
  const before = { tip: chain.tip().id, totals: chain.totals(), set: await chain.setHash() };
  await forgetDatabase();
  await open();
  await expect.poll(() => chain.tip().height).toBe(30);
  expect({ tip: chain.tip().id, totals: chain.totals(), set: await chain.setHash() }).toEqual(before);
});

test('the renamed database is kept for a session, and deleted at the next start', async () => {
  await open();
  await extend(chain);
  await chain.close();
  writeFileSync(join(directory, 'chain', 'CURRENT'), 'nonsense');
  await open();
  await chain.idle();
  expect(readFileSync(join(directory, 'chain.damaged', 'CURRENT'), 'utf8')).toBe('nonsense');
  await chain.close();
  await open();
  expect(chain.tip().height).toBe(1);
  expect(readdirSync(directory)).not.toContain('chain.damaged');
});

test('only the missing blocks are downloaded again, not the blocks after them', async () => {
  await open(1);
  const blocks: Block[] = [];
  for (let i = 0; i < 10; i++) blocks.push(await extend(chain));
  await forgetDatabase();
  rmSync(segment(4));
  await open(1);
  await expect.poll(() => chain.tip().height).toBe(3);
  expect(chain.bestHeader().height).toBe(3);
  await chain.acceptHeaders(blocks.map(({ header }) => header));
  expect(chain.missingBlocks(100).map(({ height }) => height)).toEqual([4]);
  await chain.submitBlock(blocks[3]!.bytes);
  await expect.poll(() => chain.tip().height).toBe(10);
});

test('two branches are found, and the one with more work becomes active', async () => {
  await open();
  const fork = await extend(chain);
  await extend(chain);
  let rival = mineOn(chain, parentOf(fork), { payTo: testKey(5).lock });
  await chain.submitBlock(rival.bytes);
  for (let i = 0; i < 2; i++) {
    rival = mineOn(chain, parentOf(rival), { payTo: testKey(5).lock });
    await chain.submitBlock(rival.bytes);
  }
  await forgetDatabase();
  await open();
  await expect.poll(() => chain.tip().id).toBe(rival.header.idHex);
});

test('a block that breaks a rule is refused again', async () => {
  await open();
  for (let i = 0; i < 6; i++) await extend(chain);
  const never = { ...coinbaseOf(await extend(chain)), outpoint: { txid: new Uint8Array(32), index: 0 } };
  const tx = pay(chain, [never], testKey(1).secret, [{ amount: 1, lock: testKey(2).lock }]);
  const bad = mineOn(chain, tipOf(chain), { transactions: [tx] });
  expect(await chain.submitBlock(bad.bytes)).toMatchObject({ code: 'coin-missing' });
  await forgetDatabase();
  await open();
  await expect.poll(() => chain.entry(bad.header.idHex)?.status).toBe('invalid');
  expect(chain.tip().height).toBe(7);
});

test('a record that a miner hid inside a block is never read as a separate block', async () => {
  await open();
  const first = await extend(chain);
  for (let i = 0; i < 5; i++) await extend(chain);
  // A coin that is free to spend takes any witness: this one is a record of a block that nobody worked for.
  const free = { lockType: 9, lock: new Uint8Array(0) };
  const gift = pay(chain, [coinbaseOf(first)], testKey(1).secret, [{ amount: 1000, lock: free }]);
  const parent = await extend(chain, { transactions: [gift] });
  const honest = mineOn(chain, parentOf(parent));
  let forged = honest;
  for (let nonce = 1; forged.header.idHex === honest.header.idHex; nonce++)
    forged = createBlock(
      createHeader({ ...honest.header, nonce: honest.header.nonce + nonce }),
      honest.transactions,
    );
  const carrier = createTransaction({
    version: 1,
    validFrom: 0,
    expires: 0,
    inputs: [{ txid: gift.txid, index: 0 }],
    outputs: [{ amount: 1000 as never, ...testKey(2).lock }],
    witness: [frame(forged.bytes)],
  });
  const carrying = await extend(chain, { transactions: [carrier] });
  await forgetDatabase();

  // The header of the enclosing record is corrupt, so that the search for the next record finds the hidden one.
  const [name] = readdirSync(join(directory, 'blocks')) as [string];
  const bytes = readFileSync(join(directory, 'blocks', name));
  bytes.fill(0, bytes.indexOf(carrying.bytes) - 12, bytes.indexOf(carrying.bytes));
  expect(bytes.indexOf(forged.bytes)).toBeGreaterThan(0);
  writeFileSync(join(directory, 'blocks', name), bytes);
  await open();
  await expect.poll(() => chain.tip().id).toBe(parent.header.idHex);
  expect(chain.entry(forged.header.idHex)).toBeUndefined();
  await chain.submitBlock(carrying.bytes);
  expect(chain.tip().id).toBe(carrying.header.idHex);
});

test('a hidden body with the header of a real block is rejected as well', async () => {
  await open();
  const first = await extend(chain);
  for (let i = 0; i < 5; i++) await extend(chain);
  const free = { lockType: 9, lock: new Uint8Array(0) };
  const gift = pay(chain, [coinbaseOf(first)], testKey(1).secret, [{ amount: 1000, lock: free }]);
  const parent = await extend(chain, { transactions: [gift] });
  const rival = mineOn(chain, parentOf(parent), { payTo: testKey(3).lock });
  const twisted = createBlock(
    rival.header,
    mineOn(chain, parentOf(parent), { payTo: testKey(4).lock }).transactions,
  );
  const carrier = createTransaction({
    version: 1,
    validFrom: 0,
    expires: 0,
    inputs: [{ txid: gift.txid, index: 0 }],
    outputs: [{ amount: 1000 as never, ...testKey(2).lock }],
    witness: [frame(twisted.bytes)],
  });
  const carrying = await extend(chain, { transactions: [carrier] });
  await forgetDatabase();
  const [name] = readdirSync(join(directory, 'blocks')) as [string];
  const bytes = readFileSync(join(directory, 'blocks', name));
  bytes.fill(0, bytes.indexOf(carrying.bytes) - 12, bytes.indexOf(carrying.bytes));
  writeFileSync(join(directory, 'blocks', name), bytes);
  await open();
  await expect.poll(() => chain.tip().id).toBe(parent.header.idHex);
  await chain.acceptHeaders([rival.header]);
  expect(chain.missingBlocks(10).map(({ id }) => id)).toEqual([rival.header.idHex]);
  await chain.submitBlock(rival.bytes);
  expect(chain.tip().id).toBe(rival.header.idHex);
});
