import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { openWorld, PASSWORD, type World } from './world.ts';

let world: World;
afterEach(() => world.stop());
const SIGNAL = new AbortController().signal;
const file = (name: string) => join(world.directory, 'wallets', `${name}.kithwallet`);
const deletedNames = async () => (await world.wallets.deleted()).map(({ name }) => name);

/** A wallet that has a previous version, deleted while the node did not run; gives its words and first address. */
async function deleteWallet(name: string) {
  const { mnemonic } = await world.wallets.create({ name, password: PASSWORD, words: 12 });
  const firstAddress = await world.wallets.address(name);
  await world.wallets.newAddress(name);
  await world.wallets.stop();
  rmSync(file(name));
  await world.wallets.start(SIGNAL);
  return { mnemonic, firstAddress };
}

test('a deleted wallet is listed, and after it is restored it opens with its password', async () => {
  world = await openWorld();
  const { mnemonic, firstAddress } = await deleteWallet('Everyday');
  expect(world.wallets.list()).toEqual([]);
  expect(await world.wallets.deleted()).toMatchObject([{ name: 'Everyday', firstAddress }]);
  await world.wallets.undelete('everyday');
  expect(world.wallets.list()).toEqual([
    {
      name: 'Everyday',
      locked: true,
      phraseChecked: false,
      kind: 'full',
      backup: null,
      spendableFrom: 0,
      fixedAddresses: false,
    },
  ]);
  expect(await world.wallets.words('Everyday', PASSWORD)).toMatchObject({ mnemonic });
  expect(await world.wallets.deleted()).toEqual([]);
  await expect(world.wallets.undelete('Everyday')).rejects.toMatchObject({ code: 'wallet-exists' });
  await expect(world.wallets.undelete('Other')).rejects.toMatchObject({ code: 'wallet-unknown' });
});

test.each(['Everyday', 'EVERYDAY'])(
  'a new wallet named %s never writes over what is left of “Everyday”',
  async (name) => {
    world = await openWorld();
    const { mnemonic, firstAddress } = await deleteWallet('Everyday');
    await world.wallets.create({ name, password: PASSWORD, words: 12 });
    // Two writes: the second one replaces the previous version by the first.
    for (let i = 0; i < 2; i++) await world.wallets.newAddress(name);
    expect(await world.wallets.deleted()).toMatchObject([{ name: 'Everyday 2', firstAddress }]);
    await world.wallets.undelete('Everyday 2');
    expect(await world.wallets.words('Everyday 2', PASSWORD)).toMatchObject({ mnemonic });
  },
);

test('neither does a wallet that took the name before there was this rule, nor over a version that nobody can read', async () => {
  world = await openWorld();
  await deleteWallet('Everyday');
  const left = readFileSync(`${file('Everyday')}.bak`);
  rmSync(`${file('Everyday')}.bak`);
  await world.wallets.create({ name: 'Everyday', password: PASSWORD, words: 12 });
  await world.wallets.stop();
  writeFileSync(`${file('Everyday')}.bak`, left);
  await world.wallets.start(SIGNAL);
  await world.wallets.newAddress('Everyday');
  expect(await deletedNames()).toEqual(['Everyday 2']);

  await world.wallets.stop();
  writeFileSync(`${file('Everyday')}.bak`, 'no wallet');
  await world.wallets.start(SIGNAL);
  await world.wallets.newAddress('Everyday');
  expect(existsSync(`${file('Everyday 3')}.bak`)).toBe(true);
  expect(await deletedNames()).toEqual(['Everyday 2']);
});

test('a deleted wallet whose recovery phrase was restored meanwhile is not restored in addition', async () => {
  world = await openWorld();
  const { mnemonic } = await deleteWallet('Everyday');
  await world.wallets.restore({ name: 'Back', password: PASSWORD, mnemonic });
  await expect(world.wallets.undelete('Everyday')).rejects.toMatchObject({
    code: 'wallet-keys-known',
    data: { other: 'Back' },
  });
  expect(world.wallets.list().map(({ name }) => name)).toEqual(['Back']);
});

test('a wallet is deleted only with its password and the proof of a backup, and can be restored', async () => {
  world = await openWorld();
  const { wallets } = world;
  const { mnemonic } = await wallets.create({ name: 'Everyday', password: PASSWORD, words: 12 });
  const other = await wallets.create({ name: 'Other', password: PASSWORD, words: 12 });
  const codeFor = (request: Parameters<typeof wallets.delete>[0]) =>
    wallets.delete(request).then(
      () => 'deleted',
      (error: unknown) => (error as { code: string }).code,
    );
  const name = 'Everyday';
  expect(await codeFor({ name, password: PASSWORD })).toBe('wallet-backup-missing');
  expect(await codeFor({ name, password: 'wrong', mnemonic })).toBe('wallet-password');
  expect(await codeFor({ name, password: PASSWORD, mnemonic: other.mnemonic })).toBe('wallet-words-other');
  expect(await codeFor({ name, password: PASSWORD, mnemonic, passphrase: 'x' })).toBe('wallet-words-other');
  expect(await deletedNames()).toEqual([]);

  expect(await codeFor({ name, password: PASSWORD, mnemonic })).toBe('deleted');
  expect(wallets.list()).toMatchObject([{ name: 'Other' }]);
  expect(existsSync(file(name))).toBe(false);
  expect(await deletedNames()).toEqual([name]);
  await world.mine(2);
  await wallets.undelete(name);
  expect(await wallets.words(name, PASSWORD)).toMatchObject({ mnemonic });
  expect((await wallets.balance(name)).asOfHeight).toBe(world.chain.tip().height);

  const save = (_name: string, bytes: Uint8Array) => Promise.resolve({ place: 'here', bytes });
  await wallets.saveBackup(name, PASSWORD, save);
  await wallets.changePassword(name, PASSWORD, 'another password');
  expect(await codeFor({ name, password: 'another password' })).toBe('wallet-backup-missing');
  await wallets.saveBackup(name, 'another password', save);
  expect(await codeFor({ name, password: 'another password' })).toBe('deleted');
  await expect(wallets.balance(name)).rejects.toMatchObject({ code: 'wallet-unknown' });
});

test('a change that waits while the wallet is deleted does not write its file again', async () => {
  world = await openWorld();
  const { mnemonic } = await world.wallets.create({ name: 'Everyday', password: PASSWORD, words: 12 });
  await world.wallets.newAddress('Everyday');
  const removed = world.wallets.delete({ name: 'Everyday', password: PASSWORD, mnemonic });
  const changes = Array.from({ length: 50 }, (_, i) =>
    world.wallets
      .setLabel('Everyday', 'x', String(i))
      .catch((error: unknown) => (error as { code: string }).code),
  );
  await removed;
  await Promise.all(changes);
  expect(existsSync(file('Everyday'))).toBe(false);
});
