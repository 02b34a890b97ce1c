import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { encodeAddress } from '../../../main/core/primitives/address.ts';
import { isViolation } from '../../../main/core/violation.ts';
import { testKey } from '../../support/chain/test-chain.ts';
import {
  MATURITY,
  network,
  openWorld,
  PASSWORD,
  send,
  SUBSIDY,
  walletWithCoins,
  type World,
} from './world.ts';

const STRANGER = encodeAddress(network.hrp, testKey(7).lock);
const ALL = { name: 'a', sort: 'time', order: 'descending', skip: 0, limit: 100 } as const;
let world: World;

beforeEach(async () => {
  world = await openWorld();
  await walletWithCoins(world, 'a', 5);
});
afterEach(() => world.stop());

const coins = (query: object = {}) => world.wallets.coins({ ...ALL, ...query });
const available = async () => (await coins({ state: 'available', limit: 1000 })).coins;
const prepare = (amount: number | 'all', fields: object = {}) =>
  world.wallets.prepare({ name: 'a', to: [{ address: STRANGER, amount }], ...fields });
const fails = (work: Promise<unknown>, code: string) => expect(work).rejects.toMatchObject({ code });
const namesOf = (list: readonly { txid: string; index: number }[]) =>
  list.map(({ txid, index }) => `${txid}:${index}`).sort();

describe('the list of coins', () => {
  test('has every coin with its block, its state and where it came from', async () => {
    const { coins: listed, count, sum } = await coins();
    const balance = await world.wallets.balance('a');
    expect(count).toBe(listed.length);
    expect(sum).toBe(balance.available + balance.immature);
    const [newest] = listed;
    const tip = world.chain.tip().height;
    const oldest = listed.at(-1)!;
    expect(newest!.height!).toBeGreaterThan(oldest.height!);
    expect(oldest).toMatchObject({
      amount: SUBSIDY,
      kind: 'mined',
      state: 'available',
      frozen: false,
      label: '',
      matureAt: null,
      time: world.chain.atHeight(oldest.height!)!.time,
      confirmations: tip - oldest.height! + 1,
    });
    expect(world.lockOf(oldest.address).lock).toHaveLength(32);
  });

  test('names the block from which on an immature reward can be spent', async () => {
    await world.mine(1, world.wallets.payout('a'));
    const { coins: immature } = await coins({ state: 'immature' });
    expect(immature).toHaveLength(1);
    expect(immature[0]!.matureAt).toBe(immature[0]!.height! + MATURITY);
  });

  test('is sorted by amount, and its pages have every coin once', async () => {
    await send(world, 'a', STRANGER, 300_000_000);
    await world.mine(1);
    const whole = await coins({ sort: 'amount', order: 'ascending' });
    const amounts = whole.coins.map(({ amount }) => amount);
    expect(amounts).toEqual(amounts.toSorted((a, b) => a - b));
    expect(new Set(amounts).size).toBeGreaterThan(1);
    const paged = [];
    for (let skip = 0; skip < whole.count; skip += 2)
      paged.push(...(await coins({ sort: 'amount', order: 'ascending', skip, limit: 2 })).coins);
    expect(namesOf(paged)).toEqual(namesOf(whole.coins));
    expect(paged).toHaveLength(whole.count);
    expect((await coins({ skip: 1000 })).coins).toEqual([]);
  });

  test('finds coins by label, by part of an address, by a whole address and by the beginning of a txid', async () => {
    const address = await world.wallets.newAddress('a', 'Rent from Mira');
    const txid = await send(world, 'a', address, 250_000_000);
    await world.mine(1);
    const [found] = (await coins({ search: 'MIRA' })).coins;
    expect(found).toMatchObject({ amount: 250_000_000, kind: 'received', label: 'Rent from Mira', address });
    for (const search of [address.slice(-12), address.slice(8, 20), ` ${address} `, address.toUpperCase()])
      expect((await coins({ search })).coins).toEqual([found]);
    // The payment also has change.
    expect((await coins({ search: txid.slice(0, 16) })).count).toBe(2);
    await world.wallets.setLabel('a', txid, 'moved');
    expect((await coins({ search: 'moved' })).count).toBe(2);
    expect(await coins({ search: 'nothing like this' })).toEqual({ coins: [], count: 0, sum: 0 });
  });
});

describe('a frozen coin', () => {
  test('counts as frozen and not as available, and the sum stays', async () => {
    const before = await world.wallets.balance('a');
    const [coin] = await available();
    await world.wallets.freeze({ name: 'a', coins: [coin!] }, true);
    const after = await world.wallets.balance('a');
    expect(after).toEqual({ ...before, available: before.available - SUBSIDY, frozen: SUBSIDY });
    expect((await coins({ state: 'frozen' })).coins).toEqual([{ ...coin, state: 'frozen', frozen: true }]);
    await world.wallets.freeze({ name: 'a', coins: [coin!] }, false);
    expect(await world.wallets.balance('a')).toEqual(before);
  });

  test('is never chosen, also after a restart, and cannot be named in a payment', async () => {
    const [coin] = await available();
    await world.wallets.freeze({ name: 'a', coins: [coin!] }, true);
    const { directory } = world;
    await world.stop();
    world = await openWorld({ directory });
    const { inputs } = await prepare('all');
    expect(namesOf(inputs)).toEqual(namesOf(await available()));
    expect(namesOf(inputs)).not.toContain(`${coin!.txid}:${coin!.index}`);
    await fails(
      prepare(1_000_000, { coins: [{ txid: coin!.txid, index: coin!.index }] }),
      'wallet-coin-frozen',
    );
  });

  test('stops a payment that was prepared before it was frozen', async () => {
    const { draft, inputs } = await prepare(1_000_000);
    await world.wallets.freeze({ name: 'a', coins: inputs }, true);
    await fails(world.wallets.confirm(draft, PASSWORD), 'wallet-coin-frozen');
    await world.wallets.freeze({ name: 'a', coins: inputs }, false);
    expect(isViolation(await world.wallets.confirm((await prepare(1_000_000)).draft, PASSWORD))).toBe(false);
  });

  test('is named when all coins are frozen', async () => {
    await world.wallets.freeze({ name: 'a', coins: await available() }, true);
    await expect(prepare(1_000_000)).rejects.toMatchObject({
      code: 'wallet-funds-frozen',
      data: { amount: (await world.wallets.balance('a')).frozen },
    });
  });

  test('that is still immature stays immature, and is frozen when it is mature', async () => {
    await world.mine(1, world.wallets.payout('a'));
    const { coins: immature } = await coins({ state: 'immature' });
    await world.wallets.freeze({ name: 'a', coins: immature }, true);
    expect(await world.wallets.balance('a')).toMatchObject({ frozen: 0, immature: SUBSIDY });
    expect((await coins({ state: 'frozen' })).coins).toMatchObject([{ state: 'immature', frozen: true }]);
    await world.mine(MATURITY);
    expect(await world.wallets.balance('a')).toMatchObject({ frozen: SUBSIDY, immature: 0 });
  });

  test('of unconfirmed change keeps the sums equal', async () => {
    await send(world, 'a', STRANGER, 300_000_000);
    const before = await world.wallets.balance('a');
    const change = (await coins()).coins.filter(({ height }) => height === null);
    expect(change).toMatchObject([{ kind: 'change', state: 'available' }]);
    await world.wallets.freeze({ name: 'a', coins: change }, true);
    const frozen = change[0]!.amount;
    expect(await world.wallets.balance('a')).toEqual({
      ...before,
      available: before.available - frozen,
      frozen,
    });
  });

  test('that the wallet does not have is refused', async () => {
    await fails(
      world.wallets.freeze({ name: 'a', coins: [{ txid: 'ab'.repeat(32), index: 0 }] }, true),
      'wallet-coin-unknown',
    );
  });
});

test('a payment of chosen coins spends these coins, and says so', async () => {
  const chosen = (await available()).slice(0, 2);
  const draft = await prepare(1_000_000, { coins: namesFor(chosen) });
  expect(namesOf(draft.inputs)).toEqual(namesOf(chosen));
  expect(draft.coinsChosen).toBe(true);
  expect((await prepare(1_000_000)).coinsChosen).toBe(false);
});

describe('combining coins', () => {
  test('spends the chosen coins, pays all of it to one unused own key, and leaves the rest', async () => {
    const chosen = (await available()).slice(0, 3);
    const known = new Set((await coins()).coins.map(({ address }) => address));
    const draft = await world.wallets.prepareConsolidation({ name: 'a', coins: namesFor(chosen) });
    expect(namesOf(draft.inputs)).toEqual(namesOf(chosen));
    expect(draft.outputs).toMatchObject([{ change: true, amount: 3 * SUBSIDY - draft.fee }]);
    expect(known.has(draft.outputs[0]!.address)).toBe(false);
    expect(draft.warnings.map(({ code }) => code)).toContain('links-addresses');
    const before = await world.wallets.balance('a');
    expect(isViolation(await world.wallets.confirm(draft.draft, PASSWORD))).toBe(false);
    await world.mine(1);
    const after = await world.wallets.balance('a');
    expect(after.available + after.immature).toBe(before.available + before.immature - draft.fee);
  });

  test('takes the smallest coins in blocks if none are chosen, and never a frozen one', async () => {
    await send(world, 'a', STRANGER, 300_000_000);
    await world.mine(1);
    const [kept, ...others] = await available();
    await world.wallets.freeze({ name: 'a', coins: [kept!] }, true);
    const { inputs } = await world.wallets.prepareConsolidation({ name: 'a' });
    expect(namesOf(inputs)).toEqual(namesOf(others));
  });

  test('tells how many labels it links', async () => {
    for (const label of ['Mira', 'Shop']) {
      await send(world, 'a', await world.wallets.newAddress('a', label), 250_000_000);
      await world.mine(1);
    }
    const received = (await coins()).coins.filter(({ kind }) => kind === 'received');
    const { warnings } = await world.wallets.prepareConsolidation({ name: 'a', coins: namesFor(received) });
    expect(warnings.find(({ code }) => code === 'links-addresses')?.message).toContain('2 different labels');
  });

  test('needs two coins', async () => {
    const [one] = await available();
    await fails(
      world.wallets.prepareConsolidation({ name: 'a', coins: namesFor([one!]) }),
      'wallet-coins-few',
    );
  });
});

const namesFor = (list: readonly { txid: string; index: number }[]) =>
  list.map(({ txid, index }) => ({ txid, index }));
