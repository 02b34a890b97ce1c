import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { KithError } from '../../../../main/lib/errors.ts';
import {
  decodeWalletFile,
  encodeWalletFile,
  isFileProblem,
} from '../../../../main/wallet/files/wallet-file.ts';
import type { RunningWallets } from '../../../../main/wallet/running-wallets.ts';
import { keyMemory } from '../../../../main/wallet/secrets/locked-memory.ts';
import { createSessions } from '../../../../main/wallet/secrets/sessions.ts';
import { createWalletCreation } from '../../../../main/wallet/wallet-creation.ts';
import { libsodium } from '../../../../main/workers/sodium.ts';
import { turnedClock } from '../../../support/test-clock.ts';
import { network, openWorld, PASSWORD, type World } from '../world.ts';

// Keys that nothing wipes stay in the memory until the process ends, and their block is lost to later wallets.
let world: World;
afterEach(() => world.stop());

async function openWithWallet(): Promise<void> {
  world = await openWorld();
  await world.wallets.create({ name: 'a', password: PASSWORD, words: 12 });
}

test('an account that a wallet here has already leaves no keys in memory', async () => {
  await openWithWallet();
  const { free } = keyMemory();
  const known = { from: 'a', name: 'b', password: PASSWORD, account: 0 };
  await expect(world.wallets.createAccount(known)).rejects.toMatchObject({ code: 'wallet-keys-known' });
  expect(keyMemory().free).toBe(free);
});

test('a wallet whose unlocking fails leaves no keys in memory', async () => {
  await openWithWallet();
  const { directory } = world;
  await world.stop();
  const path = join(directory, 'wallets', 'a.kithwallet');
  const file = decodeWalletFile(readFileSync(path));
  if (isFileProblem(file)) throw new Error(file.problem);
  writeFileSync(path, encodeWalletFile({ ...file, keysMac: new Uint8Array(32) }));
  // The keys are derived again, and cannot be stored.
  const fileStep = () => {
    throw new Error('the disk is full');
  };
  world = await openWorld({ directory, fileStep });
  const { free } = keyMemory();
  await expect(world.wallets.unlock('a', PASSWORD)).rejects.toThrow('the disk is full');
  expect(keyMemory().free).toBe(free);
});

test('a node that stops while a password is tried leaves no keys in memory', async () => {
  await openWithWallet();
  const { free } = keyMemory();
  const derive = libsodium.crypto_pwhash_async;
  const deriving = vi.spyOn(libsodium, 'crypto_pwhash_async').mockImplementation(async (...request) => {
    await derive(...request);
    await world.wallets.stop();
  });
  await expect(world.wallets.unlock('a', PASSWORD)).rejects.toMatchObject({ code: 'stopping' });
  deriving.mockRestore();
  expect(keyMemory().free).toBe(free);
});

test('a node that stops while a wallet is restored wipes its keys', async () => {
  await openWithWallet();
  const { mnemonic } = await world.wallets.words('a', PASSWORD);
  let wiped = 0;
  let isStopped = false;
  const secrets = { wipe: () => void wiped++ };
  const clock = turnedClock();
  const sessions = createSessions({ clock, locked: () => undefined, elapsedMs: clock.monotonic });
  const restore = () => {
    isStopped = true;
    sessions.close();
    return Promise.resolve({ wallet: { id: 'a' }, firstAddress: '', secrets });
  };
  const stopping = () => new KithError('stopping', 'the wallets are not running');
  const running = {
    components() {
      if (isStopped) throw stopping();
      return { factory: { restore }, sessions };
    },
    begin() {
      throw stopping();
    },
  } as unknown as RunningWallets;
  const restoring = createWalletCreation(network, running).restore({
    name: 'b',
    password: PASSWORD,
    mnemonic,
  });
  await expect(restoring).rejects.toMatchObject({ code: 'stopping' });
  expect(wiped).toBe(1);
});
