import { afterEach, describe, expect, test } from 'vitest';
import {
  MATURITY,
  openWorld,
  PASSWORD,
  send,
  SUBSIDY,
  walletWithCoins,
  type World,
  type WorldOptions,
} from './world.ts';

const worlds: World[] = [];
const open = async (options?: WorldOptions) => {
  const world = await openWorld(options);
  worlds.push(world);
  return world;
};
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.stop();
});

test('mines while locked, matures, pays, and the other wallet gets it', async () => {
  const world = await open();
  const { wallets } = world;
  await wallets.create({ name: 'a', password: PASSWORD, words: 24 });
  await wallets.create({ name: 'b', password: PASSWORD, words: 12 });
  await world.mine(1, wallets.payout('a'));
  expect(await wallets.balance('a')).toEqual({ confirmed: 0, pending: 0, immature: SUBSIDY, asOfHeight: 1 });
  await world.mine(MATURITY - 2);
  expect((await wallets.balance('a')).immature).toBe(SUBSIDY);
  await world.mine(1);
  expect(await wallets.balance('a')).toEqual({
    confirmed: SUBSIDY,
    pending: 0,
    immature: 0,
    asOfHeight: MATURITY,
  });

  const address = await wallets.address('b');
  const draft = await wallets.prepare({ name: 'a', to: [{ address, amount: 5_000_000 }] });
  expect(draft.outputs.find((output) => !output.change)).toEqual({
    address,
    amount: 5_000_000,
    change: false,
  });
  const sum = draft.outputs.reduce((total, output) => total + output.amount, 0);
  expect(sum + draft.fee).toBe(SUBSIDY);
  expect(draft.feerate).toBeGreaterThanOrEqual(10);
  const sent = await wallets.confirm(draft.draft, PASSWORD);
  expect(sent).toHaveProperty('txid');

  expect(await wallets.balance('a')).toMatchObject({
    confirmed: 0,
    pending: SUBSIDY - 5_000_000 - draft.fee,
  });
  expect(await wallets.balance('b')).toMatchObject({ confirmed: 0, pending: 5_000_000 });
  await world.mine();
  expect(await wallets.balance('a')).toMatchObject({
    confirmed: SUBSIDY - 5_000_000 - draft.fee,
    pending: 0,
  });
  expect(await wallets.balance('b')).toMatchObject({ confirmed: 5_000_000, pending: 0 });
  expect(await wallets.address('b')).not.toBe(address);
  const [paid, mined] = await wallets.history({ name: 'a', limit: 10 });
  expect(paid).toMatchObject({
    kind: 'sent',
    state: 'mined',
    amount: -5_000_000 - draft.fee,
    fee: draft.fee,
    addresses: [address],
  });
  expect(mined).toMatchObject({ kind: 'mined', state: 'confirmed', amount: SUBSIDY });
});
