import { afterEach, expect, test } from 'vitest';
import { KEY_BYTES } from '../../../main/core/primitives/limits.ts';
import { decodePublicKeys, isPublicKeysProblem } from '../../../main/wallet/files/public-keys-file.ts';
import { decodeSetup, encodeSetup, isSetupProblem } from '../../../main/wallet/files/setup-file.ts';
import {
  activate,
  credentials,
  exchange,
  heightOf,
  mine,
  network,
  people,
  stopAll,
  worlds,
} from './setup-world.ts';
import { eventually, openWorld, PASSWORD, SUBSIDY } from './world.ts';

afterEach(stopAll);
const fails = (work: Promise<unknown>, code: string) => expect(work).rejects.toMatchObject({ code });

test('accounts of one recovery phrase have different keys, and are found again by their coins', async () => {
  const [a, b] = await people(2);
  await a!.wallets.create({ name: 'mine', password: PASSWORD, words: 12 });
  const make = (name: string) => a!.wallets.createAccount({ from: 'mine', name, password: PASSWORD });
  const [one, two] = [await make('one'), await make('two')];
  expect([one.account, two.account]).toEqual([1, 2]);
  expect(new Set([await a!.wallets.address('mine'), one.firstAddress, two.firstAddress]).size).toBe(3);
  await mine(3, a!.lockOf(two.firstAddress));
  await mine(1, a!.lockOf(await a!.wallets.address('mine')));
  await eventually(async () => (await a!.wallets.balance('two')).immature).toBe(3 * SUBSIDY);
  const { mnemonic } = await a!.wallets.words('two', PASSWORD);
  expect((await a!.wallets.words('mine', PASSWORD)).mnemonic).toBe(mnemonic);

  await b!.wallets.restore({ name: 'back', password: PASSWORD, mnemonic });
  expect(await b!.wallets.findAccounts({ name: 'back', password: PASSWORD })).toEqual([
    { account: 0, coins: 1, amount: SUBSIDY, wallet: 'back' },
    { account: 2, coins: 3, amount: 3 * SUBSIDY, wallet: null },
  ]);
  await b!.wallets.createAccount({ from: 'back', name: 'second', password: PASSWORD, account: 2 });
  await eventually(async () => (await b!.wallets.balance('second')).immature).toBe(3 * SUBSIDY);
  await fails(make('mine'), 'wallet-exists');
  await fails(a!.wallets.createAccount({ from: 'mine', name: 'x', password: 'wrong' }), 'wallet-password');
  const again = { from: 'mine', name: 'x', password: PASSWORD, account: 1 };
  await fails(a!.wallets.createAccount(again), 'wallet-keys-known');
});

test('an account is found by coins of late keys, each of which leads to later ones', async () => {
  const [a] = await people(1);
  await a!.wallets.create({ name: 'mine', password: PASSWORD, words: 12 });
  await a!.wallets.createAccount({ from: 'mine', name: 'old', password: PASSWORD });
  await a!.wallets.unlock('old', PASSWORD);
  const file = decodePublicKeys((await a!.wallets.exportKeys('old', 500)).keys);
  if (isPublicKeysProblem(file)) throw new Error(file);
  const payTo = (list: 'receive' | 'change', index: number) =>
    a!.mine(1, { lockType: 0, lock: file[list].subarray(index * KEY_BYTES, (index + 1) * KEY_BYTES) });
  const search = () => a!.wallets.findAccounts({ name: 'mine', password: PASSWORD });
  const found = async () => (await search()).find(({ account }) => account === 1);
  await payTo('receive', 420);
  expect(await found()).toMatchObject({ coins: 0 });
  await payTo('receive', 99);
  await payTo('change', 60);
  expect(await found()).toMatchObject({ coins: 2 });
  for (const index of [180, 250, 340]) await payTo('receive', index);
  expect(await found()).toEqual({ account: 1, coins: 6, amount: 6 * SUBSIDY, wallet: 'old' });
});

test('a set-up that names another account for the keys of a wallet is not joined', async () => {
  const [a, b] = await people(2);
  await activate();
  const [, keysB] = await exchange('family');
  const setup = await a!.wallets.createSetup({
    ...credentials('family'),
    setup: { kind: 'shared', m: 2, keys: [keysB!] },
  });
  const file = decodeSetup(setup);
  if (isSetupProblem(file)) throw new Error(file);
  expect(file.people.map(({ account }) => account)).toEqual([1, 1]);
  const forged = encodeSetup({ ...file, people: file.people.map((each) => ({ ...each, account: 7 })) });
  await fails(b!.wallets.joinSetup({ ...credentials('family'), setup: forged }), 'setup-account');
  await b!.wallets.joinSetup({ ...credentials('family'), setup });
  expect(await b!.wallets.address('family')).toBe(await a!.wallets.address('family'));
});

test('a time lock is not created while the node is behind', async () => {
  let isSynced = false;
  const a = await openWorld({ network, isSynced: () => isSynced });
  worlds.push(a);
  await activate();
  await a.wallets.create({ name: 'mine', password: PASSWORD, words: 12 });
  const setup = { kind: 'savings', height: heightOf() + 30 } as const;
  await fails(a.wallets.createSetup({ ...credentials('mine'), setup }), 'setup-unsynced');
  isSynced = true;
  await a.wallets.createSetup({ ...credentials('mine'), setup });
  expect(a.wallets.list()).toMatchObject([{ kind: 'savings' }]);
});
