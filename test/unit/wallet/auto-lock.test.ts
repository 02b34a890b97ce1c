import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { isViolation } from '../../../main/core/violation.ts';
import { openWorld, PASSWORD, type World, walletWithCoins } from './world.ts';

let world: World;
afterEach(() => world.stop());
const SIGNAL = new AbortController().signal;
const locked = () => world.wallets.list()[0]?.locked;

test('while a wallet is unlocked a payment needs no password, and afterwards it does', async () => {
  world = await openWorld();
  await walletWithCoins(world, 'a', 2);
  const to = [{ address: await world.wallets.newAddress('a'), amount: 1_000_000 }];
  const first = await world.wallets.prepare({ name: 'a', to });
  await expect(world.wallets.confirmUnlocked(first.draft)).rejects.toMatchObject({ code: 'wallet-locked' });
  await world.wallets.unlock('a', PASSWORD);
  const sent = await world.wallets.confirmUnlocked(first.draft);
  expect(isViolation(sent)).toBe(false);
  world.wallets.lock('a');
  const second = await world.wallets.prepare({ name: 'a', to });
  await expect(world.wallets.confirmUnlocked(second.draft)).rejects.toMatchObject({ code: 'wallet-locked' });
});

test('the time of the settings is kept over a restart; a file that cannot be read means 15 minutes', async () => {
  world = await openWorld();
  await world.wallets.create({ name: 'a', password: PASSWORD, words: 12 });
  expect(world.wallets.settings()).toEqual({ autoLockMinutes: 15 });
  expect(await world.wallets.changeSettings({ autoLockMinutes: 0 })).toEqual({ autoLockMinutes: 0 });
  await world.wallets.stop();
  await world.wallets.start(SIGNAL);
  expect(world.wallets.settings()).toEqual({ autoLockMinutes: 0 });
  await world.wallets.unlock('a', PASSWORD);
  expect(locked()).toBe(false);
  await world.wallets.stop();
  writeFileSync(join(world.directory, 'wallets', 'settings.json'), '{"version":1,"autoLockMinutes":7}');
  await world.wallets.start(SIGNAL);
  expect([world.wallets.settings(), locked()]).toEqual([{ autoLockMinutes: 15 }, true]);
});
