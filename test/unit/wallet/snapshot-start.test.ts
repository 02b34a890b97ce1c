/** Protocol 5: a wallet restored on a node that began with a snapshot has its coins at once, and its history later. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { REGTEST_NETWORK } from '../../../main/core/params/built-in-networks.ts';
import { encodeAddress } from '../../../main/core/primitives/address.ts';
import { decodeHeader, type Header } from '../../../main/core/primitives/header.ts';
import { createHistory, type History } from '../../../main/chain/history-check.ts';
import type { Wallets } from '../../../main/wallet/wallets.ts';
import { newDirectory, silent, testChainDeps, testKey } from '../../support/chain/test-chain.ts';
import { openWorld, PASSWORD, type World } from './world.ts';

const BASE = 80;
const BLOCKS = 110;
const open: World[] = [];
const warnings: string[] = [];
const worldIn = async (directory = newDirectory()) => {
  // Records that do not add up are scanned again, which would hide an error of the ledger from the comparison below.
  const log = { ...silent, warn: (message: string) => warnings.push(message) };
  const world = await openWorld({ directory, network: REGTEST_NETWORK, log });
  open.push(world);
  return world;
};
afterEach(async () => {
  warnings.length = 0;
  for (const world of open.splice(0)) await world.stop();
});

const name = 'a';
const stateOf = async (wallets: Wallets) => ({
  balance: await wallets.balance(name),
  history: (await wallets.history({ name, limit: 500 })).map(({ txid, amount, height, state }) => ({
    txid,
    amount,
    height,
    state,
  })),
});

/** A chain on which a wallet was paid and has paid, below the snapshot and above it, on more keys than are ready at once. */
async function source(): Promise<{ world: World; mnemonic: string; folder: string }> {
  const directory = newDirectory();
  const world = await worldIn(directory);
  const { wallets } = world;
  const { mnemonic } = await wallets.create({ name, password: PASSWORD, words: 12 });
  await wallets.unlock(name, PASSWORD);
  const stranger = testKey(9).lock;
  const send = async () => {
    const to = [{ address: strangerAddress(world), amount: 100_000_000 }];
    const { draft } = await wallets.prepare({ name, to });
    await wallets.confirmUnlocked(draft);
  };
  while (world.chain.tip().height < BLOCKS) {
    const { height } = world.chain.tip();
    if (height % 11 === 5) await world.mine(1, world.lockOf(await wallets.newAddress(name)));
    else await world.mine(1, stranger);
    if (height === 60 || height === 90) await send();
  }
  await expect.poll(() => world.chain.snapshotRootOf(BASE)).not.toBeNull();
  const folder = readdirSync(join(directory, 'snapshots')).find(
    (each) => Number(each.slice(0, 10)) === BASE,
  )!;
  return { world, mnemonic, folder: join(directory, 'snapshots', folder) };
}

const strangerAddress = (world: World) => encodeAddress(world.chain.network.hrp, testKey(9).lock);

test('the balance is there at once; the history when the blocks are', { timeout: 60_000 }, async () => {
  const { world: from, mnemonic, folder } = await source();
  const wanted = await stateOf(from.wallets);
  expect(wanted.history.length).toBeGreaterThan(8);
  const body = async (height: number) => (await from.chain.readBlock(from.chain.atHeight(height)!.id))!;

  const directory = newDirectory();
  let world = await worldIn(directory);
  const header = (height: number) =>
    decodeHeader(from.chain.headerBytes(from.chain.atHeight(height)!)) as Header;
  await world.chain.acceptHeaders(Array.from({ length: BLOCKS }, (_, i) => header(i + 1)));
  await world.chain.loadSnapshot(folder, await body(BASE + REGTEST_NETWORK.params.delay));
  for (let height = BASE + 1; height <= 100; height++) await world.chain.submitBlock(await body(height));

  await world.wallets.restore({ name, password: PASSWORD, mnemonic });
  for (let height = 101; height <= BLOCKS; height++) await world.chain.submitBlock(await body(height));
  await expect.poll(async () => (await stateOf(world.wallets)).balance).toEqual(wanted.balance);
  // What it has is money: it can be spent, and what comes in the next blocks is noted.
  const before = await stateOf(world.wallets);
  expect(before.history.length).toBeLessThan(wanted.history.length);

  let history: History = (await createHistory(world.chain, testChainDeps({ directory })))!;
  for (let height = 1; height <= BASE; height++) {
    expect(await history.submit(await body(height))).toBeNull();
    if (height !== 40) continue;
    await history.close();
    await open.pop()!.stop();
    world = await worldIn(directory);
    expect((await stateOf(world.wallets)).balance).toEqual(wanted.balance);
    history = (await createHistory(world.chain, testChainDeps({ directory })))!;
  }
  await history.settled;
  await world.wallets.unlock(name, PASSWORD);
  await expect.poll(() => stateOf(world.wallets)).toEqual(wanted);

  // And nobody has to fetch a body again.
  await open.pop()!.stop();
  world = await worldIn(directory);
  expect(world.chain.missingBlocks(10)).toEqual([]);
  expect(world.chain.lowestServedHeight()).toBe(1);
  expect(await stateOf(world.wallets)).toEqual(wanted);
  expect(warnings).toEqual([]);
});

test(
  'a reorganisation across the block of the scan scans again, and nothing is counted twice',
  { timeout: 60_000 },
  async () => {
    const { world: from, mnemonic, folder } = await source();
    const body = async (height: number) => (await from.chain.readBlock(from.chain.atHeight(height)!.id))!;
    const world = await worldIn();
    const header = (height: number) =>
      decodeHeader(from.chain.headerBytes(from.chain.atHeight(height)!)) as Header;
    await world.chain.acceptHeaders(Array.from({ length: BLOCKS }, (_, i) => header(i + 1)));
    await world.chain.loadSnapshot(folder, await body(BASE + REGTEST_NETWORK.params.delay));
    for (let height = BASE + 1; height <= BLOCKS; height++) await world.chain.submitBlock(await body(height));
    await world.wallets.restore({ name, password: PASSWORD, mnemonic });
    const wanted = await stateOf(from.wallets);
    await expect.poll(async () => (await stateOf(world.wallets)).balance).toEqual(wanted.balance);
    const payTo = from.lockOf(await from.wallets.address(name));
    const branch = await from.fork(107, () => ({ payTo }));
    for (const { bytes } of branch) await world.chain.submitBlock(bytes);
    expect(world.chain.tip().id).toBe(from.chain.tip().id);
    const { balance } = await stateOf(from.wallets);
    await expect.poll(async () => (await stateOf(world.wallets)).balance).toEqual(balance);
    expect(balance).not.toEqual(wanted.balance);
  },
);
