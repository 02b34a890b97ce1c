import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import {
  activate,
  credentials,
  exchange,
  heightOf,
  network,
  people,
  stopAll,
  twoOfThree,
  worlds,
} from './setup-world.ts';
import { openWorld, PASSWORD } from './world.ts';

afterEach(stopAll);

/** How the first node gets the wallet “family” of each kind. */
const KINDS = {
  shared: async () => void (await twoOfThree()),
  savings: async () => {
    const [a] = await people(1);
    await activate();
    await exchange('family');
    await a!.wallets.createSetup({
      ...credentials('family'),
      setup: { kind: 'savings', height: heightOf() + 30 },
    });
  },
  inheritance: async () => {
    const [a] = await people(2);
    await activate();
    const [, keys] = await exchange('family');
    await a!.wallets.createSetup({
      ...credentials('family'),
      setup: { kind: 'inheritance', height: heightOf() + 30, role: 'owner', keys: [keys!] },
    });
  },
};

describe.each(['shared', 'savings', 'inheritance'] as const)('a backup of a wallet of kind %s', (kind) => {
  test('is verified, shows the first address, and restores the wallet elsewhere', async () => {
    await KINDS[kind]();
    const [a] = worlds;
    const firstAddress = await a!.wallets.address('family');
    const { bytes } = await a!.wallets.backup('family', PASSWORD);
    const save = () => Promise.resolve({ place: 'a file', bytes });
    expect(await a!.wallets.saveBackup('family', PASSWORD, save)).toMatchObject({ outdated: false });
    const fresh = await openWorld({ network });
    worlds.push(fresh);
    expect(await fresh.wallets.inspectBackup(bytes, PASSWORD)).toMatchObject({
      name: 'family',
      firstAddress,
    });
    expect(await fresh.wallets.restoreBackup({ password: PASSWORD, bytes })).toEqual({
      name: 'family',
      firstAddress,
    });
    expect(fresh.wallets.list()).toMatchObject([{ name: 'family', kind }]);
    expect(await fresh.wallets.address('family')).toBe(firstAddress);
    expect(fresh.wallets.exportSetup('family')).toEqual(a!.wallets.exportSetup('family'));
    await fresh.wallets.unlock('family', PASSWORD);
  });
});

test('a backup from before the set-up does not count afterwards, and is refused as one without the set-up', async () => {
  const [a] = await people(1);
  await activate();
  await exchange('family');
  const { bytes } = await a!.wallets.backup('family', PASSWORD);
  const saved = { place: 'a file', bytes };
  const listed = () => a!.wallets.list().find(({ name }) => name === 'family')!;
  const setup = { kind: 'savings', height: heightOf() + 30 } as const;
  await a!.wallets.checkBackup('family', PASSWORD, saved);
  expect(listed()).toMatchObject({ kind: 'full', backup: { place: 'a file' } });
  // The set-up comes while a backup is being saved.
  const late = a!.wallets.saveBackup('family', PASSWORD, async (_, early) => {
    await a!.wallets.createSetup({ ...credentials('family'), setup });
    return { place: 'too early', bytes: early };
  });
  await expect(late).rejects.toMatchObject({ code: 'backup-other-setup' });
  expect(listed()).toMatchObject({ kind: 'savings', backup: null });
  await expect(a!.wallets.checkBackup('family', PASSWORD, saved)).rejects.toMatchObject({
    code: 'backup-other-setup',
  });
  await a!.wallets.saveBackup('family', PASSWORD, (_, now) =>
    Promise.resolve({ place: 'another file', bytes: now }),
  );
  expect(listed()).toMatchObject({ backup: { place: 'another file', outdated: false } });
});

test('a deleted shared wallet is listed with its first address', async () => {
  const [a] = await twoOfThree();
  const firstAddress = await a!.wallets.address('family');
  await a!.wallets.newAddress('family');
  await a!.wallets.newAddress('family');
  const signal = new AbortController().signal;
  await a!.wallets.stop();
  rmSync(join(a!.directory, 'wallets', 'family.kithwallet'));
  await a!.wallets.start(signal);
  expect(await a!.wallets.deleted()).toMatchObject([{ name: 'family', firstAddress }]);
});
