import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { decodeWalletFile, isFileProblem } from '../../../../main/wallet/files/wallet-file.ts';
import type { KdfParameters } from '../../../../main/workers/vault.ts';
import { eventually, openWorld, PASSWORD, type World } from '../world.ts';

const WEAK = { memoryKiB: 65_536, passes: 1 };
const STRONG = { memoryKiB: 65_536, passes: 2 };
let world: World;
afterEach(() => world.stop());

function costOf(suffix = ''): KdfParameters {
  const path = join(world.directory, 'wallets', `a.kithwallet${suffix}`);
  const file = decodeWalletFile(readFileSync(path));
  if (isFileProblem(file)) throw new Error(file.problem);
  return file.sealed!.kdf;
}

async function weakWallet(kdf: KdfParameters): Promise<string> {
  world = await openWorld({ kdf: WEAK });
  const { mnemonic } = await world.wallets.create({ name: 'a', password: PASSWORD, words: 12 });
  await world.wallets.newAddress('a');
  await world.stop();
  expect(costOf()).toEqual(WEAK);
  world = await openWorld({ directory: world.directory, kdf });
  return mnemonic;
}

test('a wallet file that is cheaper to guess is encrypted again when it is unlocked, with all its versions', async () => {
  const mnemonic = await weakWallet(STRONG);
  await expect(world.wallets.unlock('a', 'wrong password')).rejects.toMatchObject({
    code: 'wallet-password',
  });
  expect(costOf()).toEqual(WEAK);
  await world.wallets.unlock('a', PASSWORD);
  await eventually(() => ['', '.bak', '.bak2', '.bak3'].map(costOf)).toEqual([
    STRONG,
    STRONG,
    STRONG,
    STRONG,
  ]);
  expect(await world.wallets.words('a', PASSWORD)).toMatchObject({ mnemonic });
  await world.stop();
  world = await openWorld({ directory: world.directory, kdf: STRONG });
  expect(await world.wallets.words('a', PASSWORD)).toMatchObject({ mnemonic });
});

test('a file that is expensive enough is not written', async () => {
  await weakWallet(WEAK);
  const before = readFileSync(join(world.directory, 'wallets', 'a.kithwallet'));
  await world.wallets.unlock('a', PASSWORD);
  // The second unlock waits for the queue, in which an upgrade would stand.
  await world.wallets.unlock('a', PASSWORD);
  expect(readFileSync(join(world.directory, 'wallets', 'a.kithwallet')).equals(before)).toBe(true);
});

test('a password that is changed meanwhile stays the new one', async () => {
  const mnemonic = await weakWallet(STRONG);
  await world.wallets.unlock('a', PASSWORD);
  await world.wallets.changePassword('a', PASSWORD, 'another password');
  await world.wallets.unlock('a', 'another password');
  expect(await world.wallets.words('a', 'another password')).toMatchObject({ mnemonic });
  await expect(world.wallets.words('a', PASSWORD)).rejects.toMatchObject({ code: 'wallet-password' });
});
