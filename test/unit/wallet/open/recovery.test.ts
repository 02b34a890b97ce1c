import { cpSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { ClassicLevel } from 'classic-level';
import { describe, expect, test, vi } from 'vitest';
import { FILE_SCHEMA } from '../../../../main/wallet/files/wallet-file.ts';
import { toHex } from '../../../../main/core/codec/hex.ts';
import { plainSha256 } from '../../../../main/core/crypto/hash.ts';
import { encodeAddress } from '../../../../main/core/primitives/address.ts';
import { LOCK_KEY } from '../../../../main/core/primitives/coin.ts';
import { checkWords } from '../../../../main/wallet/open/new-wallet.ts';
import { deriveSecrets } from '../../../../main/wallet/secrets/key-secrets.ts';
import { openWalletData } from '../../../../main/wallet/ledger/wallet-data.ts';
import { sealPayload } from '../../../../main/storage/checksum.ts';
import { damages } from '../../../support/damage.ts';
import { createRandom } from '../../../support/random.ts';
import { newDirectory, silent, testKey } from '../../../support/chain/test-chain.ts';
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
} from '../world.ts';
import { worldsOfFile } from '../worlds.ts';

const batchOf = ClassicLevel.prototype.batch;
const STRANGER = encodeAddress(network.hrp, testKey(7).lock);
const { open, close, reopen } = worldsOfFile();
const viewOf = async (world: World) => ({
  balance: await world.wallets.balance('a'),
  history: await world.wallets.history({ name: 'a', limit: 100 }),
});

test('a payment that was stored but never reached the mempool is sent at the next start', async () => {
  let world = await open({ submit: () => Promise.reject(new Error('killed in between')) });
  await walletWithCoins(world, 'a');
  const txid = await send(world, 'a', STRANGER, 1_000_000);
  expect(world.mempool.has(txid)).toBe(false);
  expect((await world.wallets.balance('a')).confirmed).toBe(0);
  world = await reopen(world);
  await eventually(() => world.mempool.has(txid)).toBe(true);
  await world.mine();
  expect((await world.wallets.history({ name: 'a', limit: 1 }))[0]).toMatchObject({ txid, state: 'mined' });
});

describe('a corrupt database is rebuilt from the chain', () => {
  // Everything but payments that no block has, which stand nowhere else: those are kept where they can be read.
  const spoil: Record<string, (path: string) => void> = {
    deleted: (path) => rmSync(path),
    truncated: (path) => truncateSync(path, statSync(path).size >> 1),
    'flipped in one bit': (path) => {
      const bytes = readFileSync(path);
      const at = createRandom(bytes.length).int(Math.max(1, bytes.length));
      if (bytes.length > 0) bytes[at]! ^= 4;
      writeFileSync(path, bytes);
    },
    zeroed: (path) =>
      writeFileSync(path, new Uint8Array(Math.min(4096, statSync(path).size)), { flag: 'r+' }),
  };
  test.each(Object.keys(spoil))(
    'every file of it %s, one after the other',
    { timeout: 60_000 },
    async (how) => {
      let world = await open();
      await walletWithCoins(world, 'a', 12);
      await send(world, 'a', STRANGER, 1_000_000);
      await world.mine(2);
      const wanted = await viewOf(world);
      const folder = join(world.directory, 'wallet-data');
      for (let i = 0; ; i++) {
        await close(world);
        const file = readdirSync(folder)
          .filter((name) => name !== 'LOCK')
          .sort()[i];
        if (file !== undefined) spoil[how]!(join(folder, file));
        world = await open({ directory: world.directory });
        expect({ file, ...(await viewOf(world)) }).toEqual({ file, ...wanted });
        if (file === undefined) return;
      }
    },
  );
  test('a deleted folder is rebuilt from the chain', async () => {
    let world = await open();
    await walletWithCoins(world, 'a', 3);
    const wanted = await viewOf(world);
    await close(world);
    rmSync(join(world.directory, 'wallet-data'), { recursive: true });
    world = await open({ directory: world.directory });
    expect(await viewOf(world)).toEqual(wanted);
  });
  test('a missing coin, which LevelDB does not report, is found; a pending payment is kept', async () => {
    let world = await open();
    await walletWithCoins(world, 'a', 3);
    const txid = await send(world, 'a', STRANGER, 1_000_000);
    const wanted = await viewOf(world);
    await close(world);
    const level = new ClassicLevel<Uint8Array, Uint8Array>(join(world.directory, 'wallet-data'), {
      keyEncoding: 'view',
      valueEncoding: 'view',
    });
    const [coin] = await level.keys({ gte: Uint8Array.of(2), lt: Uint8Array.of(3), limit: 1 }).all();
    await level.del(coin!);
    await level.close();
    world = await open({ directory: world.directory });
    expect(await viewOf(world)).toEqual(wanted);
    expect(world.wallets.ownPending().map((tx) => tx.txidHex)).toEqual([txid]);
  });
  test(
    'every file hurt in every way while a payment is under way: it is known again by the mempool, or its coins are free',
    { timeout: 120_000 },
    async () => {
      const world = await open({ keepsPool: true });
      await walletWithCoins(world, 'a', 3);
      const free = await world.wallets.balance('a');
      const txid = await send(world, 'a', STRANGER, 1_000_000);
      const wanted = await viewOf(world);
      await close(world);
      for (const file of readdirSync(join(world.directory, 'wallet-data')))
        for (const damage of damages(1))
          for (const hasPool of [true, false]) {
            const directory = newDirectory();
            cpSync(world.directory, directory, { recursive: true });
            damage.hurt(join(directory, 'wallet-data', file));
            if (!hasPool) rmSync(join(directory, 'mempool.dat'));
            const hurt = await open({ directory, keepsPool: true });
            const where = [file, damage.name, hasPool];
            await eventually(async () => (await hurt.wallets.balance('a')).asOfHeight).toBe(free.asOfHeight);
            // Its change can be spent once the mempool has it again, which the wallet sees to after the start.
            const settled = async () => {
              const { history, balance } = await viewOf(hurt);
              const known = history.some((entry) => entry.txid === txid);
              return { where, known, pooled: hurt.mempool.has(txid), funds: balance };
            };
            await eventually(settled).toSatisfy(({ known, pooled, funds }) => {
              return (
                known === pooled &&
                (known || !hasPool) &&
                isDeepStrictEqual(funds, known ? wanted.balance : free)
              );
            });
            await close(hurt);
            rmSync(directory, { recursive: true });
          }
    },
  );
  test('a newer version is refused, not overwritten', async () => {
    const world = await open();
    await close(world);
    const folder = join(world.directory, 'wallet-data');
    const level = new ClassicLevel<Uint8Array, Uint8Array>(folder, {
      keyEncoding: 'view',
      valueEncoding: 'view',
    });
    await level.put(Uint8Array.of(0), sealPayload(Uint8Array.of(0), Uint8Array.of(9)));
    await level.close();
    await expect(openWalletData(folder, silent)).rejects.toMatchObject({ code: 'wallet-data-newer' });
  });
});

describe('keys', () => {
  /** Puts other keys into a wallet file, with a checksum that fits. */
  const forge = (world: World, change: (body: Record<string, string>) => void) => {
    const path = join(world.directory, 'wallets', 'a.kithwallet');
    const text = readFileSync(path, 'utf8');
    const body = JSON.parse(text.slice(text.indexOf('\n') + 1)) as Record<string, string>;
    change(body);
    const bytes = Buffer.from(JSON.stringify(body));
    writeFileSync(
      path,
      Buffer.concat([Buffer.from(`kithwallet ${FILE_SCHEMA} ${toHex(plainSha256(bytes))}\n`), bytes]),
    );
  };
  const thief = testKey(66).lock;

  test('of an attacker in the file are detected by the next unlock', async () => {
    let world = await open();
    await walletWithCoins(world, 'a', 2);
    const honest = await world.wallets.address('a');
    const wanted = await viewOf(world);
    await close(world);
    forge(world, (body) => {
      for (const list of ['receive', 'change']) {
        const keys = Buffer.from(body[list]!, 'base64');
        for (let at = 0; at < keys.length; at += 32) keys.set(thief.lock, at);
        body[list] = keys.toString('base64');
      }
    });
    world = await open({ directory: world.directory });
    expect(await world.wallets.address('a')).toBe(encodeAddress(network.hrp, thief));
    const draft = await world.wallets.prepare({ name: 'a', to: [{ address: STRANGER, amount: 1_000_000 }] });
    await expect(world.wallets.confirm(draft.draft, PASSWORD)).rejects.toMatchObject({
      code: 'wallet-draft-stale',
    });
    await world.wallets.unlock('a', PASSWORD);
    expect(await world.wallets.address('a')).toBe(honest);
    expect(await viewOf(world)).toEqual(wanted);
    await send(world, 'a', STRANGER, 1_000_000);
  });
  test('that a restored wallet could not derive because it was stopped are derived later', async () => {
    let world = await open();
    const { mnemonic } = await world.wallets.create({ name: 'a', password: PASSWORD, words: 12 });
    await world.wallets.unlock('a', PASSWORD);
    for (let i = 0; i < 260; i++) await world.mine(1, world.wallets.payout('a'));
    await world.wallets.restore({ name: 'b', password: PASSWORD, mnemonic });
    world = await reopen(world);
    await world.wallets.unlock('b', PASSWORD);
    await eventually(
      async () => (await world.wallets.balance('b')).immature + (await world.wallets.balance('b')).confirmed,
    ).toBe(260 * SUBSIDY);
  });
});

test('searching the chain again changes nothing', async () => {
  const world = await open();
  await walletWithCoins(world, 'a', 5);
  await send(world, 'a', STRANGER, 1_000_000);
  await world.mine(2);
  const pending = await send(world, 'a', STRANGER, 2_000_000);
  const wanted = await viewOf(world);
  for (const from of [0, 3, MATURITY + 6]) {
    await world.wallets.rescan('a', { fromHeight: from });
    await eventually(() => world.wallets.search('a')).toMatchObject({ state: 'done', fromHeight: from });
    expect(world.wallets.search('a').lackedFrom).toBeNull();
    expect(await viewOf(world)).toEqual(wanted);
  }
  expect(world.wallets.ownPending().map((tx) => tx.txidHex)).toEqual([pending]);
});

test('reading the chain again after a payment that the wallet lacked adds that payment only', async () => {
  const world = await open();
  const { mnemonic } = await world.wallets.create({ name: 'a', password: PASSWORD, words: 12 });
  const secrets = await deriveSecrets(
    { entropy: checkWords(mnemonic).entropy, passphrase: new Uint8Array(0) },
    0,
    keyDeps,
  );
  await world.mine(1, { lockType: LOCK_KEY, lock: await secrets.publicKeys(0, 300, 1) });
  for (let i = 0; i < 5; i++) await world.mine(1, world.wallets.payout('a'));
  await world.mine(MATURITY);
  await send(world, 'a', STRANGER, 1_000_000);
  await world.mine(2);
  const pending = await send(world, 'a', STRANGER, 2_000_000);
  const { balance, history } = await viewOf(world);
  await world.wallets.unlock('a', PASSWORD);
  await world.wallets.rescan('a', { gap: 301 });
  await eventually(() => world.wallets.search('a')).toMatchObject({ state: 'done', lackedFrom: 1 });
  const view = await viewOf(world);
  const brief = (entries: typeof history) =>
    entries.map(({ txid, state, amount }) => ({ txid, state, amount }));
  expect(brief(view.history).slice(0, -1)).toEqual(brief(history));
  expect(view.history.at(-1)).toMatchObject({ height: 1, amount: SUBSIDY });
  expect(view.balance).toMatchObject({
    asOfHeight: balance.asOfHeight,
    confirmed: balance.confirmed + SUBSIDY,
    available: balance.available + SUBSIDY,
    pendingChange: balance.pendingChange,
  });
  expect(world.wallets.ownPending().map((tx) => tx.txidHex)).toEqual([pending]);
});

describe('a disk that fails', () => {
  test('during a write of the database: no more is written, and the next start has all records', async () => {
    const failures: unknown[] = [];
    const world = await open({ onFailure: (error) => failures.push(error) });
    await walletWithCoins(world, 'a');
    const before = await viewOf(world);

    const batch = vi.spyOn(ClassicLevel.prototype, 'batch').mockImplementation(function (
      this: ClassicLevel,
      ...args: unknown[]
    ) {
      const real = batchOf.apply(this, args as []);
      if (!this.location.endsWith('wallet-data')) return real;
      const full = new Error('IO error: 000003.log: No space left on device');
      return Object.assign(real, { write: () => real.close().then(() => Promise.reject(full)) });
    } as never);
    await world.mine(1, world.wallets.payout('a'));
    await eventually(() => failures).toMatchObject([{ code: 'disk-full' }]);
    batch.mockRestore();

    // There is room again, but what the failed write left half written is still there.
    await expect(close(world)).rejects.toMatchObject({ code: 'disk-full' });
    expect(failures).toHaveLength(1);

    const again = await open({ directory: world.directory });
    await eventually(async () => (await viewOf(again)).history.length).toBe(before.history.length + 1);
  });

  test('in the middle of a wallet file leaves the wallet as it was', async () => {
    let failing: string | null = null;
    const world = await open({
      fileStep: (step) => {
        if (failing !== null && step === 'rename')
          throw Object.assign(new Error('failed'), { code: failing });
      },
    });
    await world.wallets.create({ name: 'a', password: PASSWORD, words: 12 });
    const first = await world.wallets.address('a');
    failing = 'ENOSPC';
    await expect(world.wallets.newAddress('a')).rejects.toMatchObject({ code: 'disk-full' });
    failing = 'EIO';
    await expect(world.wallets.create({ name: 'b', password: PASSWORD, words: 12 })).rejects.toMatchObject({
      code: 'wallet-file-unusable',
      data: { reason: 'EIO' },
    });
    expect(await world.wallets.address('a')).toBe(first);
    expect(world.wallets.list().map(({ name }) => name)).toEqual(['a']);
    failing = null;
    expect(await world.wallets.newAddress('a')).not.toBe(first);
    await world.wallets.create({ name: 'b', password: PASSWORD, words: 12 });
  });
});
