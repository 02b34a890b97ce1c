/** What the recovery phrase finds: everything that a wallet can ever have been paid, whatever was undone meanwhile. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createBlock } from '../../../main/core/primitives/block.ts';
import { encodeAddress } from '../../../main/core/primitives/address.ts';
import { type Lock, LOCK_KEY } from '../../../main/core/primitives/coin.ts';
import { createHeader } from '../../../main/core/primitives/header.ts';
import { createTransaction } from '../../../main/core/primitives/transaction.ts';
import { codeOf } from '../../../main/lib/errors.ts';
import { deriveSecrets } from '../../../main/wallet/secrets/key-secrets.ts';
import { emptyMeta } from '../../../main/wallet/ledger/wallet-ledger.ts';
import type { WalletFile } from '../../../main/wallet/files/wallet-file.ts';
import type { WalletFiles } from '../../../main/wallet/files/wallet-files.ts';
import { createKeyring } from '../../../main/wallet/ledger/keyring.ts';
import { createOpenWallet } from '../../../main/wallet/open/open-wallet.ts';
import { openWalletData } from '../../../main/wallet/ledger/wallet-data.ts';
import { toMotes } from '../../../shared/units.ts';
import { createRandom } from '../../support/random.ts';
import { checkWords } from '../../../main/wallet/open/new-wallet.ts';
import { firstHeight } from '../../../main/wallet/open/wallet-list.ts';
import { coinbaseOf, newDirectory, pay, silent, testKey } from '../../support/chain/test-chain.ts';
import { eventually, MATURITY, network, PASSWORD, send, keyDeps, SUBSIDY, type World } from './world.ts';
import { worldsOfFile } from './worlds.ts';

const STRANGER = testKey(7);
const { open, reopen } = worldsOfFile();
/** Takes new addresses until none is given any more. */
const takeAll = async (world: World, name = 'a') => {
  const taken: string[] = [];
  for (;;) {
    try {
      taken.push(await world.wallets.newAddress(name));
    } catch (error) {
      return { taken, refused: codeOf(error) };
    }
    if (taken.length > 300) throw new Error('no bound at all');
  }
};
const holds = async (world: World, name: string) => {
  const { confirmed, immature, pending } = await world.wallets.balance(name);
  return confirmed + immature + pending;
};
/** What the wallet and the same words restored beside it hold, once both have read everything. */
const bothHold = async (world: World, mnemonic: string, gap?: number) => {
  await world.wallets.restore({ name: 'restored', password: PASSWORD, mnemonic, gap });
  const { height } = world.chain.tip();
  await eventually(async () => (await world.wallets.balance('restored')).asOfHeight).toBe(height);
  await eventually(async () => (await world.wallets.balance('a')).asOfHeight).toBe(height);
  return [await holds(world, 'a'), await holds(world, 'restored')];
};
/** A block that pays these addresses of a wallet by a reward of its own. */
const mineTo = (world: World, address: string) => world.mine(1, world.lockOf(address));

describe('issued addresses', () => {
  test('are not advanced by an unconfirmed payment', async () => {
    const world = await open();
    const { mnemonic } = await world.wallets.create({ name: 'a', password: PASSWORD, words: 12 });
    const [reward] = await world.mine(1, STRANGER.lock);
    await world.mine(MATURITY);
    const first = await takeAll(world);
    expect([first.taken.length, first.refused]).toEqual([99, 'wallet-address-gap']);
    const payment = pay(world.chain, [coinbaseOf(reward!)], STRANGER.secret, [
      { amount: SUBSIDY - 50_000, lock: world.lockOf(first.taken.at(-1)!) },
    ]);
    await world.mempool.submit(payment);
    await eventually(async () => (await world.wallets.balance('a')).pending).toBe(SUBSIDY - 50_000);
    expect(await takeAll(world)).toEqual({ taken: [], refused: 'wallet-address-gap' });
    // Unlocked it knows more keys, and gives none of them away either; nor does it ask to be unlocked.
    await world.wallets.unlock('a', PASSWORD);
    expect(await takeAll(world)).toEqual({ taken: [], refused: 'wallet-address-gap' });
    // The address to receive on is the last that was given away; there is always one.
    expect(await world.wallets.address('a')).toBe(first.taken.at(-1));

    await mineTo(world, first.taken.at(-1)!);
    expect(await bothHold(world, mnemonic)).toEqual([2 * SUBSIDY, 2 * SUBSIDY]);
  });

  test('are advanced by payments in blocks with a hundred confirmations', async () => {
    const world = await open();
    const { mnemonic } = await world.wallets.create({ name: 'a', password: PASSWORD, words: 12 });
    await world.wallets.unlock('a', PASSWORD);
    const first = await takeAll(world);
    await mineTo(world, first.taken.at(-1)!);
    await world.mine(99);
    expect((await takeAll(world)).taken).toEqual([]);
    await world.mine(1);
    await eventually(async () => (await world.wallets.balance('a')).asOfHeight).toBe(
      world.chain.tip().height,
    );
    const second = await takeAll(world);
    expect([second.taken.length, second.refused]).toEqual([100, 'wallet-address-gap']);
    await mineTo(world, second.taken.at(-1)!);
    expect(await bothHold(world, mnemonic)).toEqual([2 * SUBSIDY, 2 * SUBSIDY]);
  });

  test('are bounded by the new chain when a reorganisation undoes settled payments', async () => {
    const world = await open();
    const { mnemonic } = await world.wallets.create({ name: 'a', password: PASSWORD, words: 12 });
    await world.wallets.unlock('a', PASSWORD);
    const first = await takeAll(world);
    await mineTo(world, first.taken.at(-1)!);
    await world.mine(100);
    await world.fork(0);
    await eventually(async () => await holds(world, 'a')).toBe(0);
    expect(await takeAll(world)).toEqual({ taken: [], refused: 'wallet-address-gap' });
    await mineTo(world, first.taken.at(-1)!);
    expect(await bothHold(world, mnemonic)).toEqual([SUBSIDY, SUBSIDY]);
  });

  test('stay bounded over a restart and when the wallet database was lost', async () => {
    let world = await open();
    await world.wallets.create({ name: 'a', password: PASSWORD, words: 12 });
    await world.wallets.unlock('a', PASSWORD);
    const first = await takeAll(world);
    await mineTo(world, first.taken[49]!);
    await world.mine(60);
    world = await reopen(world);
    await world.wallets.unlock('a', PASSWORD);
    expect((await takeAll(world)).taken).toEqual([]);
    await world.mine(40);
    world = await reopen(world, {}, () => rmSync(join(world.directory, 'wallet-data'), { recursive: true }));
    await world.wallets.unlock('a', PASSWORD);
    await eventually(async () => (await world.wallets.balance('a')).asOfHeight).toBe(
      world.chain.tip().height,
    );
    // The 50th (index 50) is settled now.
    expect((await takeAll(world)).taken).toHaveLength(51);
  });
});

describe('keys that only the wallet itself pays to', () => {
  test('are bounded by settled blocks, however many payments use them in no block or in new ones', async () => {
    const data = await openWalletData(join(newDirectory(), 'wallet-data'), silent);
    const random = createRandom(4);
    const [receive, keys] = [random.bytes(400 * 32), random.bytes(400 * 32)];
    const genesis = { height: 0, id: 'aa'.repeat(32) };
    const wallet = createOpenWallet({
      name: 'a',
      file: {
        identity: { id: '0102030405060708' },
        receive,
        change: keys,
        issued: 1,
        setup: null,
      } as unknown as WalletFile,
      state: { meta: emptyMeta([genesis], false), coins: [], unconfirmed: [], receipts: [] },
      files: {} as WalletFiles,
      log: silent,
    });
    const { ledger } = wallet;
    const payTo = (index: number) => {
      const { lock, lockType } = createKeyring(new Uint8Array(0), keys).lock({ chain: 1, index });
      const output = { amount: toMotes(5), lockType, lock };
      return createTransaction({
        version: 1,
        validFrom: index,
        expires: 0,
        inputs: [],
        outputs: [output],
        witness: [new Uint8Array(0)],
      });
    };
    const reward = (height: number, index: number) =>
      createBlock(
        createHeader({
          version: 1,
          prev: new Uint8Array(32),
          merkle: new Uint8Array(32),
          time: height,
          bits: 0,
          height,
          nonce: 0,
        }),
        [payTo(index)],
      );
    const given: number[] = [];
    for (let i = 0; i < 150; i++) {
      given.push(wallet.changeKey().index);
      ledger.addUnconfirmed(payTo(wallet.changeKey().index), 0, true, data.changes(wallet.id));
    }
    expect([given[0], given.at(-1), Math.max(...given)]).toEqual([0, 99, 99]);
    // Another copy has used key 99 in a block: nothing changes until a hundred blocks stand on top of that.
    for (let height = 1; height <= 100; height++) {
      ledger.connect(reward(height, 99), data.changes(wallet.id));
      expect(wallet.changeKey().index).toBe(99);
    }
    ledger.connect(reward(101, 99), data.changes(wallet.id));
    expect(wallet.changeKey().index).toBe(100);
    await data.close();
  });

  test('of rewards in blocks that were undone are used again rather than lost sight of', async () => {
    const world = await open();
    const { mnemonic } = await world.wallets.create({ name: 'a', password: PASSWORD, words: 12 });
    await world.wallets.unlock('a', PASSWORD);
    for (let i = 0; i < 130; i++) await world.mine(1, world.wallets.payout('a'));
    await world.fork(0);
    await eventually(async () => await holds(world, 'a')).toBe(0);
    await world.mine(1, world.wallets.payout('a'));
    expect(await bothHold(world, mnemonic)).toEqual([SUBSIDY, SUBSIDY]);
  });
});

describe('a payment beyond the addresses that this program issues', () => {
  /** A chain that pays key 300 of these words, and nothing before it. */
  const farAhead = async () => {
    const world = await open();
    const { mnemonic } = await world.wallets.create({ name: 'a', password: PASSWORD, words: 12 });
    await world.mine(1, await lockAt(mnemonic, 300));
    await world.wallets.restore({ name: 'near', password: PASSWORD, mnemonic });
    await eventually(async () => (await world.wallets.balance('near')).asOfHeight).toBe(1);
    expect(await holds(world, 'near')).toBe(0);
    return { world, mnemonic };
  };

  test('is found by a restore with a larger gap limit', async () => {
    const { world, mnemonic } = await farAhead();
    await world.wallets.restore({
      name: 'further',
      password: PASSWORD,
      mnemonic,
      gap: 301,
    });
    await eventually(async () => await holds(world, 'further')).toBe(SUBSIDY);
  });

  test('is found by reading again with a larger gap, for which the wallet must be unlocked', async () => {
    const { world, mnemonic } = await farAhead();
    await expect(world.wallets.rescan('near', { gap: 301 })).rejects.toMatchObject({ code: 'wallet-locked' });
    await world.wallets.unlock('near', PASSWORD);
    await world.wallets.rescan('near', { gap: 301 });
    await eventually(async () => await holds(world, 'near')).toBe(SUBSIDY);
    // It goes on looking that far, also after a restart.
    const again = await reopen(world);
    await again.wallets.unlock('near', PASSWORD);
    await again.mine(1, await lockAt(mnemonic, 600));
    await eventually(async () => await holds(again, 'near')).toBe(2 * SUBSIDY);
  });
});

test('a payment in no block that is seen before the coins that it spends is completed once they are known', async () => {
  const world = await open();
  const { mnemonic } = await world.wallets.create({ name: 'a', password: PASSWORD, words: 12 });
  for (let i = 0; i < 3; i++) await world.mine(1, world.wallets.payout('a'));
  await world.mine(MATURITY);
  await send(world, 'a', encodeAddress(network.hrp, STRANGER.lock), 2 * SUBSIDY);
  // Its mempool is read at once, the chain behind it.
  await world.wallets.restore({ name: 'b', password: PASSWORD, mnemonic });
  const viewOf = async (name: string) => [
    await world.wallets.balance(name),
    (await world.wallets.history({ name, limit: 1 })).map(({ txid, amount, fee }) => ({ txid, amount, fee })),
  ];
  await eventually(() => viewOf('b')).toEqual(await viewOf('a'));
});

test('a restored wallet that is locked records where it may have missed a payment, and finds it once unlocked', async () => {
  let world = await open();
  const { mnemonic } = await world.wallets.create({ name: 'a', password: PASSWORD, words: 12 });
  await world.wallets.restore({ name: 'b', password: PASSWORD, mnemonic });
  await eventually(async () => (await world.wallets.balance('b')).asOfHeight).toBe(0);
  world = await reopen(world);
  // Another copy was paid 90 addresses ahead, and then 90 ahead of that: more than a locked one has keys for.
  await world.mine(1, await lockAt(mnemonic, 90));
  await world.mine(1, await lockAt(mnemonic, 180));
  await eventually(async () => await holds(world, 'b')).toBe(SUBSIDY);
  const codes = () => world.wallets.notices().map(({ code }) => code);
  expect(codes()).toEqual(['wallet-keys-short', 'wallet-keys-short', 'wallet-keys-twice']);
  await world.wallets.unlock('a', PASSWORD);
  await world.wallets.unlock('b', PASSWORD);
  await eventually(async () => await holds(world, 'b')).toBe(2 * SUBSIDY);
  expect(codes()).toEqual(['wallet-keys-twice']);
});

test('a coin that was received and spent in one block is not in the balance of a restored wallet', async () => {
  const world = await open();
  const { mnemonic } = await world.wallets.create({ name: 'a', password: PASSWORD, words: 12 });
  await mineTo(world, await world.wallets.address('a'));
  await world.mine(MATURITY);
  const stranger = encodeAddress(network.hrp, STRANGER.lock);
  // Each spends the change of the one before, and the last has none.
  await send(world, 'a', stranger, SUBSIDY / 4);
  await send(world, 'a', stranger, SUBSIDY / 4);
  const { draft } = await world.wallets.prepare({ name: 'a', to: [{ address: stranger, amount: 'all' }] });
  await world.wallets.confirm(draft, PASSWORD);
  const [block] = await world.mine(1);
  expect(block!.transactions).toHaveLength(4);
  expect(await bothHold(world, mnemonic)).toEqual([0, 0]);
  const txids = async (name: string) =>
    (await world.wallets.history({ name, limit: 10 })).map(({ txid }) => txid);
  expect(await txids('restored')).toEqual(await txids('a'));
});

describe('where a wallet begins to read when its database was lost', () => {
  const chainOf = (times: readonly number[]) => ({
    tip: () => ({ height: times.length - 1, id: 'tip' }),
    atHeight: (height: number) =>
      height < times.length ? { height, id: `${height}`, time: times[height]! } : undefined,
  });
  const DAY = 86_400;
  const made = 1000 * DAY;
  const steady = (blocks: number, spacing: number) =>
    Array.from({ length: blocks }, (_, height) => made - (blocks - 1 - height) * spacing);

  test('is a day of blocks below its birthday', () => {
    const chain = chainOf(steady(10_000, 60));
    expect(firstHeight(chain, { birthday: 9_999, createdAt: made })).toBe(9_999 - 1_440);
  });
  test('is below the day of its creation, whatever height the tip had on a stale branch', () => {
    // The branch had 50 000 blocks; the chain now has 3 000, the last 2 000 of them since that day.
    const chain = chainOf([...steady(1_000, 60), ...Array.from({ length: 2_000 }, (_, i) => made + i * 60)]);
    const height = firstHeight(chain, { birthday: 50_000, createdAt: made });
    expect(chain.atHeight(height)!.time).toBeLessThan(made - DAY / 2);
  });
  test('is genesis on a chain that is younger than a day', () => {
    const chain = chainOf(steady(1_000, 60));
    expect(firstHeight(chain, { birthday: 50_000, createdAt: made })).toBe(0);
  });
  test('is below its birthday where the clock was ahead', () => {
    const chain = chainOf(steady(10_000, 60));
    expect(firstHeight(chain, { birthday: 5_000, createdAt: made + 400 * DAY })).toBe(5_000 - 1_440);
  });
});

/** The lock of a key of these words, however far ahead. */
async function lockAt(mnemonic: string, index: number): Promise<Lock> {
  const { entropy } = checkWords(mnemonic);
  const secrets = await deriveSecrets({ entropy, passphrase: new Uint8Array(0) }, 0, keyDeps);
  return { lockType: LOCK_KEY, lock: await secrets.publicKeys(0, index, 1) };
}
