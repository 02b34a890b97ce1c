import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Motes } from '../../../shared/units.ts';
import { requestState } from '../../../main/wallet/receive-requests.ts';
import { decodeWalletFile, type WalletFile } from '../../../main/wallet/files/wallet-file.ts';
import { eventually, openWorld, PASSWORD, send, walletWithCoins, type World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await openWorld();
  await walletWithCoins(world, 'payer', 6);
  await world.wallets.create({ name: 'shop', password: PASSWORD, words: 12 });
});
afterEach(() => world.stop());

const states = async () => (await world.wallets.requests('shop')).map(({ state }) => state);

test('a request goes from open over pending and partly paid to paid, and says which payments paid it', async () => {
  const { address, link, state } = await world.wallets.createRequest({
    name: 'shop',
    amount: 3_000_000,
    label: 'bread',
    seconds: 3600,
  });
  expect(state).toBe('open');
  expect(link).toBe(`kith:${address}?amount=3000000&label=bread`);
  const first = await send(world, 'payer', address, 1_000_000);
  await eventually(states).toEqual(['partly-paid']);
  const second = await send(world, 'payer', address, 2_000_000);
  await eventually(states).toEqual(['pending']);
  await world.mine();
  await eventually(states).toEqual(['paid']);
  const [request] = await world.wallets.requests('shop');
  expect(request!.received).toBe(3_000_000);
  expect(request!.payments.map(({ txid }) => txid).sort()).toEqual([first, second].sort());
  const height = world.chain.tip().height;
  expect(request!.payments.map((payment) => payment.height)).toEqual([height, height]);
  // The payments carry the label of the request.
  const history = await world.wallets.history({ name: 'shop', limit: 10 });
  expect(history.map(({ label }) => label)).toEqual(['bread', 'bread']);
});

test('a transaction with several outputs to a request is one payment', async () => {
  const { address } = await world.wallets.createRequest({ name: 'shop', amount: 3_000_000, label: '' });
  const to = [1_000_000, 2_000_000].map((amount) => ({ address, amount: amount as Motes }));
  const { draft } = await world.wallets.prepare({ name: 'payer', to });
  await world.wallets.confirm(draft, PASSWORD);
  const payments = async () =>
    (await world.wallets.requests('shop'))[0]!.payments.map(({ amount }) => amount);
  await eventually(payments).toEqual([3_000_000]);
  await world.mine();
  await eventually(states).toEqual(['paid']);
  expect(await payments()).toEqual([3_000_000]);
});

test('every request has an address of its own; without an amount anything pays it; they are listed newest first', async () => {
  const one = await world.wallets.createRequest({ name: 'shop' });
  const two = await world.wallets.createRequest({ name: 'shop', label: 'second' });
  expect(one.address).not.toBe(two.address);
  expect([one.amount, one.expires, one.link]).toEqual([null, null, `kith:${one.address}`]);
  await send(world, 'payer', one.address, 500_000);
  await world.mine();
  await eventually(states).toEqual(['open', 'paid']);
});

test('a reorganisation disconnects what paid a request, and payments in settled blocks stay known', async () => {
  const { address } = await world.wallets.createRequest({ name: 'shop', amount: 500_000 });
  const base = world.chain.tip().height;
  await send(world, 'payer', address, 500_000);
  await world.mine();
  await eventually(states).toEqual(['paid']);
  await world.fork(base);
  await eventually(states).toEqual(['pending']);
  await world.mine(110);
  await eventually(states).toEqual(['paid']);
  expect((await world.wallets.requests('shop'))[0]!.payments).toHaveLength(1);
  await send(world, 'payer', address, 700_000);
  await world.mine();
  await expect.poll(async () => (await world.wallets.requests('shop'))[0]!.received).toBe(1_200_000);
});

test('requests survive a restart, and a deleted one leaves its address and label', async () => {
  const { address } = await world.wallets.createRequest({ name: 'shop', amount: 500_000, label: 'bread' });
  await world.wallets.createRequest({ name: 'shop', label: 'milk' });
  const { directory } = world;
  await world.stop();
  world = await openWorld({ directory });
  expect((await world.wallets.requests('shop')).map(({ label }) => label)).toEqual(['milk', 'bread']);
  await world.wallets.deleteRequest('shop', address.toUpperCase());
  expect((await world.wallets.requests('shop')).map(({ label }) => label)).toEqual(['milk']);
  await expect(world.wallets.deleteRequest('shop', address)).rejects.toMatchObject({
    code: 'wallet-request-unknown',
  });
  await send(world, 'payer', address, 500_000);
  await expect
    .poll(async () => (await world.wallets.history({ name: 'shop', limit: 1 })).map(({ label }) => label))
    .toEqual(['bread']);
});

test('a request with its address and label is one write, and one that is refused writes nothing', async () => {
  const bytes = () => readFileSync(join(world.directory, 'wallets', 'shop.kithwallet'));
  const writes = () => (decodeWalletFile(bytes()) as WalletFile).writes;
  const before = writes() ?? 0;
  await world.wallets.createRequest({ name: 'shop', label: 'bread' });
  expect(writes()).toBe(before + 1);
  const file = bytes();
  await expect(world.wallets.createRequest({ name: 'shop', label: 'x'.repeat(300) })).rejects.toMatchObject({
    code: 'wallet-label',
  });
  expect(bytes().equals(file)).toBe(true);
});

const paid = (amount: number, height: number | null) => ({ txid: 'ab', amount: amount as never, height });
test.each([
  [5, 0, [], 'open'],
  [5, 100, [], 'expired'],
  [5, 101, [], 'open'],
  [5, 100, [paid(4, 1)], 'expired'],
  [5, 0, [paid(4, 1)], 'partly-paid'],
  [5, 100, [paid(4, 1), paid(1, null)], 'pending'],
  [5, 100, [paid(4, 1), paid(1, 2)], 'paid'],
  [null, 0, [paid(1, 1)], 'paid'],
  [null, 0, [paid(1, null)], 'pending'],
] as const)('a request of %s that expires at %i with %j is %s at 100', (amount, expires, payments, state) => {
  expect(requestState({ amount: amount as never, expires }, payments, 100)).toBe(state);
});
