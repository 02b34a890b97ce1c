import { afterEach, beforeEach, expect, test } from 'vitest';
import { encodeAddress } from '../../../main/core/primitives/address.ts';
import { testKey } from '../../support/chain/test-chain.ts';
import { network, openWorld, PASSWORD, send, SUBSIDY, walletWithCoins, type World } from './world.ts';

const STRANGER = encodeAddress(network.hrp, testKey(7).lock);
const ALL = { name: 'a', chain: 'receive', sort: 'index', order: 'ascending', skip: 0, limit: 100 } as const;
const COINS = { name: 'a', sort: 'amount', order: 'descending', skip: 0, limit: 100 } as const;
let world: World;

beforeEach(async () => {
  world = await openWorld();
  await walletWithCoins(world, 'a', 3);
});
afterEach(() => world.stop());

const addresses = (query: object = {}) => world.wallets.addresses({ ...ALL, ...query });
const use = async (address: string) =>
  (await addresses({ search: address })).addresses.map(({ payments, received, balance, state }) => ({
    payments,
    received,
    balance,
    state,
  }))[0];

test('every issued address is listed with its label, and the first one is unused', async () => {
  const first = await world.wallets.address('a');
  const second = await world.wallets.newAddress('a', 'Mira');
  const { addresses: listed, count, gap } = await addresses();
  expect(count).toBe(2);
  expect(gap).toBe(100);
  expect(listed).toEqual([
    { address: first, index: 0, state: 'unused', payments: 0, received: 0, balance: 0, label: '' },
    { address: second, index: 1, state: 'unused', payments: 0, received: 0, balance: 0, label: 'Mira' },
  ]);
  expect((await addresses({ search: 'mira' })).addresses).toEqual([listed[1]]);
  expect((await addresses({ search: first.slice(-10) })).addresses).toEqual([listed[0]]);
  await world.wallets.setLabel('a', second, 'Mira, rent');
  expect((await addresses({ search: 'rent' })).count).toBe(1);
});

test('an address knows how often it was paid, what it received and what is left, before and after a block', async () => {
  const address = await world.wallets.address('a');
  await send(world, 'a', address, 250_000_000);
  const once = { payments: 1, received: 250_000_000, balance: 250_000_000, state: 'used' };
  expect(await use(address)).toEqual(once);
  await world.mine(1);
  expect(await use(address)).toEqual(once);
  const { coins: first } = await world.wallets.coins({ ...COINS, search: address });
  // The second payment must not spend what the first one paid.
  await world.wallets.freeze({ name: 'a', coins: first }, true);
  await send(world, 'a', address, 150_000_000);
  await world.mine(1);
  await world.wallets.freeze({ name: 'a', coins: first }, false);
  expect(await use(address)).toEqual({
    payments: 2,
    received: 400_000_000,
    balance: 400_000_000,
    state: 'used',
  });
  const { coins } = await world.wallets.coins({ ...COINS, search: address });
  const { draft } = await world.wallets.prepare({
    name: 'a',
    to: [{ address: STRANGER, amount: 'all' }],
    coins: coins.map(({ txid, index }) => ({ txid, index })),
  });
  await world.wallets.confirm(draft, PASSWORD);
  expect(await use(address)).toEqual({ payments: 2, received: 400_000_000, balance: 0, state: 'used' });
});

test('what was received follows a reorganisation, and is the same after a restart', async () => {
  const address = await world.wallets.address('a');
  const height = world.chain.tip().height;
  await send(world, 'a', address, 250_000_000);
  await world.mine(2);
  expect(await use(address)).toMatchObject({ payments: 1 });
  await world.fork(height);
  expect(await use(address)).toEqual({
    payments: 1,
    received: 250_000_000,
    balance: 250_000_000,
    state: 'used',
  });
  await world.mine(1);
  const listed = await addresses();
  const change = await addresses({ chain: 'change' });
  const { directory } = world;
  await world.stop();
  world = await openWorld({ directory });
  expect(await addresses()).toEqual(listed);
  expect(await addresses({ chain: 'change' })).toEqual(change);
});

test('change addresses are listed apart, and sorted by what they have', async () => {
  await send(world, 'a', STRANGER, 300_000_000);
  await world.mine(1);
  const { addresses: listed, balance } = await addresses({
    chain: 'change',
    sort: 'balance',
    order: 'descending',
  });
  const balances = listed.map((each) => each.balance);
  expect(balances).toEqual(balances.toSorted((a, b) => b - a));
  expect(balances[0]).toBe(SUBSIDY);
  expect(balance).toBe((await world.wallets.balance('a')).available);
  expect((await addresses()).addresses.map(({ received }) => received)).toEqual([0]);
});

test('pages have every address once, and only used ones can be asked for', async () => {
  for (let i = 0; i < 6; i++) await world.wallets.newAddress('a');
  const paged = [];
  for (let skip = 0; skip < 7; skip += 3) paged.push(...(await addresses({ skip, limit: 3 })).addresses);
  expect(paged.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  await send(world, 'a', paged[4]!.address, 250_000_000);
  expect((await addresses({ state: 'used' })).addresses.map(({ index }) => index)).toEqual([4]);
  expect((await addresses({ state: 'unused' })).count).toBe(6);
});

test('the owner of an address is found in each wallet, locked or not, for change too; other texts have none', async () => {
  await world.wallets.create({ name: 'b', password: PASSWORD, words: 12 });
  await send(world, 'a', STRANGER, 100_000_000);
  const labelled = await world.wallets.newAddress('a', 'Mira');
  const second = await world.wallets.address('b');
  const [change] = (await addresses({ chain: 'change', state: 'used' })).addresses;
  world.wallets.lock('b');
  const asked = [second, STRANGER, 'not an address', labelled.toUpperCase(), change!.address, second];
  expect(world.wallets.owners(asked)).toEqual([
    { address: second, wallet: 'b', chain: 'receive', label: '' },
    { address: labelled, wallet: 'a', chain: 'receive', label: 'Mira' },
    { address: change!.address, wallet: 'a', chain: 'change', label: '' },
  ]);
});
