import { afterEach, expect, test } from 'vitest';
import type { Chain } from '../../../main/chain/chain.ts';
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

const open: Chain[] = [];
const chainIn = async (directory = newDirectory()) => {
  const chain = await openTestChain({ directory });
  open.push(chain);
  return chain;
};
afterEach(async () => {
  for (const chain of open.splice(0)) await chain.close();
});

test('connects blocks with payments and keeps them over a restart', async () => {
  const directory = newDirectory();
  const chain = await chainIn(directory);
  const first = await extend(chain);
  for (let i = 0; i < 6; i++) await extend(chain);
  const { secret } = testKey(1);
  const to = testKey(2).lock;
  const tx = pay(chain, [coinbaseOf(first)], secret, [
    { amount: 1_000_000_000, lock: to },
    { amount: 999_000_000, lock: testKey(1).lock },
  ]);
  await extend(chain, { transactions: [tx], fees: 1_000_000 });
  expect(chain.getCoin({ txid: tx.txid, index: 0 })?.amount).toBe(1_000_000_000);
  expect(chain.getCoin(coinbaseOf(first).outpoint)).toBeUndefined();
  const before = { tip: chain.tip().id, totals: chain.totals(), hash: await chain.setHash() };
  expect(before.totals.total).toBe(8 * 2_000_000_000);
  await open.pop()!.close();
  const again = await chainIn(directory);
  expect({ tip: again.tip().id, totals: again.totals(), hash: await again.setHash() }).toEqual(before);
});

test('follows the chain with the most work and disconnects the other one', async () => {
  const chain = await chainIn();
  const fork = await extend(chain);
  const hash = await chain.setHash();
  const a = await extend(chain);
  await extend(chain, {});
  let at = mineOn(chain, parentOf(fork), { payTo: testKey(9).lock });
  const branch = [at];
  for (let i = 0; i < 2; i++) branch.push((at = mineOn(chain, parentOf(at), { payTo: testKey(9).lock })));
  const seen: string[] = [];
  chain.events.on('connected', ({ entry }) => seen.push(`+${entry.height}`));
  chain.events.on('disconnected', ({ entry }) => seen.push(`-${entry.height}`));
  const results = [];
  for (const block of branch) results.push(await chain.submitBlock(block.bytes));
  expect(results.map((r) => ('status' in r ? r.status : r.code))).toEqual(['stored', 'stored', 'connected']);
  expect(seen).toEqual(['-3', '-2', '+2', '+3', '+4']);
  expect(chain.tip().id).toBe(at.header.idHex);
  expect(chain.getCoin(coinbaseOf(a).outpoint)).toBeUndefined();
  expect(hash).not.toBe(await chain.setHash());
  expect(chain.totals().coins).toBe(4);
});

test('an event announces a block before it is connected, but not a block on a stale branch', async () => {
  const chain = await chainIn();
  const fork = await extend(chain);
  const told: string[] = [];
  chain.events.on('next', ({ entry, block }) =>
    told.push(`next ${entry.height} ${block.header.idHex === entry.id}`),
  );
  chain.events.on('connected', ({ entry }) => told.push(`connected ${entry.height}`));
  await extend(chain);
  await chain.submitBlock(mineOn(chain, parentOf(fork), { payTo: testKey(9).lock }).bytes);
  await extend(chain);
  expect(told).toEqual(['next 2 true', 'connected 2', 'next 3 true', 'connected 3']);
});

test('a wrong signature makes the block invalid, not the chain before it', async () => {
  const chain = await chainIn();
  const first = await extend(chain);
  for (let i = 0; i < 5; i++) await extend(chain);
  const tx = pay(chain, [coinbaseOf(first)], testKey(3).secret, [
    { amount: 1_000_000, lock: testKey(2).lock },
  ]);
  const bad = mineOn(chain, tipOf(chain), { transactions: [tx], fees: 0 });
  expect(await chain.submitBlock(bad.bytes)).toMatchObject({ code: 'tx-signature' });
  expect(await chain.submitBlock(bad.bytes)).toMatchObject({ code: 'block-invalid' });
  const good = await extend(chain);
  expect(chain.tip().id).toBe(good.header.idHex);
});

test('descendants of an invalid block stay invalid over a restart, however much work they have', async () => {
  const directory = newDirectory();
  const chain = await chainIn(directory);
  const fork = await extend(chain);
  const bad = mineOn(chain, parentOf(fork), { fees: 1 });
  const line = [bad];
  for (let i = 0; i < 20; i++) line.push(mineOn(chain, parentOf(line.at(-1)!), { payTo: testKey(9).lock }));
  await chain.acceptHeaders(line.map(({ header }) => header));
  expect(chain.bestHeader().height).toBe(22);
  expect(await chain.submitBlock(bad.bytes)).toMatchObject({ code: 'coinbase-amount' });
  const good = await extend(chain);
  await open.pop()!.close();
  const again = await chainIn(directory);
  expect(again.bestHeader().id).toBe(good.header.idHex);
  const statuses = line.map(({ header }) => again.entry(header.idHex)?.status);
  expect(statuses).toEqual(line.map(() => 'invalid'));
  const next = mineOn(chain, parentOf(line.at(-1)!), {});
  expect(await again.submitBlock(next.bytes)).toMatchObject({ code: 'header-on-invalid' });
  expect(again.missingBlocks(10)).toEqual([]);
});

test('blocks that arrive out of order are connected when the gap closes', async () => {
  const source = await chainIn();
  const blocks = [];
  for (let i = 0; i < 5; i++) blocks.push(await extend(source));
  const chain = await chainIn();
  await chain.acceptHeaders(blocks.map((block) => block.header));
  expect(chain.bestHeader().height).toBe(5);
  expect(chain.missingBlocks(10).map((entry) => entry.height)).toEqual([1, 2, 3, 4, 5]);
  for (const i of [4, 2, 1, 3]) await chain.submitBlock(blocks[i]!.bytes);
  expect(chain.tip().height).toBe(0);
  await chain.submitBlock(blocks[0]!.bytes);
  await expect.poll(() => chain.tip().height).toBe(5);
  expect(chain.missingBlocks(10)).toEqual([]);
});
