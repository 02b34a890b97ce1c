import { cp, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { codeOf } from '../../../main/lib/errors.ts';
import { PASSWORD, type World } from './world.ts';
import { worldsOfFile } from './worlds.ts';

const { open } = worldsOfFile();
const names = (world: World) => world.wallets.list().map(({ name }) => name);
const noticed = (world: World) =>
  world.wallets
    .notices()
    .filter(({ code }) => code === 'wallet-keys-twice')
    .map(({ message }) => message);

test('with `onlyNew` the phrase of an existing wallet is refused, and no file is left', async () => {
  const world = await open();
  const { mnemonic } = await world.wallets.create({ name: 'Everyday', password: PASSWORD, words: 12 });
  const firstAddress = await world.wallets.address('Everyday');
  expect(await world.wallets.inspect({ mnemonic })).toEqual({ firstAddress, wallet: 'Everyday' });
  await expect(
    world.wallets.restore({ name: 'Again', password: PASSWORD, mnemonic, onlyNew: true }),
  ).rejects.toMatchObject({
    code: 'wallet-keys-known',
    data: { other: 'Everyday' },
  });
  expect(names(world)).toEqual(['Everyday']);
  // Another passphrase leads to other keys.
  expect(await world.wallets.inspect({ mnemonic, passphrase: 'x' })).toMatchObject({ wallet: null });
  await world.wallets.restore({ name: 'Again', password: PASSWORD, mnemonic, passphrase: 'x' });
  expect(noticed(world)).toEqual([]);
});

test('of two restores of new keys at the same time one is refused', async () => {
  const world = await open();
  const mnemonic = `${'abandon '.repeat(11)}about`;
  const outcomes = await Promise.all(
    ['a', 'b'].map((name) =>
      world.wallets
        .restore({ name, password: PASSWORD, mnemonic, onlyNew: true })
        .then(() => 'restored', codeOf),
    ),
  );
  expect(outcomes.toSorted()).toEqual(['restored', 'wallet-keys-known']);
  expect(names(world)).toHaveLength(1);
});

test('existing keys can be restored again, with a warning from then on', async () => {
  const world = await open();
  const { mnemonic } = await world.wallets.create({ name: 'Everyday', password: PASSWORD, words: 12 });
  await world.wallets.restore({ name: 'Again', password: PASSWORD, mnemonic });
  expect(names(world)).toEqual(['Again', 'Everyday']);
  expect(noticed(world)).toEqual([expect.stringMatching(/“Again” and “Everyday”|“Everyday” and “Again”/)]);
});

test('a wallet file of the same phrase from another computer opens with a warning', async () => {
  const [here, there] = [await open(), await open()];
  const { mnemonic } = await here.wallets.create({ name: 'Everyday', password: PASSWORD, words: 12 });
  await there.wallets.restore({ name: 'Laptop', password: PASSWORD, mnemonic });
  const file = (world: World, name: string) => join(world.directory, 'wallets', `${name}.kithwallet`);
  await here.wallets.stop();
  await cp(file(there, 'Laptop'), file(here, 'Laptop.tmp'));
  await rename(file(here, 'Laptop.tmp'), file(here, 'Laptop'));
  await here.wallets.start(new AbortController().signal);
  expect(names(here)).toEqual(['Everyday', 'Laptop']);
  expect(noticed(here)).toHaveLength(1);
});
