/** Searches of the chain: what a wallet lacks is found, nothing else changes, and it says how far it looked. */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../../main/lib/clock.ts';
import type { Chain } from '../../../main/chain/chain.ts';
import type { Lock } from '../../../main/core/primitives/coin.ts';
import { LOCK_KEY } from '../../../main/core/primitives/coin.ts';
import { encodeAddress } from '../../../main/core/primitives/address.ts';
import { isViolation } from '../../../main/core/violation.ts';
import { deriveSecrets } from '../../../main/wallet/secrets/key-secrets.ts';
import { checkWords } from '../../../main/wallet/open/new-wallet.ts';
import { heightBefore } from '../../../main/wallet/wallet-search.ts';
import { newDirectory, testKey } from '../../support/chain/test-chain.ts';
import {
  eventually,
  keyDeps,
  MATURITY,
  network,
  PASSWORD,
  send,
  SUBSIDY,
  walletWithCoins,
  type World,
  type WorldOptions,
} from './world.ts';
import { worldsOfFile } from './worlds.ts';

const STRANGER = testKey(7);
const { open, reopen, worlds } = worldsOfFile();
/** What the disk has now, as after a crash. */
const copyOf = (world: World) => {
  const directory = newDirectory();
  cpSync(world.directory, directory, { recursive: true });
  return directory;
};

/** The lock of a receiving key of a recovery phrase. */
async function lockAt(mnemonic: string, index: number): Promise<Lock> {
  const { entropy } = checkWords(mnemonic);
  const secrets = await deriveSecrets({ entropy, passphrase: new Uint8Array(0) }, 0, keyDeps);
  return { lockType: LOCK_KEY, lock: await secrets.publicKeys(0, index, 1) };
}
const holds = async (world: World, name = 'a') => {
  const { confirmed, immature } = await world.wallets.balance(name);
  return confirmed + immature;
};
const isDone = (world: World, name = 'a') => eventually(() => world.wallets.search(name).state).toBe('done');

/** Reads of blocks, which can be held up. */
function gate() {
  let chain: Chain | null = null;
  let closedFrom = Infinity;
  return {
    of: (world: World) => void (chain = world.chain),
    closeFrom: (height: number) => void (closedFrom = height),
    /** The block "is not here yet", as one that was requested again after a disk error. */
    async readBlock(id: string): Promise<Uint8Array | null> {
      if (chain === null) return null;
      for (let height = closedFrom; height <= chain.tip().height; height++)
        if (chain.atHeight(height)!.id === id) return null;
      return chain.readBlock(id);
    },
  };
}

/** A wallet at block 9 with rewards in the blocks 1 and 2, and one at key 300 in block 5, which it does not look for. */
async function worldOfTen(options: WorldOptions = {}) {
  const world = await open(options);
  const { mnemonic } = await world.wallets.create({ name: 'a', password: PASSWORD, words: 12 });
  await world.mine(2, world.wallets.payout('a'));
  await world.mine(2, STRANGER.lock);
  await world.mine(1, await lockAt(mnemonic, 300));
  await world.mine(4, STRANGER.lock);
  await eventually(async () => (await world.wallets.balance('a')).asOfHeight).toBe(9);
  await world.wallets.unlock('a', PASSWORD);
  return { world, mnemonic };
}

describe('a search of the chain', () => {
  test('finds a payment that the wallet lacked, and says in which block', async () => {
    const { world } = await worldOfTen();
    const before = await holds(world);
    await world.wallets.rescan('a', { gap: 301 });
    await eventually(() => holds(world)).toBe(before + SUBSIDY);
    await isDone(world);
    expect(world.wallets.search('a')).toMatchObject({
      kind: 'rescan',
      fromHeight: 0,
      toHeight: 9,
      certainTo: 9,
      blocksRead: 10,
      blocksTotal: 10,
      lackedFrom: 5,
      unsearched: null,
      incompleteSince: null,
      gap: 301,
    });
  });

  test('leaves out the blocks below its first', async () => {
    const { world } = await worldOfTen();
    const before = await holds(world);
    await world.wallets.rescan('a', { gap: 301, fromHeight: 6 });
    await isDone(world);
    expect(world.wallets.search('a')).toMatchObject({ fromHeight: 6, certainTo: 9, lackedFrom: null });
    expect(await holds(world)).toBe(before);
  });

  test('refuses a height above the tip', async () => {
    const { world } = await worldOfTen();
    await expect(world.wallets.rescan('a', { fromHeight: 10 })).rejects.toMatchObject({
      code: 'wallet-search-ahead',
    });
  });

  test('changes nothing when the wallet lacks nothing', async () => {
    const world = await open();
    await walletWithCoins(world, 'a', 3);
    const view = async () => ({
      balance: await world.wallets.balance('a'),
      history: await world.wallets.history({ name: 'a', limit: 100 }),
    });
    const before = await view();
    await world.wallets.rescan('a', {});
    await isDone(world);
    expect([await view(), world.wallets.search('a').lackedFrom]).toEqual([before, null]);
  });

  test('keeps the balance while it compares, and says which part is certain', async () => {
    const blocks = gate();
    const { world } = await worldOfTen({ readBlock: blocks.readBlock });
    blocks.of(world);
    const before = await holds(world);
    blocks.closeFrom(4);
    await world.wallets.rescan('a', { gap: 301 });
    await eventually(() => world.wallets.search('a')).toMatchObject({
      state: 'checking',
      certainTo: 3,
      blocksRead: 4,
      blocksTotal: 10,
    });
    expect(await world.wallets.balance('a')).toMatchObject({ asOfHeight: 9 });
    expect(await holds(world)).toBe(before);
  });
});

test('the lowest block that a search has yet to compare is needed until its end', async () => {
  const blocks = gate();
  const { world } = await worldOfTen({ readBlock: blocks.readBlock });
  blocks.of(world);
  expect(world.wallets.neededFrom()).toBeNull();
  blocks.closeFrom(4);
  await world.wallets.rescan('a', {});
  await eventually(() => world.wallets.neededFrom()).toBe(4);
  await world.wallets.cancelRescan('a');
  expect(world.wallets.neededFrom()).toBeNull();
});

test('every block is needed while the wallets are not running', async () => {
  const { world } = await worldOfTen({});
  await world.wallets.stop();
  expect(world.wallets.neededFrom()).toBe(0);
});

describe('a search that is cancelled', () => {
  test('leaves the wallet as it was, and says what it compared', async () => {
    const blocks = gate();
    const { world } = await worldOfTen({ readBlock: blocks.readBlock });
    blocks.of(world);
    const before = [await holds(world), await world.wallets.history({ name: 'a', limit: 100 })];
    blocks.closeFrom(4);
    await world.wallets.rescan('a', { gap: 301 });
    await eventually(() => world.wallets.search('a').certainTo).toBe(3);
    await world.wallets.cancelRescan('a');
    blocks.closeFrom(Infinity);
    await world.mine(1, STRANGER.lock);
    await eventually(async () => (await world.wallets.balance('a')).asOfHeight).toBe(10);
    expect(world.wallets.search('a')).toMatchObject({ state: 'cancelled', certainTo: 3, toHeight: 3 });
    expect([await holds(world), (await world.wallets.history({ name: 'a', limit: 100 })).length]).toEqual([
      before[0],
      (before[1] as unknown[]).length,
    ]);
  });

  test('still finds later payments to the further addresses', async () => {
    const blocks = gate();
    const { world, mnemonic } = await worldOfTen({ readBlock: blocks.readBlock });
    blocks.of(world);
    const before = await holds(world);
    blocks.closeFrom(4);
    await world.wallets.rescan('a', { gap: 301 });
    await world.wallets.cancelRescan('a');
    blocks.closeFrom(Infinity);
    await world.mine(1, await lockAt(mnemonic, 299));
    await eventually(() => holds(world)).toBe(before + SUBSIDY);
  });

  test('is refused when none runs', async () => {
    const { world } = await worldOfTen();
    await expect(world.wallets.cancelRescan('a')).rejects.toMatchObject({ code: 'wallet-search-none' });
  });

  test('is refused while the wallet reads blocks after a payment that it lacked', async () => {
    const blocks = gate();
    const { world } = await worldOfTen({ readBlock: blocks.readBlock });
    // The newest blocks are in memory, and no gate holds them up.
    await world.mine(4, STRANGER.lock);
    blocks.of(world);
    blocks.closeFrom(6);
    await world.wallets.rescan('a', { gap: 301 });
    await eventually(() => world.wallets.search('a')).toMatchObject({
      state: 'reading',
      lackedFrom: 5,
      certainTo: 5,
    });
    await expect(world.wallets.cancelRescan('a')).rejects.toMatchObject({
      code: 'wallet-search-reading',
      data: { height: 5 },
    });
  });
});

test('another search is refused while the wallet reads blocks', async () => {
  const blocks = gate();
  const { world } = await worldOfTen({ readBlock: blocks.readBlock });
  await world.mine(4, STRANGER.lock);
  blocks.of(world);
  blocks.closeFrom(6);
  await world.wallets.rescan('a', { gap: 301 });
  await eventually(() => world.wallets.search('a').state).toBe('reading');
  await expect(world.wallets.rescan('a', { gap: 400 })).rejects.toMatchObject({
    code: 'wallet-search-reading',
    data: { height: 5 },
  });
  expect(world.wallets.search('a')).toMatchObject({ state: 'reading', lackedFrom: 5, gap: 301 });
});

describe('a search on a node that lacks blocks', () => {
  /** A wallet with a coin at key 300 in block 3 and one at key 500 in block 5, which it does not look for. */
  const worldWithFarCoins = async (options: WorldOptions) => {
    const world = await open(options);
    const { mnemonic } = await world.wallets.create({ name: 'a', password: PASSWORD, words: 12 });
    await world.mine(2, world.wallets.payout('a'));
    await world.mine(1, await lockAt(mnemonic, 300));
    await world.mine(1, STRANGER.lock);
    await world.mine(1, await lockAt(mnemonic, 500));
    await world.mine(MATURITY, STRANGER.lock);
    await eventually(async () => (await world.wallets.balance('a')).asOfHeight).toBe(
      world.chain.tip().height,
    );
    await world.wallets.unlock('a', PASSWORD);
    return { world, mnemonic };
  };

  test('derives further keys for a coin that it found, and finds the coins of those', async () => {
    let pruned = 0;
    const { world } = await worldWithFarCoins({ prunedBelow: () => pruned });
    pruned = 7;
    const before = await holds(world);
    await world.wallets.rescan('a', { gap: 301 });
    await isDone(world);
    expect(await holds(world)).toBe(before + 2 * SUBSIDY);
    expect(world.wallets.search('a')).toMatchObject({
      lackedFrom: 3,
      unsearched: { fromHeight: 0, toHeight: 6 },
    });
  });

  test('keeps the history, also through a reorganisation of one block', async () => {
    let pruned = 0;
    const { world } = await worldWithFarCoins({ prunedBelow: () => pruned });
    const history = async () =>
      (await world.wallets.history({ name: 'a', limit: 100 })).map(({ txid, state }) => ({ txid, state }));
    const before = await history();
    const wanted = (await holds(world)) + 2 * SUBSIDY;
    pruned = 7;
    await world.wallets.rescan('a', { gap: 301 });
    await isDone(world);
    const { height } = world.chain.tip();
    await world.fork(height - 1, () => ({ payTo: STRANGER.lock }));
    await eventually(async () => (await world.wallets.balance('a')).asOfHeight).toBe(height + 1);
    expect(before.length).toBe(2);
    expect(await history()).toEqual(before);
    expect(await holds(world)).toBe(wanted);
  });

  test('keeps a payment that was replaced', async () => {
    let pruned = 0;
    const { world } = await worldWithFarCoins({ prunedBelow: () => pruned });
    const to = [{ address: encodeAddress(network.hrp, STRANGER.lock), amount: 1_000_000 }];
    const { draft } = await world.wallets.prepare({ name: 'a', to });
    const sent = await world.wallets.confirm(draft, PASSWORD);
    if (isViolation(sent)) throw new Error(sent.code);
    const faster = await world.wallets.prepareFaster({ name: 'a', txid: sent.txid, how: 'speed-up' });
    await world.wallets.confirm(faster.draft, PASSWORD);
    await world.mine(1, STRANGER.lock);
    const states = async () =>
      (await world.wallets.history({ name: 'a', limit: 100 })).map(({ txid, state }) => `${txid} ${state}`);
    await eventually(async () => (await world.wallets.balance('a')).asOfHeight).toBe(
      world.chain.tip().height,
    );
    const before = await states();
    pruned = 7;
    await world.wallets.rescan('a', { gap: 301 });
    await isDone(world);
    expect(world.wallets.search('a').lackedFrom).toBe(3);
    expect(await states()).toEqual(before);
  });

  test('does not issue keys again that were used', async () => {
    let pruned = 0;
    const { world } = await worldWithFarCoins({ prunedBelow: () => pruned });
    await send(world, 'a', encodeAddress(network.hrp, STRANGER.lock), 1_000_000);
    await world.mine(1, STRANGER.lock);
    await eventually(async () => (await world.wallets.balance('a')).asOfHeight).toBe(
      world.chain.tip().height,
    );
    const next = world.wallets.payout('a');
    pruned = 7;
    await world.wallets.rescan('a', { gap: 301 });
    await isDone(world);
    expect(world.wallets.payout('a')).toEqual(next);
  });

  test('keeps the payments of blocks above one that is not stored', async () => {
    const lost = new Set<number>();
    const { world } = await worldOfTen({ lost });
    const before = await world.wallets.history({ name: 'a', limit: 100 });
    const coins = await holds(world);
    await world.mine(1, world.wallets.payout('a'));
    await eventually(async () => (await world.wallets.balance('a')).asOfHeight).toBe(10);
    lost.add(8);
    await world.wallets.rescan('a', { gap: 301 });
    await isDone(world);
    expect((await world.wallets.history({ name: 'a', limit: 100 })).length).toBe(before.length + 1);
    expect(await holds(world)).toBe(coins + 2 * SUBSIDY);
    expect(world.wallets.search('a')).toMatchObject({
      lackedFrom: 5,
      unsearched: { fromHeight: 5, toHeight: 8 },
    });
  });
});

describe('a reorganisation during a search', () => {
  test('is followed, and what the search compared on the old branch does not count', async () => {
    let atBlock: ((id: string) => Promise<void>) | null = null;
    // A step of a search compares all blocks while this clock stands.
    const clock = { ...systemClock, monotonic: () => 0 };
    const world: World = await open({
      clock,
      async readBlock(id) {
        await atBlock?.(id);
        return world.chain.readBlock(id);
      },
    });
    await world.wallets.create({ name: 'a', password: PASSWORD, words: 12 });
    await world.mine(2, world.wallets.payout('a'));
    await world.mine(3, STRANGER.lock);
    await world.mine(1, world.wallets.payout('a'));
    await world.mine(4, STRANGER.lock);
    await eventually(() => holds(world)).toBe(3 * SUBSIDY);
    const at = world.chain.atHeight(4)!.id;
    atBlock = async (id) => {
      if (id !== at) return;
      atBlock = null;
      await world.fork(3, () => ({ payTo: STRANGER.lock }));
    };
    await world.wallets.rescan('a', {});
    await isDone(world);
    expect(await world.wallets.balance('a')).toMatchObject({ asOfHeight: 11 });
    expect(await holds(world)).toBe(2 * SUBSIDY);
    expect(world.wallets.search('a')).toMatchObject({ certainTo: 11, lackedFrom: null });
  });
});

describe('an unlock', () => {
  /** A wallet that missed payments from block 1 on, because it was locked. */
  const short = async (options: WorldOptions = {}) => {
    const world = await open(options);
    const { mnemonic } = await world.wallets.create({ name: 'a', password: PASSWORD, words: 12 });
    await world.mine(3, STRANGER.lock);
    for (let i = 0; i < 102; i++) await world.mine(1, await lockAt(mnemonic, i));
    await eventually(() => world.wallets.search('a').incompleteSince).not.toBeNull();
    return { world, since: world.wallets.search('a').incompleteSince! };
  };

  test('does not complete a search that was cancelled', async () => {
    const blocks = gate();
    const { world } = await short({ readBlock: blocks.readBlock });
    blocks.of(world);
    blocks.closeFrom(4);
    await world.wallets.rescan('a', {});
    await eventually(() => world.wallets.search('a').certainTo).toBe(3);
    await world.wallets.cancelRescan('a');
    blocks.closeFrom(Infinity);
    await world.wallets.unlock('a', PASSWORD);
    await eventually(async () => (await world.wallets.balance('a')).asOfHeight).toBe(105);
    await world.mine(1, STRANGER.lock);
    await eventually(async () => (await world.wallets.balance('a')).asOfHeight).toBe(106);
    expect(world.wallets.search('a')).toMatchObject({ state: 'cancelled', certainTo: 3, toHeight: 3 });
  });

  test('says until its end that the wallet has blocks to read, also when a search is cancelled', async () => {
    const blocks = gate();
    const { world, since } = await short({ readBlock: blocks.readBlock });
    // The newest blocks are in memory, and no gate holds them up.
    await world.mine(5, STRANGER.lock);
    await eventually(() => world.wallets.search('a').unreadBlocks).toBe(0);
    blocks.of(world);
    blocks.closeFrom(since + 2);
    await world.wallets.rescan('a', {});
    await world.wallets.unlock('a', PASSWORD);
    const { height } = world.chain.tip();
    await eventually(() => world.wallets.search('a').unreadBlocks).toBe(height - since - 1);
    await world.wallets.cancelRescan('a');
    expect(world.wallets.search('a')).toMatchObject({
      state: 'cancelled',
      unreadBlocks: height - since - 1,
    });
    blocks.closeFrom(Infinity);
    await world.mine(1, STRANGER.lock);
    await eventually(() => world.wallets.search('a')).toMatchObject({ state: 'cancelled', unreadBlocks: 0 });
  });

  test('keeps the payments of blocks above one that is not stored', async () => {
    const lost = new Set<number>();
    const { world, since } = await short({ lost });
    // The newest blocks are in memory, and read from there.
    await world.mine(5, STRANGER.lock);
    const payments = async () => (await world.wallets.history({ name: 'a', limit: 500 })).length;
    const [before, money] = [await payments(), await holds(world)];
    lost.add(since + 2);
    await world.wallets.unlock('a', PASSWORD);
    await world.mine(1, STRANGER.lock);
    await eventually(async () => (await world.wallets.balance('a')).asOfHeight).toBe(111);
    expect([await payments(), await holds(world)]).toEqual([before, money]);
    expect(world.wallets.search('a').incompleteSince).toBe(since);
  });

  test('keeps the blocks that were not searched below those that it reads', async () => {
    let pruned = 0;
    const { world, since } = await short({ prunedBelow: () => pruned });
    pruned = 3;
    await world.wallets.rescan('a', {});
    await isDone(world);
    expect(since).toBeGreaterThan(3);
    await world.wallets.unlock('a', PASSWORD);
    await eventually(() => world.wallets.search('a')).toMatchObject({ state: 'done', incompleteSince: null });
    expect(world.wallets.search('a').unsearched).toEqual({ fromHeight: 0, toHeight: 2 });
  });
});

describe('a crash', () => {
  test('during a search leaves the gap that the search was asked for', async () => {
    const blocks = gate();
    const { world } = await worldOfTen({ readBlock: blocks.readBlock });
    blocks.of(world);
    blocks.closeFrom(4);
    await world.wallets.rescan('a', { gap: 301 });
    const again = await open({ directory: copyOf(world) });
    await isDone(again);
    expect(again.wallets.search('a')).toMatchObject({ kind: 'rescan', gap: 301, lackedFrom: 5 });
  });

  test('after the rewind leaves what the search found', async () => {
    const blocks = gate();
    const { world } = await worldOfTen({ readBlock: blocks.readBlock });
    await world.mine(4, STRANGER.lock);
    blocks.of(world);
    const before = await holds(world);
    const copies: string[] = [];
    world.wallets.onChanged(() => {
      if (copies.length === 0 && world.wallets.search('a').lackedFrom !== null) copies.push(copyOf(world));
    });
    await world.wallets.rescan('a', { gap: 301 });
    await isDone(world);
    const again = await open({ directory: copies[0]! });
    await isDone(again);
    expect(again.wallets.search('a')).toMatchObject({ lackedFrom: 5, certainTo: 13 });
    expect(await holds(again)).toBe(before + SUBSIDY);
  });
});

describe('a restart', () => {
  test('continues a search where it was', async () => {
    const blocks = gate();
    const { world } = await worldOfTen({ readBlock: blocks.readBlock });
    blocks.of(world);
    const before = await holds(world);
    blocks.closeFrom(4);
    await world.wallets.rescan('a', { gap: 301 });
    await eventually(() => world.wallets.search('a').certainTo).toBe(3);
    const { startedAt } = world.wallets.search('a');
    const read: string[] = [];
    const again = await reopen(world, {
      readBlock: (id) => {
        read.push(id);
        return again.chain.readBlock(id);
      },
    });
    await isDone(again);
    expect(again.wallets.search('a')).toMatchObject({
      kind: 'rescan',
      startedAt,
      lackedFrom: 5,
      certainTo: 9,
    });
    expect(await holds(again)).toBe(before + SUBSIDY);
    expect(read).not.toContain(again.chain.atHeight(3)!.id);
  });

  test('keeps what the last search found', async () => {
    const { world } = await worldOfTen();
    await world.wallets.rescan('a', { gap: 301 });
    await isDone(world);
    const last = world.wallets.search('a');
    const again = await reopen(world);
    expect(again.wallets.search('a')).toEqual(last);
  });
});

describe('what a wallet says about its search', () => {
  test('is complete for a wallet that was created here', async () => {
    const { world } = await worldOfTen();
    expect(world.wallets.search('a')).toMatchObject({
      kind: 'none',
      state: 'done',
      fromHeight: 0,
      certainTo: 9,
      receiveAddresses: 120,
      startedAt: null,
    });
  });

  test('is unknown after a restore without blocks by a version that kept no searches', async () => {
    const { world, mnemonic } = await worldOfTen({ prunedBelow: () => 7 });
    await world.wallets.restore({ name: 'b', password: PASSWORD, mnemonic });
    await isDone(world, 'b');
    const { directory } = world;
    worlds.splice(worlds.indexOf(world), 1);
    await world.stop();
    const level = new ClassicLevel<Uint8Array, Uint8Array>(join(directory, 'wallet-data'), {
      keyEncoding: 'view',
      valueEncoding: 'view',
    });
    await level.clear({ gte: Uint8Array.of(6), lt: Uint8Array.of(7) });
    await level.close();
    const again = await open({ directory, prunedBelow: () => 7 });
    expect(again.wallets.search('b')).toMatchObject({
      kind: 'restore',
      startedAt: null,
      certainTo: null,
      blocksRead: 0,
    });
  });

  test('names the blocks and addresses of a restore', async () => {
    const { world, mnemonic } = await worldOfTen();
    await world.wallets.restore({ name: 'b', password: PASSWORD, mnemonic });
    await eventually(() => world.wallets.search('b')).toMatchObject({
      kind: 'restore',
      state: 'done',
      fromHeight: 0,
      certainTo: 9,
      unsearched: null,
      gap: 100,
    });
    const { receiveAddresses, changeAddresses, endedAt } = world.wallets.search('b');
    expect([receiveAddresses >= 100, changeAddresses >= 100, endedAt === null]).toEqual([true, true, false]);
  });

  test('names the blocks that are not stored here, and the coins from them are found', async () => {
    let pruned = 0;
    const { world } = await worldOfTen({ prunedBelow: () => pruned });
    const before = await holds(world);
    pruned = 7;
    await world.wallets.rescan('a', { gap: 301 });
    await isDone(world);
    expect(world.wallets.search('a').unsearched).toEqual({ fromHeight: 0, toHeight: 6 });
    expect(await holds(world)).toBe(before + SUBSIDY);
  });

  test('names the blocks that a restore on a pruned node could not read', async () => {
    const { world, mnemonic } = await worldOfTen({ prunedBelow: () => 7 });
    await world.wallets.restore({ name: 'b', password: PASSWORD, mnemonic, gap: 301 });
    await eventually(() => world.wallets.search('b')).toMatchObject({ kind: 'restore', state: 'done' });
    expect(world.wallets.search('b').unsearched).toEqual({ fromHeight: 1, toHeight: 9 });
    expect(await holds(world, 'b')).toBe(3 * SUBSIDY);
  });
});

describe('a date', () => {
  const times = [100, 200, 300, 290, 400];
  const chain = {
    tip: () => ({ height: times.length - 1, id: '' }),
    atHeight: (height: number) => ({ height, id: '', time: times[height]! }),
  };
  test.each([
    [0, 0],
    [150, 1],
    [400, 4],
    [9999, 4],
  ])('%i is the height %i', (time, height) => {
    expect(heightBefore(chain, time)).toBe(height);
  });
});
